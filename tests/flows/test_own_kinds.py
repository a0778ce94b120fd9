"""Kinds of identity of the business's own, by every way in: recognised, compared, kept sealed, found and shown."""

import io

import pytest

from accounts.enums import Role
from commerce.models import Order
from contacts.models import Contact, DuplicatePair, Identity
from contacts.services.kinds import archive_kind, save_kind
from exchange.models import InboxMessage
from leads.inputs import IdentityInput
from leads.mapping import InvalidMapping
from leads.mapping_json import parse_mapping
from leads.models import Lead, LeadArrival
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows import lead_import, order_import
from scrm.flows.arrival import lead_arrived
from scrm.flows.contact_merge import contact_unmerged, contacts_merged
from scrm.flows.erasure import person_erased
from scrm.flows.finding import found
from scrm.flows.hooks_in import messages_due
from tests.factories import make_user
from tests.flows.arrivals import make_arrival, phone
from tests.flows.importing import bring, counts, errors
from tests.flows.ordering import bring as bring_orders
from tests.flows.test_hooks_in import make_endpoint, push


def make(label="Loyalty", **said):
    said = {"spelling": "alnum", **said}
    return save_kind(kind=None, label=label, by=None, now=clock.now(), **said)


@pytest.fixture
def loyalty(acme):
    return make("Loyalty", label_zh="会员编号", pattern="LC###")


def known_by(number: str, kind: str = "loyalty") -> IdentityInput:
    return IdentityInput(kind, number, number)


def arrive(key: str, *ways: IdentityInput, name: str = ""):
    return lead_arrived([make_arrival(key=key, name=name, identities=ways)], now=clock.now())[0]


def kinds_of(contact: Contact) -> list[tuple[str, str]]:
    return sorted(contact.identities.values_list("kind", "hint"))


def test_who_comes_with_a_known_id_is_recognised_by_it(loyalty):
    arrive("a", known_by("LC001"), phone("13812345678"), name="Lin")
    arrive("b", known_by("LC001"), phone("13900139000"))

    lin = Contact.objects.get()
    assert kinds_of(lin) == [("loyalty", "L***"), ("phone", "138****5678"), ("phone", "139****9000")]
    assert sorted(LeadArrival.objects.values_list("matched_by", flat=True)) == ["loyalty", "new"]


def test_own_kind_tells_before_a_phone_unless_the_business_says_otherwise(loyalty):
    arrive("a", known_by("LC001"), name="Lin")
    arrive("b", phone("13812345678"), name="Mei")

    outcome = arrive("c", phone("13812345678"), known_by("LC001"))

    assert Contact.objects.get(pk=outcome.contact_id).name == "Lin"
    assert [(each.column, each.value) for each in outcome.problems] == [("Phone", "138****5678")]
    assert DuplicatePair.objects.get().kind == "phone"


def test_kind_that_tells_nobody_lets_people_decide(loyalty):
    make("Car", matches=False)
    arrive("a", known_by("A1", "car"), phone("13812345678"), name="Lin")

    outcome = arrive("b", known_by("A1", "car"), phone("13900139000"), name="Mei")

    assert Contact.objects.count() == 2
    assert [(each.column, each.value) for each in outcome.problems] == [("Car", "A***")]
    assert (DuplicatePair.objects.get().kind, DuplicatePair.objects.get().confidence) == ("car", 90)


def test_of_a_kind_that_is_had_once_the_first_stays(loyalty):
    make("Card", several=False)
    arrive("a", known_by("C1", "card"), phone("13812345678"), name="Lin")

    outcome = arrive("b", known_by("C2", "card"), phone("13812345678"))

    assert [(each.column, each.value, each.reason) for each in outcome.problems] == [
        ("Card", "C***", "They have another one already, and can have one only.")
    ]
    assert Identity.objects.filter(kind="card").count() == 1
    assert arrive("c", known_by("C2", "card")).contact_id != outcome.contact_id


def test_columns_are_guessed_by_the_names_of_kinds_before_all_others(loyalty):
    text = "会员编号,手机\nlc-001,13812345678\n"
    look = lead_import.preview(io.BytesIO(text.encode()), None)

    assert {name: column.to for name, column in look.mapping.columns.items()} == {
        "会员编号": "identity:loyalty",
        "手机": "phone",
    }


