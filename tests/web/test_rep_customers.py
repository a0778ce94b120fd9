"""The customer on the phone: found by what the rep knows, and everything one may do about them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry
from contacts.enums import ChannelKind
from contacts.models import DoNotContact
from leads.enums import LeadOrigin, LeadStatus
from leads.inputs import Arrival, IdentityInput, LeadInput
from leads.models import Interaction, Lead
from lifecycle.models import Position, Stage
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.starter import lay_out_tenant
from tagging.models import Tag, TagAssignment
from tests.factories import give_email, make_user
from tests.web.rep_people import client_of, make_customer, make_task, make_team

PHONE = "+8613800138000"


@pytest.fixture
def ben(acme):
    lay_out_tenant()
    return make_user("ben")


@pytest.fixture
def lin(ben):
    """A customer of Ben's who came as a lead with a phone."""
    lead = LeadInput(row=1, name="Lin Xiao", city="Hangzhou", identities=(IdentityInput("phone", PHONE, PHONE),))
    arrival = Arrival(lead=lead, came_by=LeadOrigin.HAND, dedupe_key="lin", owner_id=ben.pk)
    outcome = lead_arrived([arrival], now=clock.now())[0]
    return Lead.objects.get(pk=outcome.lead_id).contact


def page(contact, name="customer", *more):
    return reverse(f"rep:{name}", args=[contact.pk, *more])


def names_on(answer):
    return [contact.name for contact, *_more in answer.context["people"]]


@pytest.mark.parametrize("text", ["Lin", "xiao", "13800138000", "+86 138 0013 8000", "8000", " Lin "])
def test_customer_is_found_by_what_one_knows(ben, lin, text):
    make_customer(ben, "Somebody else")

    assert names_on(client_of(ben).post("/rep/customers/", {"q": text})) == ["Lin Xiao"]


@pytest.mark.parametrize("text", ["%", "'; --", "9" * 500, "😀", "@", "x@y"])
def test_odd_searches_find_nobody(ben, lin, text):
    answer = client_of(ben).post("/rep/customers/", {"q": text})

    assert answer.status_code == 200
    assert names_on(answer) == []


def test_search_leaves_nothing_in_the_address(ben, lin):
    answer = client_of(ben).post("/rep/customers/", {"q": "8000"}, headers={"HX-Request": "true"})

    assert answer["HX-Push-Url"] == "/rep/customers/"
    assert "138****8000" in answer.content.decode()


def test_list_shows_own_customers_only(acme):
    ada, ben = make_team()
    make_customer(ben, "Of Ben")
    make_customer(ada, "Of Ada")

    assert names_on(client_of(ben).get("/rep/customers/")) == ["Of Ben"]
    assert sorted(names_on(client_of(ada).get("/rep/customers/"))) == ["Of Ada", "Of Ben"]


def test_list_is_narrowed_by_stage(ben, lin):
    make_customer(ben, "Nowhere")
    captured = Stage.objects.get(code="captured")

    assert names_on(client_of(ben).get("/rep/customers/", {"stage": captured.pk})) == ["Lin Xiao"]
    assert len(names_on(client_of(ben).get("/rep/customers/", {"stage": "nonsense"}))) == 2


@pytest.mark.parametrize("people", [1, 3])
def test_list_asks_the_database_the_same_for_many(ben, people, django_assert_max_num_queries):
    for n in range(people):
        make_customer(ben, f"Lin {n}")
    client = client_of(ben)
    client.get("/rep/customers/")

    with django_assert_max_num_queries(15):
        client.get("/rep/customers/")


def test_page_shows_how_things_stand(ben, lin):
    task = make_task(lin)

    answer = client_of(ben).get(page(lin))

    assert answer.status_code == 200
    assert "Lin Xiao" in answer.text
    assert "138****8000" in answer.text
    assert PHONE not in answer.text
    assert str(task.pk) in answer.text
    assert answer["Cache-Control"] == "no-store"


def test_everything_about_a_colleagues_customer_is_not_there(ben, lin):
    dan = make_user("dan")
    client = client_of(dan)
    identity = lin.identities.get()

    assert client.get(page(lin)).status_code == 404
    assert client.get(page(lin, "customer_story"), {"after": f"{clock.now().isoformat()}~0~1"}).status_code == 404
    for name, data in (
        ("customer_log", {"kind": "call"}),
        ("customer_tag", {"tag": Tag.objects.first().pk}),
        ("customer_stage", {"stage": Stage.objects.get(code="won").pk}),
    ):
        assert client.post(page(lin, name), data).status_code == 404
    assert client.post(page(lin, "customer_reveal", identity.pk)).status_code == 404
    assert not Interaction.objects.exists()
    assert not TagAssignment.objects.exists()
    assert not AuditEntry.objects.filter(action="identity.revealed").exists()
    assert Position.objects.get(contact=lin).stage.code == "captured"


