"""A lead by hand: who is known already while one types, the card, and the source chosen last."""

import pytest
from django.core.cache import cache
from django_tenants.utils import tenant_context

from accounts.enums import Role
from leads.models import Lead, LeadArrival, Source
from scrm.core import clock
from tests.factories import give_email, make_contact, make_user
from tests.web.rep_people import client_of, make_team

CARD = {
    "once": "abc",
    "name": "Lin Wei",
    "phone": "138 1234 5678",
    "company": "Lins",
    "title": "Buyer",
    "wechat": "linwei88",
    "city": "Xiamen",
    "address": "1 Harbour Road",
}


@pytest.fixture
def team(acme):
    return make_team()


@pytest.fixture
def ben(team):
    return client_of(team[1])


def test_rep_enters_a_card_and_looks_after_them(ben, team):
    answer = ben.post("/rep/customers/new/", CARD)

    lead = Lead.objects.select_related("contact__company").get()
    assert answer["Location"] == f"/rep/customers/{lead.contact_id}/"
    assert (lead.owner, lead.contact.owner, lead.came_by) == (team[1], team[1], "hand")
    assert (lead.contact.company.name, lead.contact.city) == ("Lins", "Xiamen")
    assert lead.attributes == {"title": "Buyer", "wechat": "linwei88", "address": "1 Harbour Road"}
    assert LeadArrival.objects.get().assigned_by == "way"


@pytest.mark.parametrize("page", ["/rep/customers/new/", "/leads/new/"])
def test_one_card_after_another(acme, page):
    user = make_user("ada", Role.MANAGER)
    Source.objects.create(name="Fair", created_at=clock.now())

    answer = client_of(user).post(page, {**CARD, "source": "Fair", "next": "1"})

    assert answer["Location"] == page
    assert Lead.objects.get().contact.name == "Lin Wei"
    assert 'value="Fair" selected' in client_of(user).get(page).content.decode()


def test_form_sent_twice_is_one_lead(ben):
    assert ben.post("/rep/customers/new/", CARD)["Location"] == ben.post("/rep/customers/new/", CARD)["Location"]

    assert Lead.objects.count() == 1


def test_whoever_looks_after_them_keeps_them(ben, acme):
    eve = make_user("eve")
    contact = make_contact("Lin", owner=eve)
    give_email(contact, "lin@example.com")

    answer = ben.post("/rep/customers/new/", {**CARD, "phone": "", "email": "lin@example.com"})

    assert answer["Location"] == "/rep/customers/"
    assert Lead.objects.get().owner == eve


@pytest.mark.parametrize(("change", "told"), [({"phone": "12"}, "not a phone number"), ({"name": ""}, "required")])
def test_entry_says_what_is_wrong_and_keeps_nothing(ben, change, told):
    answer = ben.post("/rep/customers/new/", {**CARD, **change}, headers={"accept-language": "en"})

    assert (answer.status_code, told in answer.content.decode()) == (422, True)
    assert not Lead.objects.exists()


@pytest.mark.parametrize("is_own", [True, False])
def test_known_while_typing_tells_no_more_than_one_may_see(team, is_own):
    owner = team[1] if is_own else make_user("eve")
    give_email(make_contact("Wu Customer", owner=owner), "wu@example.com")

    answer = client_of(team[1]).post(
        "/rep/customers/known/", {"email": "WU@example.com", "phone": "138"}, headers={"accept-language": "en"}
    )

    page = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert ("Wu Customer" in page) is is_own
    assert ("Somebody else looks after them" in page) is not is_own
    assert "Eve" not in page


def test_nobody_known_is_nothing_to_say_and_cai_knows_nobody(acme, globex):
    with tenant_context(acme):
        give_email(make_contact("Wu"), "wu@example.com")
    with tenant_context(globex):
        cai = client_of(make_user("cai"), "globex")

    answer = cai.post("/rep/customers/known/", {"email": "wu@example.com"})

    assert (answer.status_code, answer.content.strip()) == (200, b"")


def test_guessing_ends_after_a_while(team, ben):
    give_email(make_contact("Wu", owner=team[1]), "wu@example.com")

    told = [ben.post("/rep/customers/known/", {"email": "wu@example.com"}).content.strip() for _ in range(62)]

    assert told[59]
    assert not told[60]


def test_source_chosen_last_is_chosen_again_for_its_user_alone(team, ben):
    Source.objects.create(name="Fair", created_at=clock.now())
    cache.delete(f"last_source:{team[1].pk}")

    ben.post("/rep/customers/new/", {**CARD, "source": "Fair"})

    assert '<option value="Fair" selected' in ben.get("/rep/customers/new/").content.decode()
    assert '<option value="Fair" selected' not in client_of(team[0]).get("/rep/customers/new/").content.decode()
