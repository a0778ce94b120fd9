"""How somebody comes further."""

import pytest
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry
from campaigns.enums import EnrollmentState, Reason, Trigger
from campaigns.models import Enrollment
from contacts.models import Contact
from leads.enums import LeadStatus
from leads.models import Lead
from lifecycle.enums import MoveSource
from lifecycle.models import Position, Stage, StageTransition
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.progress import lead_lost, lead_reassigned, lead_won, stage_moved
from scrm.flows.scoring import score_rule_saved, scores_due
from scrm.flows.starter import lay_out_tenant
from tagging.models import ContactScore
from tests.factories import make_live_sop, make_user, step
from tests.flows.arrivals import make_arrival


@pytest.fixture
def ben(acme):
    lay_out_tenant()
    make_live_sop(step(), trigger=Trigger.LEAD_CAPTURED)
    return make_user("ben", takes_leads=True)


@pytest.fixture
def lead(ben):
    [outcome] = lead_arrived([make_arrival(1)], now=clock.now())
    return Lead.objects.get(pk=outcome.lead_id)


def test_a_won_lead_wins_its_contact_and_ends_what_leads_there(lead, ben):
    now = clock.now()

    assert lead_won(lead.pk, by=ben, now=now)

    lead.refresh_from_db()
    assert (lead.status, lead.won_at) == (LeadStatus.WON, now)
    assert Position.objects.get().stage.code == "won"
    assert StageTransition.objects.latest("id").by == ben
    enrollment = Enrollment.objects.get()
    assert (enrollment.state, enrollment.exit_reason) == (EnrollmentState.EXITED, Reason.WON)
    assert AuditEntry.objects.get(action="lead.won").actor == ben


def test_who_is_won_is_scored_anew(lead, ben):
    won = {"fact": "stage.kind", "op": "is", "value": "won"}
    score_rule_saved(None, name="Won", kind="condition", points=7, condition=won, by=None, now=clock.now())
    scores_due(Budget(60))

    lead_won(lead.pk, by=ben, now=clock.now())
    scores_due(Budget(60))

    assert ContactScore.objects.get().points == 7


def test_a_lead_is_won_once(lead, ben):
    lead_won(lead.pk, by=ben, now=clock.now())
    before = Lead.objects.values().get()

    assert not lead_won(lead.pk, by=ben, now=clock.now())
    assert Lead.objects.values().get() == before
    assert AuditEntry.objects.filter(action="lead.won").count() == 1


def test_a_lead_of_another_tenant_is_not_there(lead, globex):
    cai = make_user("cai")

    for call in (
        lambda: lead_won(lead.pk, by=cai, now=clock.now()),
        lambda: lead_lost(lead.pk, by=cai, reason="Price", now=clock.now()),
    ):
        with pytest.raises(Lead.DoesNotExist):
            call()


def test_with_the_last_open_lead_the_contact_is_lost(lead, ben):
    [other] = lead_arrived([make_arrival(1, key="other")], now=clock.now())

    assert lead_lost(lead.pk, by=ben, reason="Price", now=clock.now())
    assert Position.objects.get().stage.code == "captured"
    assert lead_lost(other.lead_id, by=ben, reason="Time", now=clock.now())

    assert Position.objects.get().stage.code == "lost"
    assert StageTransition.objects.latest("id").reason == "Time"
    assert Enrollment.objects.get().exit_reason == Reason.LOST
    lead.refresh_from_db()
    assert (lead.status, lead.lost_reason) == (LeadStatus.LOST, "Price")


def test_a_lost_lead_can_still_be_won(lead, ben):
    lead_lost(lead.pk, by=ben, reason="Price", now=clock.now())

    assert lead_won(lead.pk, by=ben, now=clock.now())
    assert Position.objects.get().stage.code == "won"


def test_moving_to_the_end_closes_leads(lead, ben):
    won = Stage.objects.get(code="won")

    moved = stage_moved([lead.contact_id], won.pk, by=ben, source=MoveSource.HAND, reason="Signed", now=clock.now())

    lead.refresh_from_db()
    assert (moved, lead.status) == (1, LeadStatus.WON)
    assert Enrollment.objects.get().state == EnrollmentState.EXITED
    assert StageTransition.objects.latest("id").seconds_before is not None


def test_moving_to_where_one_stands_is_no_move(lead, ben):
    here = Position.objects.get().stage

    assert stage_moved([lead.contact_id], here.pk, by=ben, source=MoveSource.HAND, now=clock.now()) == 0
    assert StageTransition.objects.count() == 1


def test_a_reassigned_lead_takes_its_contact_along(lead, ben):
    eva, now = make_user("eva"), clock.now()

    assert lead_reassigned([lead.pk], eva.pk, by=ben, now=now) == 1
    assert lead_reassigned([lead.pk], eva.pk, by=ben, now=now) == 0

    lead.refresh_from_db()
    assert (lead.owner, lead.assigned_at, Contact.objects.get().owner) == (eva, now, eva)


def test_leads_of_another_tenant_are_not_reassigned(acme, lead, globex):
    cai = make_user("cai")

    assert lead_reassigned([lead.pk], cai.pk, by=cai, now=clock.now()) == 0
    with tenant_context(acme):
        assert Lead.objects.get().owner.username == "ben"
