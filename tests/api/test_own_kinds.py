"""Kinds of identity of the business's own through the API: leads, events and orders name people by them."""

import pytest

from contacts.models import Contact
from contacts.services.kinds import archive_kind, save_kind
from events.models import Event, EventType
from leads.models import Lead
from scrm.core import clock

AT = "2026-03-01T09:30:00+08:00"


@pytest.fixture(autouse=True)
def kinds(acme):
    said = {"by": None, "now": clock.now()}
    loyalty = save_kind(kind=None, label="Loyalty", spelling="alnum", pattern="LC###", masked=False, **said)
    save_kind(kind=None, label="Car", spelling="upper", matches=False, **said)
    return loyalty


def test_lead_names_its_person_by_an_own_kind(system):
    answer = system.post("leads", {"name": "Lin", "identities": {"loyalty": "lc-001", "car": "a 1"}})

    assert answer.status_code == 201, answer.json()
    again = system.post("leads", {"phone": "13812345678", "identities": {"loyalty": "LC001"}})
    assert again.json()["contact_id"] == answer.json()["contact_id"]
    shown = system.get(f"contacts/{answer.json()['contact_id']}").json()["identities"]
    assert sorted((each["kind"], each["shown"]) for each in shown) == [
        ("car", "A***"),
        ("loyalty", "LC001"),
        ("phone", "138****5678"),
    ]


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"identities": {"nothing": "x"}, "phone": "13812345678"}, "identities.nothing", "unknown_kind"),
        ({"identities": {"loyalty": "x"}}, "identities.loyalty", "invalid"),
        ({"identities": {"loyalty": 1}}, "identities.loyalty", "invalid"),
        ({"identities": {"car": "A1"}}, "", "invalid"),
    ],
)
def test_what_can_be_no_identity_is_refused(system, said, field, code):
    answer = system.post("leads", said)

    assert answer.status_code == 422
    assert (field, code) in [(each["field"], each["code"]) for each in answer.json()["errors"]]
    assert not Lead.objects.exists()


def test_events_and_orders_name_their_person_so(system):
    EventType.objects.create(code="shop_visited", name="Shop visited", properties={})
    lin = system.post("leads", {"name": "Lin", "identities": {"loyalty": "LC001", "car": "A1"}}).json()["contact_id"]

    def visit(**who):
        [told] = system.post("events", {"events": [{"type": "shop_visited", "occurred_at": AT, **who}]}).json()[
            "results"
        ]
        return told["outcome"], [each["code"] for each in told["errors"]]

    assert visit(identities={"loyalty": "lc 001"}) == ("new", [])
    assert visit(identities={"loyalty": "LC002"}) == ("rejected", ["unknown_contact"])
    assert visit(identities={"car": "A1"}) == ("rejected", ["kind_tells_nobody"])
    assert visit(identities={"loyalty": "LC001", "car": "A1"})[0] == "rejected"
    assert [str(event.contact_id) for event in Event.objects.filter(type__code="shop_visited")] == [lin]

    order = {"platform": "shop", "number": "1", "ordered_at": AT, "amount": "1.00"}
    told = system.post("orders", {"orders": [{**order, "identities": {"loyalty": "LC001"}}]}).json()["results"][0]
    assert (told["outcome"], told["contact_id"]) == ("created", lin)
    told = system.post("orders", {"orders": [{**order, "number": "2", "identities": {"car": "A1"}}]}).json()["results"][
        0
    ]
    assert (told["outcome"], told["contact_id"]) == ("created", None)
    assert Contact.objects.count() == 1


def test_kinds_are_listed_and_archived_ones_are_not(system, kinds):
    shown = system.get("identity-kinds").json()["results"]
    assert [(each["code"], each["spelling"], each["matches"]) for each in shown] == [
        ("car", "upper", False),
        ("loyalty", "alnum", True),
    ]

    archive_kind(kind=kinds, archived=True, by=None, now=clock.now())

    assert len(system.get("identity-kinds").json()["results"]) == 1
    answer = system.post("leads", {"identities": {"loyalty": "LC001"}})
    assert answer.json()["errors"][0]["code"] == "unknown_kind"
