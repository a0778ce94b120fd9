"""Forms that ask for ids of the business's own kinds, and offer what a field begins with."""

import pytest

from accounts.enums import Role
from contacts.models import Contact
from contacts.services import save_field
from contacts.services.kinds import archive_kind, save_kind
from leads.models import HeldLead, Lead
from scrm.core import clock
from scrm.web.held_reading import enquiry_of, with_answers
from tests.factories import make_user
from tests.web.ops.conftest import Desk
from tests.web.public_pages import make_form, reader, send


@pytest.fixture
def kind(acme):
    said = {"spelling": "alnum", "pattern": "LC###", "by": None, "now": clock.now()}
    return save_kind(kind=None, label="Loyalty", **said)


@pytest.fixture
def form(kind):
    return make_form({"kind": "identity", "field": "loyalty", "label": "Your member number"})


def known_by() -> list[tuple[str, str]]:
    return sorted(Contact.objects.get().identities.values_list("kind", "hint"))


def test_form_asks_for_it_and_recognises_by_it(form):
    assert "Your member number" in reader().get(f"/f/{form.slug}").text

    assert send(form, question_4="lc-001").status_code == 303
    assert send(form, question_4="LC 001", phone="13900139000").status_code == 303

    assert known_by() == [("loyalty", "L***"), ("phone", "138****8000"), ("phone", "139****9000")]
    assert "LC001" not in str(list(Lead.objects.values_list("attributes", flat=True)))


def test_what_can_be_none_is_told_beside_it(form):
    answer = send(form, question_4="x")

    assert answer.status_code == 422
    assert "It does not look like this: Loyalty." in answer.text
    assert not Lead.objects.exists()


def test_archived_kind_is_asked_for_no_more(form, kind):
    archive_kind(kind=kind, archived=True, by=None, now=clock.now())

    assert "Your member number" not in reader().get(f"/f/{form.slug}").text
    assert send(form, question_4="LC001").status_code == 303
    assert known_by() == [("phone", "138****8000")]


def test_held_one_keeps_it_and_shows_it_to_nobody(form):
    send(form, question_4="LC001", proof="")
    held = HeldLead.objects.get()

    assert [each.answers for each in with_answers([held])] == [[]]
    ways = enquiry_of(held).arrival.lead.identities
    assert [(way.kind, way.key) for way in ways] == [("phone", "+8613800138000"), ("loyalty", "LC001")]


def test_builder_offers_each_kind_once(form, acme):
    desk = Desk(acme, make_user("olaf", Role.OPS))
    page = desk.get(f"/forms/{form.pk}/").content.decode()
    assert 'value="add:identity:loyalty"' not in page
    draft = {"q-count": "1", "q-0-id": "1", "q-0-kind": "phone", "q-0-label": "Phone", "title": "x"}

    rows = desk.post(f"/forms/{form.pk}/questions/", {**draft, "action": "add:identity:loyalty"}).context["rows"]

    assert [(row.kind, row.heading) for row in rows] == [("phone", "Phone"), ("identity:loyalty", "Loyalty")]


def test_lead_by_hand_is_asked_for_it(kind, acme):
    desk = Desk(acme, make_user("olaf", Role.OPS))
    said = {"once": "a", "name": "Lin", "phone": "13812345678"}
    assert "Loyalty" in desk.get("/leads/new/").content.decode()

    wrong = desk.post("/leads/new/", {**said, "identity-loyalty": "x"})
    assert wrong.status_code == 422
    assert not Lead.objects.exists()
    desk.post("/leads/new/", {**said, "identity-loyalty": "lc 001"})

    assert known_by() == [("loyalty", "L***"), ("phone", "138****5678")]


@pytest.fixture
def fields(acme):
    said = {"field": None, "by": None, "now": clock.now()}
    save_field(label="Model", kind="choice", choices=["X1", "X2"], default="X2", subject="lead", **said)
    save_field(label="Country", kind="text", default="China", **said)
    return make_form(
        {"kind": "own", "field": "model", "label": "Model"}, {"kind": "own", "field": "country", "label": "Country"}
    )


def test_form_offers_what_a_field_begins_with(fields):
    page = reader().get(f"/f/{fields.slug}").text

    assert 'value="X2" id="field_question_4_1" checked' in " ".join(page.split()) or 'value="X2" checked' in page
    assert 'value="China"' in page


def test_offer_that_somebody_takes_out_stays_out_of_the_lead(fields):
    send(fields, question_4="", question_5="Spain")
    send(fields, question_4="X1", question_5="Spain", phone="13900139000")

    assert list(Lead.objects.order_by("pk").values_list("fields", flat=True)) == [{}, {"model": "c1"}]
    assert set(Contact.objects.values_list("fields__country", flat=True)) == {"Spain"}
