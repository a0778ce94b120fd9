"""Whose records a user sees, in random organisations, against an oracle that never heard of `visible_to`."""

import os
from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Role, Scope
from accounts.models import Department, User
from accounts.selectors import user_list_visible
from analytics.funnel import ReportFilters
from analytics.selectors import funnel
from campaigns.models import RepTask
from campaigns.task_selectors import task_count_open, task_detail
from commerce.models import Order
from commerce.selectors import order_get, order_list, platform_list
from contacts.models import Contact, ReadingRight
from contacts.selectors import contact_detail, contact_ids_visible, contact_kept, contact_list, contact_search_list
from leads.models import Lead
from leads.selectors import lead_detail, lead_ids_visible, lead_list, lead_totals
from scrm.core import clock


@st.composite
def organisations(draw: Any) -> dict[str, Any]:
    """Departments as (parent's place or None), people as (role, scope, department), records as owner or None."""
    count = draw(st.integers(1, 6))
    departments = [draw(st.none() | st.integers(0, place - 1)) if place else None for place in range(count)]
    somewhere = st.none() | st.integers(0, len(departments) - 1)
    person = st.tuples(st.sampled_from(Role.values), st.sampled_from(["", *Scope.values]), somewhere)
    people = draw(st.lists(person, min_size=1, max_size=5))
    anybody = st.none() | st.integers(0, len(people) - 1)
    records = draw(st.lists(anybody, max_size=7))
    # Who reads on about which record, and for how many hours from now, or until when before.
    right = st.tuples(st.integers(0, len(people) - 1), st.integers(0, max(len(records) - 1, 0)))
    rights = draw(st.dictionaries(right, st.integers(-3, 3), max_size=5)) if records else {}
    return {"departments": departments, "people": people, "records": records, "rights": rights}


def oracle(organisation: dict[str, Any], reader: int) -> set[int]:
    """The places of the records that the reader may see."""
    by_role = {**dict.fromkeys(["principal", "admin", "ops", "auditor"], "all"), "manager": "department", "rep": "own"}
    role, scope, home = organisation["people"][reader]
    reach = scope or by_role[role]

    def is_below(place: int | None) -> bool:
        while place is not None and place != home:
            place = organisation["departments"][place]
        return place is not None

    def may_see(owner: int | None) -> bool:
        if reach == "all" or owner == reader:
            return True
        if owner is None or reach == "own" or home is None:
            return False
        return is_below(organisation["people"][owner][2])

    return {place for place, owner in enumerate(organisation["records"]) if may_see(owner)}


def reads_on(organisation: dict[str, Any], reader: int, hours: int) -> set[int]:
    """The places of the records that the reader reads on about, so many hours from now."""
    return {place for (who, place), until in organisation["rights"].items() if who == reader and hours < until}


CASES = 2000 if os.environ.get("SCRM_DEEP") else 6


@settings(max_examples=CASES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(organisation=organisations())
def test_everybody_sees_what_the_oracle_says(acme, organisation):
    with transaction.atomic():
        _agree(organisation)
        transaction.set_rollback(True)


def _agree(organisation: dict[str, Any]) -> None:
    departments: list[Department] = []
    for parent in organisation["departments"]:
        above = None if parent is None else departments[parent]
        departments.append(Department.objects.create(name="x", parent=above))
    people = [
        User.objects.create(
            username=f"u{place}", role=role, scope=scope, department=None if home is None else departments[home]
        )
        for place, (role, scope, home) in enumerate(organisation["people"])
    ]
    now = clock.now()
    owners = [None if owner is None else people[owner] for owner in organisation["records"]]
    contacts = [Contact.objects.create(name="Lin", owner=owner, created_at=now, updated_at=now) for owner in owners]
    times = {"captured_at": now, "updated_at": now}
    leads = [
        Lead.objects.create(
            contact=contact,
            owner=owner,
            assigned_at=now if owner else None,
            came_by="hand",
            dedupe_key=str(place),
            **times,
        )
        for place, (contact, owner) in enumerate(zip(contacts, owners, strict=True))
    ]
    orders = [
        Order.objects.create(
            contact=contact, platform=f"shop {place}", number=str(place), amount=1, ordered_at=now, updated_at=now
        )
        for place, contact in enumerate(contacts)
    ]
    tasks = {
        place: RepTask.objects.create(contact=contacts[place], owner=owner, title="x", body="x", due_at=now)
        for place, owner in enumerate(owners)
        if owner
    }
    for (who, place), hours in organisation["rights"].items():
        until = now + timedelta(hours=hours)
        ReadingRight.objects.create(contact=contacts[place], user=people[who], until_at=until)
    for place, reader in enumerate(people):
        for hours in range(-3, 4):
            moment = now + timedelta(hours=hours)
            kept = {each for each, row in enumerate(contacts) if contact_kept(reader, row.pk, now=moment)}
            assert kept == reads_on(organisation, place, hours)
        seen = oracle(organisation, place)
        mine = {contacts[each].pk for each in seen}
        of_leads = {leads[each].pk for each in seen}
        assert set(contact_list(reader).values_list("pk", flat=True)) == mine
        assert {row.pk for row in contact_search_list(reader, "Lin", 99)} == mine
        assert set(contact_ids_visible(reader, [row.pk for row in contacts])) == mine
        assert {row.pk for row in contacts if contact_detail(reader, row.pk)} == mine
        assert set(lead_list(reader).values_list("pk", flat=True)) == of_leads
        assert set(lead_ids_visible(reader, [row.pk for row in leads])) == of_leads
        assert {row.pk for row in leads if lead_detail(reader, row.pk)} == of_leads
        assert lead_totals(reader, day_began=now)["open"] == len(seen)
        assert funnel(reader, ReportFilters())[0].value == len(seen)
        assert set(order_list(reader).values_list("pk", flat=True)) == {orders[each].pk for each in seen}
        assert {row.pk for row in orders if order_get(reader, row.pk)} == {orders[each].pk for each in seen}
        assert set(platform_list(reader)) == {f"shop {each}" for each in seen}
        held = {each for each in tasks if each in seen}
        assert {each for each, task in tasks.items() if task_detail(reader, task.pk)} == held
        assert sum(task_count_open(reader, other.pk) for other in people) == len(held)
        colleagues = oracle({**organisation, "records": list(range(len(people)))}, place)
        assert set(user_list_visible(reader)) == {people[each] for each in colleagues}
