"""What an arrival says and changes."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.arrivals import LeadValues, all_said, changes_of, merged, problems_of, status_of_new, values_of
from leads.enums import LeadOrigin, LeadStatus
from leads.inputs import Arrival, IdentityInput, LeadInput

NOW = datetime(2026, 11, 21, tzinfo=UTC)
KEPT = {
    "source_id": None,
    "form_id": None,
    "rating": "",
    "origin": "",
    "captured_at": NOW,
    "attributes": {},
    "utm": {},
    "status": LeadStatus.NEW,
}


def arrival(row: int = 2, key: str = "k", **said) -> Arrival:
    return Arrival(LeadInput(row=row, **said), LeadOrigin.IMPORT, key)


def test_what_does_not_fit_is_named_with_its_column():
    problems = problems_of(arrival(name="x" * 121, city="y" * 81))

    assert [(problem.row, problem.column) for problem in problems] == [(2, "name"), (2, "city")]


@pytest.mark.parametrize("said", [{"name": "a\0"}, {"attributes": {"a": "\ud800"}}, {"tags": ["\0"]}, {"note": "\0"}])
def test_what_cannot_be_stored_is_refused(said):
    assert "U+" in problems_of(arrival(**said))[0].reason


def test_a_lead_needs_a_key():
    assert problems_of(arrival(key=""))[0].column == "dedupe_key"


def test_the_same_row_elsewhere_in_a_file_says_the_same():
    assert all_said(arrival(row=2, name="Lin")) == all_said(arrival(row=9, name="Lin"))
    assert all_said(arrival(name="Lin")) != all_said(arrival(name="Mei"))


def test_words_that_are_no_status_of_ours_stay_attributes():
    values = values_of(arrival(status="Ringing", rating="Low in Relevance", region="South"), None)

    assert (values.status, values.rating) == ("", "")
    assert values.attributes == {"status": "Ringing", "rating": "Low in Relevance", "region": "South"}


def test_a_converted_lead_is_won():
    assert values_of(arrival(converted=True), None).status == LeadStatus.WON
    assert values_of(arrival(converted=False), None).status == ""


def test_later_arrivals_fill_and_replace_what_earlier_ones_said():
    phone, email = (
        IdentityInput("phone", "+8613800138000", "+8613800138000"),
        IdentityInput("email", "a@b.cn", "a@b.cn"),
    )
    together = merged(
        [
            arrival(name="Lin", city="Xiamen", identities=(phone,), attributes={"a": "1"}, tags=["x"]),
            arrival(row=3, city="Suzhou", identities=(email,), attributes={"b": "2"}, tags=["y", "x"]),
        ]
    )

    assert (together.lead.row, together.lead.name, together.lead.city) == (2, "Lin", "Suzhou")
    assert together.lead.identities == (phone, email)
    assert together.lead.attributes == {"a": "1", "b": "2"}
    assert together.lead.tags == ["x", "y"]


def test_merging_leaves_its_parts_as_they_were():
    first = arrival(name="Lin")

    merged([first, arrival(name="Mei")])

    assert first.lead.name == "Lin"


def test_nothing_said_changes_nothing():
    assert changes_of({**KEPT, "rating": "A", "attributes": {"a": "1"}}, LeadValues(), NOW) == {}


def test_a_status_only_moves_on():
    assert changes_of({**KEPT, "status": LeadStatus.WON}, LeadValues(status=LeadStatus.WORKING), NOW) == {}
    assert changes_of(KEPT, LeadValues(status=LeadStatus.WON), NOW) == {"status": LeadStatus.WON, "won_at": NOW}


def test_a_new_lead_with_an_owner_is_assigned():
    owner = uuid4()

    assert status_of_new(LeadValues(), owner) == LeadStatus.ASSIGNED
    assert status_of_new(LeadValues(), None) == LeadStatus.NEW


@given(
    st.builds(
        LeadValues,
        source_id=st.none() | st.uuids(),
        status=st.sampled_from(["", *LeadStatus.values]),
        rating=st.sampled_from(["", "A", "B"]),
        attributes=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3),
    ),
    st.sampled_from(LeadStatus.values),
)
def test_saying_it_again_changes_nothing(values: LeadValues, status: str):
    once = {**KEPT, "status": status} | changes_of({**KEPT, "status": status}, values, NOW)

    assert changes_of(once, values, NOW) == {}
