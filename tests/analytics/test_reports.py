"""The funnel and the source table against numbers worked out one lead at a time."""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.enums import Role
from accounts.services import create_department
from analytics.funnel import FunnelStep, ReportFilters, price, steps_from, total_of
from analytics.selectors import funnel, funnel_per_day, source_table
from campaigns.enums import TaskState, TouchState
from campaigns.models import Enrollment, Lane, RepTask, Step, Touchpoint
from contacts.models import Contact, Identity
from events.models import Event, EventType
from leads.enums import LeadStatus
from leads.models import Lead, Source, SourceCost
from scrm.core import clock
from tests.factories import make_live_sop, make_user

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 20)
NOON = datetime(2026, 3, 20, 12, tzinfo=ZONE)


class World:
    """Sixty leads of four sources with everything that can happen to them, drawn once."""

    def __init__(self):
        draw = random.Random(11)
        now = clock.now()
        self.north, self.south = (create_department(name=name) for name in ("North", "South"))
        self.ada = make_user("ada", Role.MANAGER, department=self.north)
        self.ops = make_user("olga", Role.OPS)
        self.ben = make_user("ben", Role.REP, department=self.north)
        self.zoe = make_user("zoe", Role.REP, department=self.south)
        self.sources = [Source.objects.create(name=name, created_at=now) for name in ("Fair", "抖音", "Site", "Idle")]
        self.viewed = EventType.objects.create(code="reports-viewed", name="Viewed", engaging=True)
        self.mailed = EventType.objects.create(code="reports-mailed", name="Mailed", engaging=False)
        sop = make_live_sop()
        self.step, self.lane = Step.objects.get(version=sop.live_version), Lane.objects.get(sop=sop)
        self.version = sop.live_version
        self.dedupe = 0
        for index in range(60):
            self.add(draw, index)
        for index, source in enumerate(self.sources):
            for day in range(6):
                on = TODAY - timedelta(days=day * 8)
                SourceCost.objects.create(source=source, on=on, amount=Decimal(100 + index) + day, currency="CNY")
        SourceCost.objects.create(source=self.sources[0], on=TODAY - timedelta(days=1), amount=9000, currency="EUR")

    def add(self, draw: random.Random, index: int) -> None:
        owner = draw.choice([self.ben, self.zoe, None])
        captured = NOON - timedelta(hours=draw.randint(0, 24 * 45))
        contact = Contact.objects.create(name=f"P{index}", owner=owner, created_at=captured, updated_at=captured)
        status = draw.choice([*LeadStatus.values, "won"])
        for nth in range(draw.choice([1, 1, 2])):
            at = captured + timedelta(days=nth)
            Lead.objects.create(
                contact=contact,
                source=draw.choice([*self.sources[:3], None]),
                owner=owner,
                status=status,
                came_by="hand",
                dedupe_key=f"reports-{index}-{nth}",
                captured_at=at,
                assigned_at=at if owner else None,
                won_at=at if status == "won" else None,
                updated_at=at,
            )
        if draw.random() < 0.6:
            kind = draw.choice(["phone", "email", "external"])
            Identity.objects.create(
                contact=contact, kind=kind, sealed=b"", blind=index.to_bytes(16, "big"), hint="*", created_at=captured
            )
        for nudge in draw.sample([-2, 0, 3], draw.randint(0, 2)):
            self.touch(contact, captured + timedelta(hours=nudge), draw)
        for nudge in draw.sample([-2, 0, 3, 30], draw.randint(0, 2)):
            self.dedupe += 1
            Event.objects.create(
                contact=contact,
                type=draw.choice([self.viewed, self.mailed]),
                occurred_at=captured + timedelta(hours=nudge),
                received_at=NOON,
                dedupe_key=f"reports-{self.dedupe}",
            )

    def touch(self, contact: Contact, at: datetime, draw: random.Random) -> None:
        if draw.random() < 0.3:
            state = draw.choice([TaskState.DONE, TaskState.OPEN])
            RepTask.objects.create(
                contact=contact,
                owner=self.ben,
                title="Call",
                state=state,
                due_at=at,
                finished_at=at if state == "done" else None,
            )
            return
        self.dedupe += 1
        enrollment = Enrollment.objects.create(
            sop=self.version.sop,
            version=self.version,
            contact=contact,
            entry=self.dedupe,
            anchor_at=at,
            zone="Asia/Shanghai",
        )
        state = draw.choice([TouchState.SENT, TouchState.SENT, TouchState.SKIPPED, TouchState.UNKNOWN])
        Touchpoint.objects.create(
            enrollment=enrollment,
            contact=contact,
            lane=self.lane,
            step=self.step,
            step_number=1,
            due_at=at,
            state=state,
            sent_at=at if state == TouchState.SENT else None,
        )


@pytest.fixture
def world(acme):
    return World()


def told(lead: Lead) -> dict[str, bool]:
    """Whether a lead counts for each step, from its own rows."""
    sent = [t.sent_at for t in lead.contact.touchpoints.all() if t.state == TouchState.SENT]
    done = [t.finished_at for t in lead.contact.tasks.all() if t.state == TaskState.DONE]
    engaged = [e.occurred_at for e in lead.contact.events.all() if e.type.engaging]
    return {
        "captured": True,
        "assigned": lead.assigned_at is not None,
        "touched": any(at >= lead.captured_at for at in [*sent, *done]),
        "engaged": any(at > lead.captured_at for at in engaged),
        "won": lead.status == "won",
        "valid": any(i.kind in ("phone", "email") for i in lead.contact.identities.all()),
    }


