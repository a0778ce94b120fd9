"""A hand-over, or its undoing, dies as by kill -9 in the middle: it goes on where it stood, and nobody goes twice."""

from datetime import timedelta

from django_tenants.utils import tenant_context

from accounts.enums import Role
from accounts.models import AuditEntry
from alerts.models import Alert
from contacts.models import OwnerChange
from exchange import jobs
from exchange.enums import JobState
from exchange.models import Job
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.handover_desk import Recipients
from scrm.flows.handover_job import begin_hand_over
from scrm.flows.handover_undo import Undone, begin_undo
from scrm.flows.jobs import jobs_due
from tenants.models import Tenant
from tests.factories import make_contact, make_user
from tests.faults.forked import DIED, Child
from tests.faults.work import give_on
from tests.flows.handing import held


def finish_after_death(job: Job) -> Job:
    assert not jobs_due(Budget(60))
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    clock.set_offset(jobs.LEASE + timedelta(seconds=1))
    try:
        assert not jobs_due(Budget(60))
    finally:
        clock.set_offset(timedelta(0))
    job.refresh_from_db()
    return job


def test_killed_hand_over_and_undo_go_on_where_they_stood(own_database):
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        olga, ben, bea, eve = make_user("olga", Role.OPS), make_user("ben"), make_user("bea"), make_user("eve")
        for _ in range(9):
            make_contact(owner=ben)
        job = begin_hand_over(ben, Recipients({bea.pk: 2, eve.pk: 1}), by=olga, now=clock.now())

        assert Child("handover.batch_committed=kill@2", give_on, 2).wait() == DIED
        assert held()["Ben"] == 5
        job = finish_after_death(job)

        assert (job.state, job.done, job.result) == (JobState.DONE, 9, {"contacts": 9})
        assert held() == {"Bea": 6, "Eve": 3}
        assert OwnerChange.objects.count() == 9
        assert sorted(Alert.objects.values_list("recipient__username", "count")) == [("bea", 6), ("eve", 3)]
        assert AuditEntry.objects.filter(action="person.left_behind").count() == 1

        undo = begin_undo(job, by=olga)
        assert Child("handover.batch_committed=kill@2", give_on, 2).wait() == DIED
        assert held()["Ben"] == 4
        undo = finish_after_death(undo)

        assert (undo.state, undo.done, Undone.of(undo).contacts) == (JobState.DONE, 9, 9)
        assert held() == {"Ben": 9}