def test_cai_sees_nothing_of_acme(acme, globex):
    with tenant_context(acme):
        contact = make_customer(make_user("ben"))
    with tenant_context(globex):
        answer = client_of(make_user("cai", "principal"), "globex").get(page(contact))

    assert answer.status_code == 404


def test_an_identity_of_somebody_else_is_not_shown_under_ones_own(ben, lin):
    other = make_customer(make_user("dan"), "Of Dan")
    identity = give_email(other, "dan@example.com")

    answer = client_of(ben).post(page(lin, "customer_reveal", identity.pk))

    assert answer.status_code == 404


def test_revealed_phone_can_be_dialled_and_is_audited(ben, lin):
    answer = client_of(ben).post(page(lin, "customer_reveal", lin.identities.get().pk), {"as": "dial"})

    assert f'href="tel:{PHONE}"' in answer.text
    assert answer["Cache-Control"] == "no-store"
    entry = AuditEntry.objects.get(action="identity.revealed")
    assert (entry.actor, entry.subject_id) == (ben, str(lin.pk))


def test_whoever_asked_not_to_be_called_has_no_call_button(ben, lin):
    make_task(lin)
    DoNotContact.objects.create(contact=lin, channel=ChannelKind.CALL, since=clock.now())

    answer = client_of(ben).get(page(lin))

    assert "Do not call" in answer.text
    assert '"as": "dial"' not in answer.text


def test_logged_call_moves_the_lead_and_stands_in_the_story(ben, lin):
    tomorrow = (clock.now() + timedelta(days=1)).date()
    said = {"kind": "call", "text": "Wants the SUV.", "effective": "on", "next_on": tomorrow.isoformat()}
    client = client_of(ben)

    answer = client.post(page(lin, "customer_log"), said)

    assert answer.status_code == 302
    kept = Interaction.objects.get()
    assert (kept.kind, kept.text, kept.effective, kept.next_on, kept.by) == (
        *("call", "Wants the SUV.", True),
        *(tomorrow, ben),
    )
    assert Lead.objects.get().status == LeadStatus.WORKING
    assert "Wants the SUV." in client.get(page(lin)).text


@pytest.mark.parametrize(
    "said", [{}, {"kind": "shout"}, {"kind": "call", "next_on": "soon"}, {"kind": "call", "text": "\0"}]
)
def test_what_cannot_be_logged_is_asked_again(ben, lin, said):
    answer = client_of(ben).post(page(lin, "customer_log"), said)

    assert answer.status_code == 422
    assert not Interaction.objects.exists()


def test_a_second_tap_takes_the_tag_back(ben, lin):
    tag = Tag.objects.get(code="asked-price")
    client = client_of(ben)

    client.post(page(lin, "customer_tag"), {"tag": tag.pk})
    given = list(TagAssignment.objects.values_list("tag__code", "by"))
    client.post(page(lin, "customer_tag"), {"tag": tag.pk})

    assert given == [("asked-price", ben.pk)]
    assert not TagAssignment.objects.exists()


def test_moved_to_won_wins_the_lead(ben, lin):
    client_of(ben).post(page(lin, "customer_stage"), {"stage": Stage.objects.get(code="won").pk})

    assert Position.objects.get(contact=lin).stage.code == "won"
    assert Lead.objects.get().status == LeadStatus.WON


@pytest.mark.parametrize(("name", "field"), [("customer_tag", "tag"), ("customer_stage", "stage")])
def test_what_is_not_offered_changes_nothing(ben, lin, name, field):
    for text in ("", "nonsense", "01a1fc8f-17ef-7074-972e-eacd77118f03"):
        assert client_of(ben).post(page(lin, name), {field: text}).status_code == 302

    assert not TagAssignment.objects.exists()
    assert Position.objects.get(contact=lin).stage.code == "captured"


def test_me_tells_my_numbers(ben, lin):
    make_task(lin, state="done", finished_at=clock.now())
    make_task(lin, state="done", due=timedelta(hours=-9), finished_at=clock.now())

    answer = client_of(ben).get("/rep/me/")

    assert (answer.context["numbers"].done_week, answer.context["numbers"].on_time) == (2, 0.5)
    assert answer.context["leads"]["open"] == 1


def test_phone_gets_what_makes_it_an_app(acme):
    client = client_of()

    manifest = client.get("/rep/manifest.webmanifest")
    worker = client.get("/rep/sw.js")
    offline = client.get("/rep/offline")

    assert (manifest["Content-Type"], manifest.json()["name"], manifest.json()["start_url"]) == (
        *("application/manifest+json", "Acme"),
        "/rep/",
    )
    assert worker["Service-Worker-Allowed"] == "/rep/"
    assert worker["Content-Type"].startswith("text/javascript")
    assert b"addEventListener" in worker.content
    assert "You are offline" in offline.text
