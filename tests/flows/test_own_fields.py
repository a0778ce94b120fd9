"""Fields of the business in what comes in: read, kept with their contact, told apart, taken back."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from contacts.custom.undoing import taken_back
from contacts.models import Contact
from contacts.services import archive_field, save_field, set_fields
from leads.enums import LeadOrigin
from leads.mapping import InvalidMapping
from leads.mapping_json import parse_mapping
from leads.models import Lead, LeadArrival
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows import import_undo, lead_import
from scrm.flows.arrival import lead_arrived
from scrm.flows.import_undo import begin_undo, foresee_undo, undone_by
from scrm.flows.jobs import jobs_due
from scrm.flows.starter import lay_out_tenant
from tenants.selectors import tenant_zone
from tests.factories import make_user
from tests.flows.arrivals import make_arrival, phone
from tests.flows.importing import bring, counts, errors

FILE = "name,phone,预算,VIP,Colour,Seen\n"


def make(label, kind="text", **said):
    return save_field(field=None, kind=kind, label=label, by=None, now=clock.now(), **said)


@pytest.fixture
def fields(acme):
    lay_out_tenant()
    make("Budget", "money", label_zh="预算")
    make("VIP", "yes_no")
    make("Colour", "choices", choices=["Red", "Blue"])
    make("Last visit", "date", code="seen")


def held(name="Lin") -> dict:
    return Contact.objects.get(name=name).fields


def known(name: str, number: str) -> Contact:
    lead_arrived([make_arrival(key=number, name=name, identities=(phone(number),))], now=clock.now())
    return Contact.objects.get(name=name)


def put(contact, **values):
    set_fields(contact_id=contact.pk, values=values, role=Role.OPS, by=None, now=clock.now(), zone=tenant_zone())


def guessed(text: str, user=None) -> dict[str, str]:
    look = lead_import.preview(io.BytesIO(text.encode()), user)
    return {name: column.to for name, column in look.mapping.columns.items()}


def test_columns_are_guessed_by_label_and_code_in_both_languages(fields):
    text = FILE + "Lin,13812345678,1200,是,Red,2026-03-31\n"

    assert guessed(text) == {
        "name": "name",
        "phone": "phone",
        "预算": "field:budget",
        "VIP": "field:vip",
        "Colour": "field:colour",
        "Seen": "field:seen",
    }
    assert guessed("budget,Last-Visit\n12,2026/3/1\n") == {"budget": "field:budget", "Last-Visit": "field:seen"}


def test_column_whose_values_do_not_fit_is_not_guessed(fields):
    assert guessed("phone,Budget\n13812345678,quite a lot\n") == {"phone": "phone"}


def test_own_name_means_the_own_field_but_never_for_an_identity(fields):
    make("Rating")
    make("Mobile", code="mobile")

    assert guessed("Mobile,Rating\n13812345678,top\n") == {"Mobile": "phone", "Rating": "field:rating"}


def test_field_that_the_role_may_not_change_is_neither_guessed_nor_taken(fields):
    make("Secret", layout={Role.OPS: "reads"})
    olga = make_user("olga", Role.OPS)
    file = io.BytesIO(b"phone,secret\n13812345678,x\n")

    assert guessed("phone,Secret\n13812345678,x\n", olga) == {"phone": "phone"}
    mapping = parse_mapping({"columns": {"secret": {"to": "field:secret"}}})
    with pytest.raises(InvalidMapping, match=r"columns\.secret\.to"):
        lead_import.start_import(user=olga, file=file, name="x.csv", mapping=mapping)
    assert not Lead.objects.exists()


def test_rows_are_read_as_people_write_them(fields):
    bring(FILE + "Lin,13812345678,¥1，200.50,√,Blue、Red,2026年3月31日\nMo,13900139000,,否,,\n")

    assert held() == {"budget": "1200.5", "vip": True, "colour": ["c1", "c2"], "seen": "2026-03-31"}
    assert held("Mo") == {"vip": False}
    assert Lead.objects.first().attributes == {}


def test_value_that_does_not_fit_is_told_with_row_column_and_fix(fields):
    mapping = parse_mapping(
        {
            "columns": {
                "phone": {"to": "phone"},
                "B": {"to": "field:budget"},
                "C": {"to": "field:colour"},
                "S": {"to": "field:seen"},
            }
        }
    )
    text = "phone,B,C,S\n13812345678,much,Red,2026-01-02\n13900139000,1,Green,3/4/2026\n13700137000,2,Red,\n"

    tried = lead_import.dry_run(io.BytesIO(text.encode()), mapping)
    assert not Lead.objects.exists()
    job = bring(text, mapping=mapping)

    assert counts(job) == (3, 1, 0, 0, 2)
    told = [(problem.row, problem.column, problem.value) for problem in tried.problems]
    assert told == [(2, "B", "much"), (3, "C", "Green"), (3, "S", "3/4/2026")]
    assert "A number such as 12.50." in str(errors(job)[0])
    assert "One of: Red, Blue." in str(errors(job)[1])


def test_day_order_says_which_day_is_meant(fields):
    column = {"to": "field:seen", "day_order": "dmy"}
    bring("name,S\nLin,3/4/2026\n", mapping=parse_mapping({"columns": {"name": {"to": "name"}, "S": column}}))

    assert held() == {"seen": "2026-04-03"}


def test_what_is_known_stays_and_what_is_told_again_is_corrected(fields):
    lin = known("Lin", "13812345678")
    put(lin, budget="100")

    bring("id,phone,Budget,VIP\n1,13812345678,200,yes\n")
    assert held() == {"budget": "100", "vip": True}
    bring("id,phone,Budget,VIP\n1,13812345678,300,yes\n")

    assert held() == {"budget": "300", "vip": True}
    assert counts(bring("id,phone,Budget,VIP\n1,13812345678,300,yes\n")) == (1, 0, 0, 1, 0)


def test_last_mapping_of_the_same_columns_forgets_fields_that_are_gone(fields):
    olga = make_user("olga", Role.OPS)
    text = b"phone,Budget\n13812345678,1\n"
    bring(text)
    budget = save_field(field=None, kind="text", label="Later", by=None, now=clock.now(), layout={Role.OPS: "reads"})
    archive_field(field=type(budget).objects.get(code="budget"), archived=True, by=None, now=clock.now())

    draft = lead_import.receive_file(user=olga, file=io.BytesIO(text), name="again.csv")

    assert draft.options["mapping_from"] == "leads.csv"
    assert lead_import.mapping_of(draft).columns.keys() == {"phone"}


def test_import_taken_back_restores_what_known_contacts_held(fields, monkeypatch):
    monkeypatch.setattr(import_undo, "_AT_ONCE", 1)
    olga = make_user("olga", Role.OPS)
    lin, mo, wu = (known(name, f"1381234567{at}") for at, name in enumerate(("Lin", "Mo", "Wu")))
    put(lin, budget="100")
    bring("id,phone,Budget\n1,13812345670,100\n2,13812345671,1\n")
    said = "id,phone,Budget,VIP\n1,13812345670,200,yes\n1,13812345670,250,yes\n2,13812345671,7,\n3,13812345672,9,no\n"
    job = bring(said + "4,13900139000,8,\n5,13900139000,9,no\n")
    assert [contact.fields.get("budget") for contact in (held_now(lin), held_now(mo), held_now(wu))] == [
        "250",
        "7",
        "9",
    ]
    put(mo, budget="8")

    foreseen = foresee_undo(job)
    undo = begin_undo(job, by=olga)
    while jobs_due(Budget(0)):
        pass
    undo.refresh_from_db()

    assert (foreseen.undone.fields, undone_by(undo).fields) == (2, 2)
    assert [held_now(each).fields for each in (lin, mo, wu)] == [{"budget": "100"}, {"budget": "8"}, {}]
    assert Contact.objects.count() == 3


def held_now(contact) -> Contact:
    return Contact.objects.get(pk=contact.pk)


def test_arrival_notes_what_it_set(fields):
    lead_arrived([make_arrival(identities=(phone("13812345678"),), fields={"budget": "1"})], now=clock.now())

    assert LeadArrival.objects.get().fields_set == {"budget": [None, "1"]}


def test_forms_fill_what_is_empty_and_correct_nothing(fields):
    for said in ("1", "2"):
        arrival = make_arrival(
            key="same", identities=(phone("13812345678"),), fields={"budget": said}, came_by=LeadOrigin.FORM
        )
        lead_arrived([arrival], now=clock.now())

    assert Contact.objects.get().fields == {"budget": "1"}
    assert [each.fields_set for each in LeadArrival.objects.order_by("pk")] == [{"budget": [None, "1"]}, None]


VALUES = st.one_of(st.none(), st.sampled_from(["a", "b", "c"]))


@given(
    st.dictionaries(st.sampled_from("xyz"), st.sampled_from("abc")),
    st.lists(st.dictionaries(st.sampled_from("xyz"), VALUES)),
)
def test_steps_taken_back_in_turn_give_what_there_was(before, writes):
    held, steps = dict(before), []
    for write in writes:
        steps.append({code: [held.get(code), value] for code, value in write.items() if held.get(code) != value})
        held = {code: value for code, value in {**held, **write}.items() if value is not None}

    assert taken_back(held, reversed(steps)) == before
