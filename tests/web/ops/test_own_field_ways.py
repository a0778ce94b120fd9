"""Fields of the business in hosted forms, pushed messages, leads by the API, and in the trace of a lead."""

import json

import pytest

from accounts.enums import Role
from contacts.models import Contact, CustomField
from contacts.services import archive_field, save_field, set_fields
from exchange.enums import EndpointState
from exchange.models import InboxMessage, WebhookEndpoint
from leads.models import Form, HeldLead, Lead, LeadArrival
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.hooks_in import messages_due
from scrm.web.held_reading import enquiry_of, with_answers
from tenants.selectors import tenant_zone
from tests.api.conftest import Caller, make_caller
from tests.factories import make_user
from tests.flows.test_hooks_in import make_endpoint, push
from tests.web.ops.conftest import Desk
from tests.web.public_pages import make_form, reader, send

ASKED = [
    ("budget", "Budget", "money", ()),
    ("colour", "Colours", "choices", ("Red", "Blue")),
    ("model", "Model", "choice", ("X1", "X2")),
    ("seen", "Last visit", "date", ()),
    ("call", "Call at", "moment", ()),
    ("vip", "VIP", "yes_no", ()),
]
SAID = {
    "question_4": "¥1,200",
    "question_5": ["Blue", "Red"],
    "question_6": "X2",
    "question_7": "2026-03-31",
    "question_8": "2026-03-31T09:30",
    "question_9": "No",
}
KEPT = {
    "colour": ["c1", "c2"],
    "model": "c2",
    "seen": "2026-03-31",
    "call": "2026-03-31T01:30:00+00:00",
    "vip": False,
}


@pytest.fixture
def fields(tenant):
    for code, label, kind, choices in ASKED:
        save_field(field=None, code=code, kind=kind, label=label, choices=list(choices), by=None, now=clock.now())


@pytest.fixture
def form(fields) -> Form:
    return make_form(*({"kind": "own", "field": code, "label": label} for code, label, _kind, _choices in ASKED))


@pytest.fixture
def system(acme) -> Caller:
    return make_caller(acme)


@pytest.fixture
def olga(fields, tenant) -> Desk:
    return Desk(tenant, make_user("olaf", Role.OPS))


def test_form_asks_for_fields_as_their_kinds_ask_and_keeps_them(form):
    page = reader().get(f"/f/{form.slug}").content.decode()
    answer = send(form, **{**SAID, "question_4": "1,200"})

    assert answer.status_code == 303
    lead = Lead.objects.get()
    assert lead.contact.fields == {**KEPT, "budget": "1200"}
    assert (lead.attributes["Colours"], lead.attributes["VIP"]) == ("Red, Blue", "No")
    for shown in ('type="date"', 'type="datetime-local"', 'inputmode="decimal"', 'value="X2"', 'type="checkbox"'):
        assert shown in page


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"question_4": "much"}, "A number such as 12.50."),
        ({"question_6": "X9"}, "X9 is not one of the available choices"),
        ({"question_7": "31.2.2026"}, "A date such as 2026-03-31."),
    ],
)
def test_form_says_beside_the_field_what_would_do(form, said, words):
    answer = send(form, **said)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Lead.objects.exists()


def test_form_corrects_nothing_that_is_known(form):
    send(form, question_4="1")
    contact = Contact.objects.get()
    set_fields(
        contact_id=contact.pk, values={"budget": "5"}, role=Role.OPS, by=None, now=clock.now(), zone=tenant_zone()
    )

    send(form, question_4="2", question_6="X1")

    contact.refresh_from_db()
    assert contact.fields == {"budget": "5", "model": "c1"}


def test_form_asks_no_more_for_a_field_that_is_archived(form):
    archive_field(field=CustomField.objects.get(code="budget"), archived=True, by=None, now=clock.now())

    assert "Budget" not in reader().get(f"/f/{form.slug}").content.decode()
    assert send(form, **{**SAID, "question_4": "12"}).status_code == 303
    assert Lead.objects.get().contact.fields == KEPT


def test_builder_offers_fields_each_once_and_says_which_is_gone(olga, form):
    draft = {"title": "Ask", "q-count": "1", "q-0-id": "1", "q-0-kind": "own:budget", "q-0-label": "How much?"}

    rows = olga.post(f"/forms/{form.pk}/questions/", {**draft, "action": "add:own:model"}).context["rows"]
    again = olga.post(f"/forms/{form.pk}/questions/", {**draft, "action": "add:own:budget"})
    archive_field(field=CustomField.objects.get(code="budget"), archived=True, by=None, now=clock.now())
    olga.post(f"/forms/{form.pk}/", {**draft, "q-1-kind": "phone", "q-1-label": "Phone", "q-count": "2"})
    checked = olga.get(f"/forms/{form.pk}/?check=1").content.decode()

    assert [(row.question.kind, row.question.field, row.question.label) for row in rows] == [
        ("own", "budget", "How much?"),
        ("own", "model", "Model"),
    ]
    assert "budget" not in [value.removeprefix("own:") for value, _label in again.context["own_kinds"]]
    assert len(again.context["rows"]) == 1
    assert "This field is archived, or not yours to fill" in checked


