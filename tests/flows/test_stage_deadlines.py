"""Whoever stays in a stage for too long: reminded of, given as a task, moved or lost; once, whatever breaks."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.enums import AlertKind
from alerts.models import Alert
from campaigns.models import RepTask
from contacts.models import Contact
from leads.enums import AssignMethod, LeadStatus
from leads.models import Lead
from lifecycle.enums import DeadlineAction, DeadlineUnit, MoveSource, StageKind
from lifecycle.models import Lifecycle, LossReason, Position, Stage, StageTransition
from lifecycle.services_deadlines import save_stage_deadline, switch_stage_deadline
from lifecycle.services_hand_over import save_stage_hand_over
from scheduler.budget import Budget
from scheduler.queries import lower_wake_up
from scheduler.services import raise_wake_up, rebuild_wake_up
from scrm.core import clock
from scrm.flows import stage_deadlines
from scrm.flows.progress import MoveRefused, stage_moved
from scrm.flows.stage_deadlines import stage_deadlines_due
from scrm.flows.stage_undo import stage_move_undone
from tenants.selectors import tenant_current
from tests.factories import make_contact, make_user
from tests.flows.handing import make_lead


@pytest.fixture
def stages(acme):
    """Enquired, offer, owner, lost: of the lifecycle that newcomers enter."""
    Lifecycle.objects.all().delete()
    life = Lifecycle.objects.create(name="Cars", is_default=True)
    kinds = [("enquired", "open"), ("offer", "open"), ("owner", "won"), ("lost", "lost")]
    return [
        Stage.objects.create(lifecycle=life, code=code, name=code.title(), kind=kind, position=place)
        for place, (code, kind) in enumerate(kinds, 1)
    ]


@pytest.fixture
def ben(acme):
    return make_user("ben")


def deadline(stage, action=DeadlineAction.REMIND, after=2, **fields):
    said = {"unit": DeadlineUnit.DAYS, "working": False, "text": "", "to_stage": None, "loss_reason": None, **fields}
    return save_stage_deadline(
        deadline=None, stage=stage, after=after, action=action, **said, by=None, now=clock.now() - timedelta(hours=1)
    )


def enter(stage, *people, **said) -> int:
    said = {"source": MoveSource.HAND, "now": clock.now(), **said}
    return stage_moved([each.pk for each in people], stage.pk, **said)


def days_pass(days: float, monkeypatch) -> None:
    later = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: later)


def work_off() -> None:
    assert not stage_deadlines_due(Budget(60))


def test_the_owner_is_reminded_once(stages, ben, monkeypatch):
    deadline(stages[0])
    lin = make_contact(owner=ben)
    enter(stages[0], lin)
    work_off()
    assert not Alert.objects.exists()

    days_pass(2.01, monkeypatch)
    work_off()
    work_off()

    alert = Alert.objects.get()
    assert (alert.recipient, alert.kind, alert.params["contact"]) == (ben, AlertKind.STAGE_DEADLINE, str(lin.pk))
    assert Position.objects.get().next_at is None


def test_who_left_the_stage_is_not_reminded_of(stages, ben, monkeypatch):
    deadline(stages[0])
    lin = make_contact(owner=ben)
    enter(stages[0], lin)
    enter(stages[1], lin)

    days_pass(3, monkeypatch)
    work_off()

    assert not Alert.objects.exists()


def test_one_deadline_follows_another_from_the_day_of_entering(stages, ben, monkeypatch):
    reason = LossReason.objects.create(lifecycle=stages[0].lifecycle, name="No reply")
    deadline(stages[0], DeadlineAction.TASK, 1, text="Call them")
    deadline(stages[0], DeadlineAction.LOSE, 5, loss_reason=reason)
    lin = make_contact(owner=ben)
    lead = make_lead(lin, ben)
    enter(stages[0], lin)
    began = Position.objects.get().since

    days_pass(1.01, monkeypatch)
    work_off()
    assert RepTask.objects.get().title == "Call them"
    assert Position.objects.get().next_at == began + timedelta(days=5)
    days_pass(4, monkeypatch)
    work_off()

    move = StageTransition.objects.latest("id")
    assert (move.to_stage, move.source, move.loss_reason) == (stages[3], MoveSource.DEADLINE, reason)
    lead.refresh_from_db()
    assert (lead.status, lead.lost_reason) == (LeadStatus.LOST, "No reply")


def test_after_an_outage_nobody_is_reminded_of_what_is_settled(stages, ben, monkeypatch):
    deadline(stages[0], after=1)
    deadline(stages[0], DeadlineAction.MOVE, 2, to_stage=stages[1])
    enter(stages[0], make_contact(owner=ben))

    days_pass(9, monkeypatch)
    work_off()

    assert not Alert.objects.exists()
    assert Position.objects.get().stage == stages[1]


def test_what_breaks_half_way_is_done_once_in_the_end(stages, ben, monkeypatch):
    deadline(stages[0], DeadlineAction.TASK, 1, text="Call them")
    deadline(stages[0], DeadlineAction.MOVE, 2, to_stage=stages[1])
    enter(stages[0], *(make_contact(owner=ben) for _each in range(3)))
    days_pass(3, monkeypatch)
    with monkeypatch.context() as broken:
        broken.setattr(stage_deadlines, "_move", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            stage_deadlines_due(Budget(60))
    assert not RepTask.objects.exists()

    work_off()

    assert RepTask.objects.count() == 3
    assert StageTransition.objects.filter(to_stage=stages[1]).count() == 3


def test_many_cost_as_many_statements_as_few(stages, ben, monkeypatch):
    deadline(stages[0], DeadlineAction.TASK, 1, text="Call them")
    deadline(stages[0], DeadlineAction.LOSE, 1)
    work_off()
    counts = []
    for people in (1, 6):
        enter(stages[0], *(make_contact(owner=ben) for _each in range(people)))
        days_pass(2, monkeypatch)
        with CaptureQueriesContext(connection) as asked:
            work_off()
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert Position.objects.filter(stage=stages[3]).count() == 7


def test_those_who_are_there_get_what_lies_ahead_of_them(stages, ben, monkeypatch):
    early, late = make_contact("Early", owner=ben), make_contact("Late", owner=ben)
    enter(stages[0], early, now=clock.now() - timedelta(days=5))
    enter(stages[0], late, now=clock.now() - timedelta(days=1))
    kept = deadline(stages[0], after=2)

    work_off()

    planned = dict(Position.objects.values_list("contact__name", "deadline"))
    assert planned == {"Early": None, "Late": kept.pk}
    switch_stage_deadline(deadline=kept, active=False, by=None, now=clock.now() - timedelta(hours=1))
    work_off()
    assert not Position.objects.exclude(next_at=None).exists()


def test_the_index_knows_of_the_earliest(stages, ben):
    rebuild_wake_up()
    deadline(stages[0], after=2)
    work_off()
    enter(stages[0], make_contact(owner=ben))
    due = Position.objects.get().next_at

    raise_wake_up()

    assert lower_wake_up(tenant_current().pk, due + timedelta(days=1)) <= due


def test_stages_may_not_chase_people_round(stages):
    deadline(stages[0], DeadlineAction.MOVE, to_stage=stages[1])
    lost = deadline(stages[1], DeadlineAction.LOSE)
    with pytest.raises(ValidationError, match="Enquired → Offer → Lost → Enquired"):
        deadline(stages[3], DeadlineAction.MOVE, to_stage=stages[0])
    switch_stage_deadline(deadline=lost, active=False, by=None, now=clock.now())
    deadline(stages[3], DeadlineAction.MOVE, to_stage=stages[0])

    with pytest.raises(ValidationError):
        switch_stage_deadline(deadline=lost, active=True, by=None, now=clock.now())


def test_a_loss_by_hand_asks_for_its_reason(stages, ben):
    lin = make_contact(owner=ben)
    enter(stages[0], lin)
    enter(stages[3], lin, by=ben)
    enter(stages[0], lin)
    reason = LossReason.objects.create(lifecycle=stages[0].lifecycle, name="Price")

    with pytest.raises(MoveRefused, match="Choose why"):
        enter(stages[3], lin, by=ben)
    assert Position.objects.get().stage == stages[0]
    enter(stages[3], lin, by=ben, loss_reason_id=reason.pk)

    assert StageTransition.objects.latest("id").loss_reason == reason
    enter(stages[0], lin, by=ben)
    assert Position.objects.get().stage == stages[0]


def test_by_hand_one_goes_where_the_stage_leads(stages, ben):
    stages[0].moves_to = [stages[1].pk]
    stages[0].save()
    lin = make_contact(owner=ben)
    enter(stages[0], lin)

    with pytest.raises(MoveRefused, match="From “Enquired” one goes on to “Offer”"):
        enter(stages[2], lin, by=ben)
    assert Position.objects.get().stage == stages[0]
    enter(stages[1], lin, by=ben)
    enter(stages[2], lin, source=MoveSource.RULE)

    assert Position.objects.get().stage == stages[2]


def test_a_slip_is_taken_back_once_by_whoever_made_it(stages, ben):
    lin, dora = make_contact(owner=ben), make_user("dora")
    enter(stages[0], lin)
    before = StageTransition.objects.get().pk
    enter(stages[1], lin, by=ben)
    life, now = stages[0].lifecycle_id, clock.now()
    slip = StageTransition.objects.latest("id").pk

    assert not stage_move_undone(lin.pk, life, slip, by=dora, now=now)
    assert not stage_move_undone(lin.pk, life, before, by=ben, now=now)
    assert not stage_move_undone(lin.pk, life, slip, by=ben, now=now + timedelta(minutes=11))
    assert stage_move_undone(lin.pk, life, slip, by=ben, now=now)
    assert Position.objects.get().stage == stages[0]
    assert not stage_move_undone(lin.pk, life, slip, by=ben, now=now)
    assert Position.objects.get().stage == stages[0]
    assert StageTransition.objects.count() == 3


def test_what_ended_a_lead_is_not_taken_back(stages, ben):
    lin = make_contact(owner=ben)
    make_lead(lin, ben)
    enter(stages[0], lin)
    enter(stages[2], lin, by=ben)
    last = StageTransition.objects.latest("id").pk

    assert not stage_move_undone(lin.pk, stages[0].lifecycle_id, last, by=ben, now=clock.now())
    assert Position.objects.get().stage.kind == StageKind.WON
    assert Lead.objects.get().status == LeadStatus.WON


def test_what_gave_them_to_another_team_is_not_taken_back(stages, ben):
    dora = make_user("dora")
    said = {"method": AssignMethod.TURNS, "department": None, "people": {dora.pk}, "keep_days": 0, "active": True}
    save_stage_hand_over(stage=stages[1], **said, by=None, now=clock.now())
    lin = make_contact(owner=ben)
    enter(stages[0], lin)
    enter(stages[1], lin, by=ben)
    last = StageTransition.objects.latest("id").pk

    assert Contact.objects.get().owner == dora
    assert not stage_move_undone(lin.pk, stages[0].lifecycle_id, last, by=ben, now=clock.now())
    assert Position.objects.get().stage == stages[1]


def test_and_cai_sees_nothing_of_it(stages, globex):
    assert not Stage.objects.filter(name="Enquired").exists()
