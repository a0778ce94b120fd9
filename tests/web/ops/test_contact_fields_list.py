"""The list of contacts by fields of the business: narrowed, sorted, with columns, all of it in the address."""

import pytest

from accounts.enums import Role
from contacts.models import Contact
from contacts.services import save_field, set_fields
from scrm.core import clock
from tenants.selectors import tenant_zone
from tests.factories import make_contact
from tests.web.ops.conftest import Desk

PEOPLE = {
    "Lin": {"budget": "1200", "model": "X1", "likes": ["Red"], "seen": "2026-03-31", "vip": True, "motto": "Be, kind"},
    "Mo": {"budget": "90.5", "model": "X2", "likes": ["Red", "Blue"], "seen": "2026-01-01", "vip": False},
    "Wu": {},
}


@pytest.fixture
def people(desk) -> dict[str, Contact]:
    for code, kind, choices in (
        *(("budget", "money", []), ("model", "choice", ["X2", "X1"]), ("likes", "choices", ["Red", "Blue"])),
        *(("seen", "date", []), ("vip", "yes_no", []), ("motto", "text", [])),
    ):
        save_field(field=None, kind=kind, label=code.title(), choices=choices, by=None, now=clock.now())
    save_field(field=None, kind="text", label="Hush", layout={Role.OPS: "hidden"}, by=None, now=clock.now())
    made = {name: make_contact(name) for name in PEOPLE}
    for name, values in PEOPLE.items():
        said = {**values, "hush": name}
        options = {"role": Role.PRINCIPAL, "by": None, "now": clock.now(), "zone": tenant_zone()}
        set_fields(contact_id=made[name].pk, values=said, **options)
    return made


def listed(desk: Desk, **query) -> list[str]:
    return [row[0].name for row in desk.get("/contacts/", **query).context["rows"]]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        *(("budget.gte.1000", {"Lin"}), ("budget.between.1,100", {"Mo"}), ("budget.is_not_set.", {"Wu"})),
        *(("likes.has_any.c2", {"Mo"}), ("likes.has_none.c2", {"Lin", "Wu"}), ("likes.is_set.", {"Lin", "Mo"})),
        *(("likes.is_not_set.", {"Wu"}), ("model.not_in.c1", {"Lin", "Wu"})),
        *(("model.in.c1", {"Mo"}), ("model.in.c1,c2", {"Lin", "Mo"}), ("likes.has_all.c1,c2", {"Mo"})),
        *(("seen.after.2026-02-01", {"Lin"}), ("vip.is.no", {"Mo"}), ("motto.contains.be, k", {"Lin"})),
        # What can't be is left out, and so is what the reader does not see.
        *(("budget.gte.much", set(PEOPLE)), ("model.in.c9", set(PEOPLE)), ("hush.is.Lin", set(PEOPLE))),
        *(("nothing.is.1", set(PEOPLE)), ("budget", set(PEOPLE)), ("likes.is.c1", set(PEOPLE))),
    ],
)
def test_list_narrows_by_each_kind_of_field(desk, people, where, names):
    assert set(listed(desk, where=where)) == names


def test_several_conditions_must_all_hold_and_stand_as_chips(desk, people):
    page = desk.get("/contacts/", where=["vip.is.yes", "budget.gte.1"], column="budget")

    assert [row[0].name for row in page.context["rows"]] == ["Lin"]
    first, _second = page.context["chips"]
    assert first["url"] == "?where=budget.gte.1&column=budget"
    assert '<input type="hidden" name="where" value="vip.is.yes">' in page.content.decode()


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        *(("field.budget", ["Mo", "Lin", "Wu"]), ("-field.budget", ["Lin", "Mo", "Wu"])),
        *(("field.model", ["Mo", "Lin", "Wu"]), ("-field.seen", ["Lin", "Mo", "Wu"])),
        # Hidden, and of several choices: as if nothing had been asked.
        *(("field.hush", ["Wu", "Mo", "Lin"]), ("field.likes", ["Wu", "Mo", "Lin"])),
    ],
)
def test_list_sorts_by_a_field_with_the_silent_last(desk, people, sort, names):
    assert listed(desk, sort=sort) == names


def test_columns_say_what_fields_hold_of_what_the_reader_sees(desk, people):
    page = desk.get("/contacts/", column=["budget", "model", "hush"], sort="name")

    cells = [[text for _field, text in row[-1]] for row in page.context["rows"]]
    assert cells == [["1,200", "X1"], ["90.5", "X2"], ["", ""]]
    assert "sort=field.budget" in page.content.decode()


def test_dialog_leads_to_an_address_without_what_was_left_empty(desk, people):
    said = {"narrow": "1", "q": "li", "stage": "", "op.budget": "", "is.budget": "1", "to.budget": "2000"}
    said |= {"is.model": ["c1", "c2"], "op.seen": "is_set", "is.seen": "2026-01-01", "is.vip": "", "column": "vip"}

    answer = desk.get("/contacts/", **said)

    assert answer.status_code == 302
    assert answer["Location"] == (
        "?q=li&where=budget.between.1%2C2000&where=model.in.c1%2Cc2&where=seen.is_set.&column=vip"
    )


def test_list_by_fields_costs_the_same_however_many_are_listed(desk, people, django_assert_num_queries):
    query = {"where": ["budget.gte.1", "likes.has_any.c1"], "column": ["budget", "model"], "sort": "field.budget"}
    desk.get("/contacts/", **query)
    with django_assert_num_queries(17):
        assert len(listed(desk, **query)) == 2
    Contact.objects.filter(name="Mo").delete()
    with django_assert_num_queries(17):
        assert len(listed(desk, **query)) == 1


def test_and_cai_sorts_by_no_field_of_acme(people, cais_desk):
    page = cais_desk.get("/contacts/", where="budget.gte.1", sort="field.budget", column="budget")

    assert page.status_code == 200
    assert (page.context["own"].where, page.context["own"].columns) == ([], [])