def expected(leads) -> Counter:
    counts: Counter = Counter()
    for lead in leads:
        counts.update(name for name, holds in told(lead).items() if holds)
    return counts


def in_period(lead: Lead, since: date | None, until: date | None) -> bool:
    day = lead.captured_at.astimezone(ZONE).date()
    return (since is None or day >= since) and (until is None or day <= until)


PERIODS = [(None, None), (TODAY - timedelta(days=20), None), (TODAY - timedelta(days=30), TODAY - timedelta(days=9))]


@pytest.mark.parametrize(("since", "until"), PERIODS)
def test_funnel_agrees_with_counting_one_by_one(world, since, until):
    leads = [lead for lead in Lead.objects.all() if in_period(lead, since, until)]

    steps = funnel(world.ops, ReportFilters(since=since, until=until))

    counts = expected(leads)
    assert {step.key: step.value for step in steps} == {step.key: counts[step.key] for step in steps}
    assert 0 < counts["touched"] < counts["captured"]
    assert 0 < counts["engaged"] < counts["captured"]


def test_funnel_narrows_to_source_and_owner(world):
    fair = world.sources[0]

    steps = funnel(world.ops, ReportFilters(source_ids=(fair.pk,), owner_id=world.ben.pk))

    counts = expected(Lead.objects.filter(source=fair, owner=world.ben))
    assert [step.value for step in steps] == [counts[step.key] for step in steps]


def test_funnel_of_no_source_is_empty(world):
    assert [step.value for step in funnel(world.ops, ReportFilters(source_ids=()))] == [0, 0, 0, 0, 0]


def test_funnel_shows_a_manager_her_department(world):
    steps = funnel(world.ada, ReportFilters())

    counts = expected(Lead.objects.filter(owner=world.ben))
    assert [step.value for step in steps] == [counts[step.key] for step in steps]


def test_funnel_shows_a_representative_their_own(world):
    assert funnel(world.zoe, ReportFilters())[0].value == Lead.objects.filter(owner=world.zoe).count()


@pytest.mark.parametrize(("since", "until"), PERIODS)
def test_source_table_agrees_with_counting_one_by_one(world, since, until):
    rows = source_table(world.ops, ReportFilters(since=since, until=until))

    for row in rows:
        leads = [lead for lead in Lead.objects.filter(source=row.source_id) if in_period(lead, since, until)]
        counts = expected(leads)
        assert row.leads == len(leads)
        for name in ("valid", "assigned", "touched", "engaged", "won"):
            assert getattr(row, name) == counts[name], (row.name, name)
        costs = [
            cost.amount
            for cost in SourceCost.objects.filter(source=row.source_id, currency="CNY")
            if (since is None or cost.on >= since) and (until is None or cost.on <= until)
        ]
        assert row.cost == (sum(costs) if costs else None)
    names = [row.name for row in rows]
    assert names == list(dict.fromkeys(names))
    assert {"Fair", "抖音", "Site", "Idle", "No source"} == set(names)


def test_source_table_hides_costs_from_those_who_see_a_part(world):
    rows = source_table(world.ada, ReportFilters())

    assert all(row.cost is None for row in rows)
    assert sum(row.leads for row in rows) == Lead.objects.filter(owner=world.ben).count()
    assert all(row.leads for row in rows)


def test_source_table_hides_costs_under_an_owner_filter(world):
    assert all(row.cost is None for row in source_table(world.ops, ReportFilters(owner_id=world.ben.pk)))


def test_reports_take_one_statement_each(world, django_assert_num_queries):
    for report in (funnel, funnel_per_day, source_table):
        with django_assert_num_queries(1):
            report(world.ops, ReportFilters(since=TODAY - timedelta(days=30), until=TODAY))


def test_funnel_per_day_adds_up_to_the_funnel(world):
    filters = ReportFilters(since=TODAY - timedelta(days=30), until=TODAY)

    days = funnel_per_day(world.ops, filters)

    steps = {step.key: step.value for step in funnel(world.ops, filters)}
    assert len(days) == 31
    for name in ("captured", "touched", "engaged", "won"):
        assert sum(getattr(day, name) for day in days) == steps[name]


def test_funnel_per_day_makes_no_days_for_ages_without_leads(world):
    days = funnel_per_day(world.ops, ReportFilters(since=date(1, 1, 1), until=date.max))

    first = next(index for index, day in enumerate(days) if day.captured)
    last = max(index for index, day in enumerate(days) if day.captured)
    assert (first, len(days) - 1 - last) == (731, 731)


def test_other_business_counts_nothing(world, globex):
    cai = make_user("cai", Role.OPS)

    assert funnel(cai, ReportFilters())[0].value == 0
    assert source_table(cai, ReportFilters()) == []


def test_shares_and_prices_know_nothing_about_nothing():
    assert steps_from([0, 0, 0, 0, 0])[0] == FunnelStep("captured", 0, None)
    assert price(Decimal("10"), 3) == Decimal("3.33")
    assert price(None, 3) is None
    assert price(Decimal("10"), 0) is None
    assert total_of([], name="All", currency="CNY").cost is None