def test_builder_offers_only_fields_that_its_user_changes(olga, form):
    save_field(field=None, kind="text", label="Hush", layout={Role.OPS: "reads"}, by=None, now=clock.now())

    page = olga.get(f"/forms/{form.pk}/")

    assert "own:hush" not in page.content.decode()


def test_pushed_message_fills_fields(fields):
    mapping = {"items": "", "fields": {"phone": "phone", "b": "field:budget", "d": "field:seen", "v": "field:vip"}}
    endpoint = make_endpoint(mapping=mapping)

    push(endpoint, {"phone": "13800138000", "b": 1200.5, "d": "2026/3/31", "v": True})
    push(endpoint, {"phone": "13900139000", "b": "much"})
    while messages_due(Budget(0)):
        pass

    assert [lead.contact.fields for lead in Lead.objects.all()] == [
        {"budget": "1200.5", "seen": "2026-03-31", "vip": True}
    ]
    told = InboxMessage.objects.order_by("received_at").last().outcome["problems"]
    assert [(each["field"], each["fix"]) for each in told] == [("b", "A number such as 12.50.")]


def test_sample_of_a_webhook_is_guessed_and_mapped_to_fields(olga):
    endpoint = make_endpoint(mapping={}, state=EndpointState.DRAFT)
    body = json.dumps({"phone": "13800138000", "Budget": "12", "model": "X1"})
    olga.post(f"/webhooks/{endpoint.pk}/sample/", {"body": body})

    page = olga.post(f"/webhooks/{endpoint.pk}/mapping/", {"action": "guess"})
    paths, targets = ["phone", "Budget"], ["phone", "field:gone"]
    refused = olga.post(f"/webhooks/{endpoint.pk}/mapping/", {"path": paths, "target": targets, "action": "save"})

    assert [row.chosen for row in page.context["rows"]] == ["phone", "field:budget", "field:model"]
    assert ("Budget", "12") in page.context["leads"][0]
    assert ("Model", "X1") in page.context["leads"][0]
    assert refused.status_code == 422
    assert WebhookEndpoint.objects.get().mapping == {}


def test_api_takes_fields_of_their_types(system: Caller, fields):
    body = {"phone": "13800138000", "fields": {"budget": 1200.5, "colour": ["Red"], "vip": True, "model": None}}

    answer = system.post("leads", body)
    again = system.post("leads", body)

    assert (answer.status_code, again.json()["outcome"]) == (201, "unchanged")
    assert Contact.objects.get().fields == {"budget": "1200.5", "colour": ["c1"], "vip": True}
    assert LeadArrival.objects.get().fields_set["budget"] == [None, "1200.5"]


def test_api_names_each_field_that_is_wrong(system: Caller, fields):
    wrong = {"budget": "much", "colour": ["Green"], "seen": [1], "nothing": 1}

    answer = system.post("leads", {"phone": "13800138000", "fields": wrong})

    assert answer.status_code == 422
    assert sorted((each["field"], each["code"]) for each in answer.json()["errors"]) == [
        ("fields.budget", "bad_number"),
        ("fields.colour", "unknown_choice"),
        ("fields.nothing", "unknown_field"),
        ("fields.seen", "bad_date"),
    ]
    assert not Lead.objects.exists()


def test_trace_says_what_was_set_to_whom_it_is_shown(olga, fields, system: Caller):
    save_field(field=None, kind="text", label="Hush", layout={Role.OPS: "hidden"}, by=None, now=clock.now())
    body = {"phone": "13800138000", "external_id": "7", "fields": {"budget": "1", "vip": False, "hush": "psst"}}
    system.post("leads", body, HTTP_IDEMPOTENCY_KEY="a")

    page = olga.get(f"/leads/{Lead.objects.get().pk}/trace/").content.decode()

    assert "Budget: 1 · VIP: No" in page
    assert "psst" not in page


def test_held_answers_are_read_in_words(form):
    send(form, proof="", question_5=["Red", "Blue"], question_9="No")

    [answered] = with_answers(HeldLead.objects.all())

    assert answered.answers == [("Colours", "Red; Blue"), ("VIP", "No")]
    accepted = enquiry_of(answered.held).arrival.lead
    assert accepted.fields == {"colour": ["c1", "c2"], "vip": False}
