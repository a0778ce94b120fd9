"""A lifecycle's version, or its undoing, dies as by kill -9 in the middle: everybody is moved once, and back once."""

from django_tenants.utils import tenant_context

from exchange.enums import JobState
from lifecycle.enums import MoveSource
from lifecycle.models import Lifecycle, Position, StageTransition
from lifecycle.selectors_versions import draft_get
from lifecycle.services_drafts import take_out_stage
from scrm.core import clock
from scrm.flows.lifecycle_versions import version_published, version_undone
from scrm.flows.progress import stage_moved
from tenants.models import Tenant
from tests.factories import make_contact, make_stage, make_user
from tests.faults.forked import DIED, Child
from tests.faults.test_handover_killed import finish_after_death
from tests.faults.work import restage


def stand() -> dict[str, int]:
    codes = list(Position.objects.values_list("stage__code", flat=True))
    return {code: codes.count(code) for code in sorted(set(codes))}


def test_killed_version_and_undo_go_on_where_they_stood(own_database):
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        olga = make_user("olga", "ops")
        life = Lifecycle.objects.create(name="Cars")
        visit, drive = make_stage(life, "Visit"), make_stage(life, "Drive")
        people = [make_contact(f"P{number}").pk for number in range(9)]
        stage_moved(people, visit.pk, source=MoveSource.RULE, now=clock.now())
        since = dict(Position.objects.values_list("contact", "since"))
        take_out_stage(lifecycle=life, stage_id=visit.pk, heir_id=drive.pk, by=olga, now=clock.now())
        _published, job = version_published(life, draft_get(life).revision, by=olga, now=clock.now())

        # The first commit notes whom it is about.
        assert Child("version.batch_committed=kill@3", restage, 2).wait() == DIED
        assert stand() == {"drive": 4, "visit": 5}
        job = finish_after_death(job)

        assert (job.state, job.done, job.result) == (JobState.DONE, 9, {"moved": 9})
        assert stand() == {"drive": 9}
        assert StageTransition.objects.filter(source=MoveSource.VERSION).count() == 9

        undo = version_undone(Lifecycle.objects.get(pk=life.pk), by=olga, now=clock.now())
        assert Child("version.batch_committed=kill@2", restage, 2).wait() == DIED
        assert stand() == {"drive": 5, "visit": 4}
        undo = finish_after_death(undo)

        assert (undo.state, undo.result) == (JobState.DONE, {"back": 9, "stay": 0})
        assert dict(Position.objects.values_list("contact", "since")) == since
        assert StageTransition.objects.filter(source=MoveSource.VERSION).count() == 18