def test_file_is_read_by_kinds_and_the_same_file_changes_nothing(loyalty):
    text = "name,Loyalty,phone\nLin,lc-001,\nLin,LC 001,13812345678\nMei,LC1,13900139000\nMo,,\n"
    columns = {"name": {"to": "name"}, "Loyalty": {"to": "identity:loyalty"}, "phone": {"to": "phone"}}
    mapping = parse_mapping({"columns": columns})
    file = bring(text, mapping=mapping)

    assert counts(file) == (4, 1, 1, 0, 2)
    assert kinds_of(Contact.objects.get()) == [("loyalty", "L***"), ("phone", "138****5678")]
    said = errors(file)
    assert [row[0] for row in said] == ["4", "5"]
    assert "It does not look like this: Loyalty." in said[0]
    assert "Write it like LC###, where # is a digit, @ a letter and * either." in said[0]
    assert counts(bring(text, mapping=mapping)) == (4, 0, 0, 2, 2)
    assert Lead.objects.count() == 1


def test_column_of_a_kind_that_tells_nobody_asks_for_nothing_more(loyalty):
    make("Car", matches=False)
    mapping = parse_mapping({"columns": {"name": {"to": "name"}, "car": {"to": "identity:car"}}})

    assert counts(bring("name,car\nLin,a1\nMo,\n", mapping=mapping)) == (2, 2, 0, 0, 0)
    assert counts(bring("name,car\nLin,a1\nMo,\n", mapping=mapping)) == (2, 0, 0, 2, 0)


@pytest.mark.parametrize("code", ["nothing", "loyalty"])
def test_mapping_of_a_kind_that_takes_nothing_in_is_refused(loyalty, code):
    archive_kind(kind=loyalty, archived=True, by=None, now=clock.now())
    mapping = parse_mapping({"columns": {"x": {"to": f"identity:{code}"}}})

    with pytest.raises(InvalidMapping, match=r"columns\.x"):
        bring("x\nLC001\n", mapping=mapping)
    assert not Lead.objects.exists()


def test_pushed_messages_say_who_by_own_kinds(loyalty):
    endpoint = make_endpoint(mapping={"fields": {"name": "name", "member": "identity:loyalty"}})
    push(endpoint, {"name": "Lin", "member": "lc 001"})
    push(endpoint, {"name": "Lin", "member": "nothing like it"})
    messages_due(Budget(30))

    assert kinds_of(Contact.objects.get()) == [("loyalty", "L***")]
    assert InboxMessage.objects.filter(outcome__rejected=1).count() == 1


def test_what_comes_for_an_archived_kind_is_passed_over(loyalty):
    endpoint = make_endpoint(mapping={"fields": {"tel": "phone", "member": "identity:loyalty"}})
    archive_kind(kind=loyalty, archived=True, by=None, now=clock.now())

    push(endpoint, {"tel": "13812345678", "member": "LC001"})
    messages_due(Budget(30))

    assert kinds_of(Contact.objects.get()) == [("phone", "138****5678")]


def test_files_of_orders_name_their_buyers_so(loyalty):
    make("Car", matches=False)
    arrive("a", known_by("LC001"), name="Lin")
    file = "order number,order date,total,会员编号,Car\n1,2026-01-05,10,lc-001,A1\n2,2026-01-05,20,,A2\n"

    look = order_import.preview(io.BytesIO(file.encode()))
    assert [look.mapping.columns[name].to for name in ("会员编号", "Car")] == ["identity:loyalty", "identity:car"]
    bring_orders(file)

    assert list(Order.objects.order_by("number").values_list("contact__name", flat=True)) == ["Lin", None]
    assert kinds_of(Contact.objects.get()) == [("car", "A***"), ("loyalty", "L***")]


def test_they_are_found_whole_however_written_and_stay_when_archived(loyalty):
    make("Card", spelling="digits")
    arrive("a", known_by("LC001"), known_by("4711", "card"), name="Lin")
    olga, ben = make_user("olga", Role.OPS), make_user("ben", Role.REP)
    archive_kind(kind=loyalty, archived=True, by=None, now=clock.now())

    for text in ("lc-001", "LC 001", "4711", "47-11"):
        [hit] = found(olga, text).contacts
        assert hit.contact.name == "Lin"
        assert hit.reason.called in ("Loyalty", "Card")
    assert not found(olga, "LC002")
    assert not found(olga, "Mo 4711")
    assert not found(ben, "LC001")


def test_merge_and_unmerge_take_them_along_and_erasure_leaves_none(loyalty):
    lin = Contact.objects.get(pk=arrive("a", known_by("LC001"), name="Lin").contact_id)
    mei = Contact.objects.get(pk=arrive("b", known_by("LC002"), name="Mei").contact_id)

    merged = contacts_merged(lin.pk, mei.pk, choices={}, by=None, now=clock.now())
    assert lin.identities.count() == 2
    contact_unmerged(merged, by=None, now=clock.now())
    assert lin.identities.count() == mei.identities.count() == 1
    person_erased(mei.pk, by=None, now=clock.now())

    assert arrive("c", known_by("LC002"), name="New").contact_id != mei.pk
    assert lin.identities.get().kind == "loyalty"
