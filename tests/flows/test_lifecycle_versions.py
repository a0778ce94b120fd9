"""A new version of a lifecycle: whoever stands in a stage that goes is moved, whatever breaks and whoever moves."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from audiences.services import save_segment
from exchange import jobs
from exchange.enums import JobState
from leads.enums import LeadStatus
from leads.models import Lead
from lifecycle.enums import DeadlineAction, DeadlineUnit, MoveSource
from lifecycle.models import Lifecycle, LifecycleVersion, Position, Stage, StageRule, StageTransition
from lifecycle.plan import put_stage
from lifecycle.selectors_flow import FlowFilter, flow_of, standing_as_of
from lifecycle.selectors_versions import draft_get, draft_plan
from lifecycle.services_deadlines import SETTLES, save_stage_deadline
from lifecycle.services_drafts import replace_draft, save_draft_stage, split_stage, take_out_stage
from lifecycle.services_rules import save_stage_rule
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows import lifecycle_versions
from scrm.flows.jobs import jobs_due
from scrm.flows.lifecycle_preview import draft_looked_through
from scrm.flows.lifecycle_versions import VersionInUse, run_of, version_published, version_undone
from scrm.flows.progress import stage_moved
from scrm.flows.stage_deadlines import stage_deadlines_due
from scrm.flows.tiers import rule_tier_saved, scheme_saved
from tests.factories import make_contact, make_stage, make_user
from tests.flows.handing import make_lead


@pytest.fixture
def cars(acme) -> Lifecycle:
    Lifecycle.objects.all().delete()
    life = Lifecycle.objects.create(name="Cars", is_default=True)
    for name, kind in (("Enquired", "open"), ("Visit", "open"), ("Drive", "open"), ("Owner", "won"), ("Lost", "lost")):
        make_stage(life, name, kind)
    return life


@pytest.fixture
def olga(acme):
    return make_user("olga", "ops")


def stage(cars: Lifecycle, code: str) -> Stage:
    return cars.stages.get(code=code)


def put(cars: Lifecycle, code: str, *people, days_ago: float = 0) -> None:
    moment = clock.now() - timedelta(days=days_ago)
    stage_moved([each.pk for each in people], stage(cars, code).pk, source=MoveSource.RULE, now=moment)


def take_out(cars: Lifecycle, code: str, heir: str) -> None:
    ids = {"stage_id": stage(cars, code).pk, "heir_id": stage(cars, heir).pk}
    take_out_stage(lifecycle=cars, **ids, by=None, now=clock.now())


def publish(cars: Lifecycle, by=None):
    return version_published(cars, draft_get(cars).revision, by=by, now=clock.now())[1]


def work_off() -> None:
    assert not jobs_due(Budget(60))


def stands(person) -> str:
    return Position.objects.get(contact=person).stage.code


def test_whoever_stood_there_is_moved_and_nothing_else_follows(cars, olga):
    ben = make_user("ben")
    lin, wu = make_contact("Lin", owner=ben), make_contact("Wu")
    lead = make_lead(lin, ben)
    put(cars, "visit", lin, wu, days_ago=3)
    since = Position.objects.get(contact=lin).since
    take_out(cars, "visit", "drive")

    job = publish(cars, olga)
    assert (stands(lin), job.total) == ("visit", 2)
    work_off()

    job.refresh_from_db()
    assert (job.state, job.done, job.result) == (JobState.DONE, 2, {"moved": 2})
    assert [stands(lin), stands(wu)] == ["drive", "drive"]
    assert Position.objects.get(contact=lin).since == since
    move = StageTransition.objects.filter(contact=lin).latest("id")
    assert (move.source, move.version, move.by, move.from_stage.code) == (MoveSource.VERSION, 2, olga, "visit")
    assert move.seconds_before == pytest.approx(3 * 86_400, abs=60)
    assert StageTransition.objects.filter(contact=lin).earliest("id").version == 1
    assert Lead.objects.get(pk=lead.pk).status == LeadStatus.ASSIGNED


def test_a_split_goes_by_its_rules_in_their_order_and_the_rest_elsewhere(cars):
    new = save_draft_stage(lifecycle=cars, stage_id=None, name="Shop visit", kind="open", by=None, now=clock.now())
    berlin, bonn, rest = (make_contact(city, city=city) for city in ("Berlin", "Bonn", "Ulm"))
    put(cars, "visit", berlin, bonn, rest)
    said = {"lifecycle": cars, "stage_id": stage(cars, "visit").pk, "by": None, "now": clock.now()}
    split_stage(**said, to_stage_id=new, condition={"fact": "contact.city", "op": "is", "value": "Berlin"})
    split_stage(
        **said,
        to_stage_id=stage(cars, "enquired").pk,
        condition={"fact": "contact.city", "op": "in", "value": ["Berlin", "Bonn"]},
    )
    take_out(cars, "visit", "drive")

    seen = draft_looked_through(cars, clock.now())
    assert [each.people for each in seen.moves] == [1, 1, 1]
    publish(cars)
    work_off()

    assert [stands(each) for each in (berlin, bonn, rest)] == ["shop-visit", "enquired", "drive"]


def test_some_leave_a_stage_that_stays_once(cars):
    berlin, ulm = make_contact("A", city="Berlin"), make_contact("B", city="Ulm")
    put(cars, "visit", berlin, ulm)
    split_stage(
        lifecycle=cars,
        stage_id=stage(cars, "visit").pk,
        to_stage_id=stage(cars, "drive").pk,
        condition={"fact": "contact.city", "op": "is", "value": "Berlin"},
        by=None,
        now=clock.now(),
    )
    publish(cars)
    work_off()

    assert [stands(berlin), stands(ulm)] == ["drive", "visit"]


def test_deadlines_of_the_stage_that_takes_over_count_as_far_as_they_lie_ahead(cars):
    for after in (2, 9):
        save_stage_deadline(
            deadline=None,
            stage=stage(cars, "drive"),
            after=after,
            unit=DeadlineUnit.DAYS,
            working=False,
            action=DeadlineAction.REMIND,
            text="",
            to_stage=None,
            loss_reason=None,
            by=None,
            now=clock.now() - timedelta(hours=1),
        )
    lin = make_contact("Lin")
    put(cars, "visit", lin, days_ago=3)
    take_out(cars, "visit", "drive")
    publish(cars)
    work_off()

    at = Position.objects.get(contact=lin)
    assert at.next_at - at.since == timedelta(days=9)


def test_rules_and_deadlines_lead_to_the_heir_and_back_again(cars, olga):
    visit, drive, enquired = (stage(cars, code) for code in ("visit", "drive", "enquired"))
    city = {"fact": "contact.city", "op": "is", "value": "Ulm"}
    said = {"event_type": "", "condition": city, "by": None, "now": clock.now()}
    rule = save_stage_rule(name="To visit", to_stage=visit, **said)
    between = save_stage_rule(name="On", to_stage=drive, from_stage=visit, **said)
    late = {"unit": "days", "working": False, "text": "", "loss_reason": None, "by": None, "now": clock.now()}
    deadline = save_stage_deadline(deadline=None, stage=enquired, after=3, action="move", to_stage=visit, **late)
    take_out(cars, "visit", "drive")
    assert draft_looked_through(cars, clock.now()).led == ["On", "To visit", "Enquired: 3 days"]

    publish(cars, olga)
    work_off()

    for each in (rule, between, deadline):
        each.refresh_from_db()
    assert (rule.to_stage, rule.active) == (drive, True)
    assert (between.active, between.to_stage, deadline.to_stage) == (False, drive, drive)

    version_undone(cars_now(cars), by=olga, now=clock.now())
    work_off()

    for each in (rule, between, deadline):
        each.refresh_from_db()
    assert (rule.to_stage, between.from_stage, between.active, deadline.to_stage) == (visit, visit, True, visit)


def cars_now(cars: Lifecycle) -> Lifecycle:
    return Lifecycle.objects.get(pk=cars.pk)


def test_what_asks_for_a_stage_that_goes_is_named_and_nothing_changes(cars, olga):
    condition = {"any": [{"not": {"fact": "stage.current", "op": "in", "value": ["visit", "drive"]}}]}
    save_segment(segment=None, name="Not yet there", kind="dynamic", condition=condition, by=olga, now=clock.now())
    lin = make_contact("Lin")
    put(cars, "visit", lin)
    take_out(cars, "visit", "drive")

    with pytest.raises(VersionInUse, match="Not yet there"):
        publish(cars, olga)

    assert stage(cars, "visit").retired_at is None
    assert cars_now(cars).version == 1
    assert not LifecycleVersion.objects.exclude(number=None).exists()


def test_a_tier_that_asks_for_a_stage_that_goes_is_named(cars, olga):
    now = clock.now()
    scheme = scheme_saved(None, name="Club", kind="rule", by=None, now=now)
    there = {"fact": "stage.current", "op": "is", "value": "visit"}
    rule_tier_saved(scheme, None, name="Guests", condition=there, by=None, now=now)
    take_out(cars, "visit", "drive")

    with pytest.raises(VersionInUse, match="tier “Club: Guests”"):
        publish(cars, olga)

    assert stage(cars, "visit").retired_at is None


def test_a_draft_that_was_changed_meanwhile_is_looked_at_again(cars, olga):
    take_out(cars, "visit", "drive")
    seen = draft_get(cars).revision
    take_out(cars, "enquired", "drive")

    with pytest.raises(ValidationError, match="changed meanwhile"):
        version_published(cars, seen, by=olga, now=clock.now())

    assert cars_now(cars).version == 1


def test_nobody_is_won_or_lost_by_a_version(cars):
    with pytest.raises(ValidationError, match="wins and loses nobody"):
        take_out(cars, "visit", "lost")
    assert draft_get(cars) is None


def test_the_draft_says_what_is_not_settled(cars):
    plan = draft_plan(cars)
    without = replace(plan, stages=tuple(each for each in plan.stages if each.code != "visit"))
    replace_draft(lifecycle=cars, plan=without, by=None, now=clock.now())

    assert [each.name for each in draft_looked_through(cars, clock.now()).unsettled] == ["Visit"]
    with pytest.raises(ValidationError, match="Say where those in “Visit” go"):
        publish(cars)


def test_a_broken_job_goes_on_where_it_stood(cars, monkeypatch):
    monkeypatch.setattr(lifecycle_versions, "_AT_ONCE", 2)
    people = [make_contact(f"P{n}") for n in range(5)]
    put(cars, "visit", *people)
    take_out(cars, "visit", "drive")
    job = publish(cars)
    claimed = jobs.claim_job(kinds=[lifecycle_versions.KIND], now=clock.now())
    for _each in range(2):
        lifecycle_versions._next_batch(claimed)
    assert Position.objects.filter(stage__code="drive").count() == 2
    jobs.put_back(job=claimed, due_at=clock.now())
    work_off()

    job.refresh_from_db()
    assert (job.done, job.result) == (5, {"moved": 5})
    assert StageTransition.objects.filter(source=MoveSource.VERSION).count() == 5


def test_who_was_moved_by_somebody_while_it_runs_stays_there(cars, monkeypatch):
    monkeypatch.setattr(lifecycle_versions, "_AT_ONCE", 1)
    lin, wu = make_contact("Lin"), make_contact("Wu")
    put(cars, "visit", lin, wu)
    take_out(cars, "visit", "drive")
    publish(cars)
    claimed = jobs.claim_job(kinds=[lifecycle_versions.KIND], now=clock.now())
    lifecycle_versions._next_batch(claimed)
    put(cars, "enquired", lin, wu)
    jobs.put_back(job=claimed, due_at=clock.now())
    work_off()

    assert [stands(lin), stands(wu)] == ["enquired", "enquired"]
    assert run_of(cars, 2).result == {"moved": 0}


def test_whoever_comes_from_a_transaction_that_read_the_stage_before_follows(cars, monkeypatch):
    lin = make_contact("Lin")
    put(cars, "enquired", lin)
    gone = stage(cars, "visit")
    take_out(cars, "visit", "drive")
    publish(cars)
    work_off()
    # As whoever read the stage before it went writes it.
    Position.objects.filter(contact=lin).update(stage=gone)
    later = clock.now() + SETTLES + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert not stage_deadlines_due(Budget(30))

    assert stands(lin) == "drive"
    assert StageTransition.objects.filter(contact=lin).latest("id").version == 2
    assert not Stage.objects.filter(replan_at__isnull=False).exists()


def test_nobody_is_moved_to_a_stage_that_went(cars):
    lin = make_contact("Lin")
    put(cars, "enquired", lin)
    gone = stage(cars, "visit")
    take_out(cars, "visit", "drive")
    publish(cars)

    assert stage_moved([lin.pk], gone.pk, source=MoveSource.RULE, now=clock.now()) == 0
    assert stands(lin) == "enquired"


def test_taken_back_who_has_gone_on_stays(cars, olga):
    new = save_draft_stage(lifecycle=cars, stage_id=None, name="Shop", kind="open", by=olga, now=clock.now())
    lin, wu = make_contact("Lin"), make_contact("Wu")
    put(cars, "visit", lin, wu, days_ago=2)
    since = Position.objects.get(contact=lin).since
    take_out_stage(lifecycle=cars, stage_id=stage(cars, "visit").pk, heir_id=new, by=olga, now=clock.now())
    publish(cars, olga)
    work_off()
    eve = make_contact("Eve")
    put(cars, "shop", eve)
    put(cars, "drive", wu)

    undo = version_undone(cars_now(cars), by=olga, now=clock.now())
    work_off()

    undo.refresh_from_db()
    assert [stands(lin), stands(wu), stands(eve)] == ["visit", "drive", "visit"]
    assert Position.objects.get(contact=lin).since == since
    assert undo.result == {"back": 1, "stay": 1, "moved": 1}
    assert cars_now(cars).version == 3
    assert set(standing_as_of(olga, cars, clock.now() + timedelta(seconds=1)).values()) == {1, 2}
    with pytest.raises(ValidationError, match="can’t be taken back"):
        version_undone(cars_now(cars), by=olga, now=clock.now())


def test_a_stage_of_its_own_with_people_in_it_is_not_taken_back(cars, olga):
    save_draft_stage(lifecycle=cars, stage_id=None, name="Club", kind="open", by=olga, now=clock.now())
    publish(cars, olga)
    work_off()
    lin = make_contact("Lin")
    put(cars, "club", lin)

    with pytest.raises(ValidationError, match="Say where those in “Club” go"):
        version_undone(cars_now(cars), by=olga, now=clock.now())

    assert (stands(lin), cars_now(cars).version) == ("club", 2)


def test_the_flow_counts_no_move_of_a_version_and_stands_are_right(cars, olga):
    lin = make_contact("Lin")
    put(cars, "visit", lin, days_ago=3)
    take_out(cars, "visit", "drive")
    publish(cars, olga)
    work_off()

    now = clock.now() + timedelta(seconds=1)
    told = flow_of(olga, cars, FlowFilter(now - timedelta(days=9), now), now)

    assert [(end, count) for _start, end, count in told.moves] == [(stage(cars, "visit").pk, 1)]
    assert {row.stage.code: row.after for row in told.stages if row.after} == {"drive": 1}
    assert [row.stage.code for row in told.stages][:3] == ["enquired", "visit", "drive"]


def test_a_rule_is_never_led_round_in_a_circle(cars):
    visit, drive, enquired = (stage(cars, code) for code in ("visit", "drive", "enquired"))
    city = {"fact": "contact.city", "op": "is", "value": "Ulm"}
    said = {"event_type": "", "condition": city, "by": None, "now": clock.now()}
    save_stage_rule(name="Back", to_stage=enquired, from_stage=visit, **said)
    save_stage_rule(name="On", to_stage=drive, from_stage=enquired, **said)
    take_out(cars, "visit", "drive")

    with pytest.raises(ValidationError, match="round in a circle"):
        publish(cars)

    assert StageRule.objects.get(name="Back").from_stage == visit


def test_two_change_the_draft_and_neither_is_lost(cars):
    take_out(cars, "visit", "drive")
    plan = draft_plan(cars)
    shown = plan.stage(str(stage(cars, "drive").pk))
    save_draft_stage(
        lifecycle=cars, stage_id=stage(cars, "drive").pk, name="Test drive", kind="open", by=None, now=clock.now()
    )

    assert shown.name == "Drive"
    assert [each.name for each in draft_plan(cars).stages] == ["Enquired", "Test drive", "Owner", "Lost"]
    assert put_stage(plan, shown).ids == draft_plan(cars).ids
    assert draft_get(cars).revision == 2
