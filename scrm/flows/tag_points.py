"""The story of tags found by points: everybody counted, batch by batch and once an hour; events are heard at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import contacts.services
from accounts.enums import Scope
from accounts.models import User
from accounts.selectors import user_list_with_leavers
from accounts.services import record_audit
from exchange import jobs
from exchange.job_changes import note_found
from exchange.models import Job, JobChange
from exchange.selectors import job_detail, job_newest_with
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.engagement import points_counted
from tagging.models import TagScoring
from tagging.points_queries import ids_moving
from tagging.points_selectors import points_have_work, scoring_get
from tagging.services_points import claim_due_scoring, switch_scoring

KIND: Final = "tagging"
POINTS: Final = "points"
GIVE, TAKE = "give", "take"


def scoring_switched(scoring: TagScoring, *, active: bool, by: User | None, now: datetime) -> Job | None:
    """Points find the tag of a group from now on, or not: the job that counts everybody. ValidationError."""
    with due_work():
        switch_scoring(scoring=scoring, active=active, by=by, now=now)
        return begin_points(scoring, by=by, now=now) if active else None


def begin_points(scoring: TagScoring, *, by: User | None, now: datetime) -> Job | None:
    """Count everybody, and do what points say; None while that is going on. Inside `due_work`, or alone."""
    options = {"what": POINTS, "group": str(scoring.pk)}
    with due_work() as due:
        running = job_newest_with(KIND, **options)
        if running is not None and running.state in jobs.ACTIVE:
            return None
        options["title"] = scoring.group.name
        by_id = by.pk if by else None
        job = jobs.create_job(kind=KIND, title=scoring.group.name, options=options, total=None, by_id=by_id, now=now)
        jobs.queue_job(job=job, options=options, due_at=now)
        due.at(now)
    return job


def points_due(budget: Budget) -> bool:
    """Count everybody for the groups whose turn it is; those with something to do get a job. True when more wait."""
    while True:
        now = clock.now()
        with due_work():
            scoring = claim_due_scoring(now=now)
            if scoring is None:
                return False
            if points_have_work(scoring.pk, now):
                begin_points(scoring, by=None, now=now)
        if budget.spent:
            return True


def points_run_of(scoring: TagScoring) -> Job | None:
    """The last time that everybody was counted and there was something to do, or is being."""
    return job_newest_with(KIND, what=POINTS, group=str(scoring.pk))


def run_seen(user: User, job_id: UUID) -> Job | None:
    """A job of `tagging_job`, of whom the reader sees; one that began by itself is of those who see everything."""
    job = job_detail(job_id, KIND)
    if job is None or user.data_scope == Scope.ALL:
        return job
    by_id = job.created_by_id
    return job if by_id is not None and user_list_with_leavers(user).filter(pk=by_id).exists() else None


class PointsPlan:
    """What a job of `tagging_job` does for a group: whom points move is asked once more, under their locks."""

    def __init__(self, scoring: TagScoring, now: datetime) -> None:
        self.scoring, self.now = scoring, now

    @classmethod
    def of(cls, job: Job, now: datetime) -> "PointsPlan | None":
        scoring = scoring_get(UUID(job.options["group"]))
        return cls(scoring, now) if scoring is not None and scoring.active else None

    def note(self, job: Job, now: datetime) -> int:
        kinds = ((GIVE, True), (TAKE, False))
        noted = [(kind, ids_moving(self.scoring.pk, now, to_tag=to_tag)) for kind, to_tag in kinds]
        return sum(note_found(job_id=job.pk, kind=kind, ids=ids, now=now) for kind, ids in noted)

    def give(self, rows: Sequence[JobChange]) -> list[JobChange]:
        present = contacts.services.lock_contacts(contact_ids=[row.subject for row in rows])
        done = points_counted(self.scoring.pk, present, now=self.now) if present else {}
        moved = [row for row in rows if row.subject in done]
        for row in moved:
            row.at, (row.before, row.after) = self.now, done[row.subject]
        return moved

    take = give

    def ended(self, job: Job, now: datetime) -> None:
        details = {"given": job.result.get(GIVE, 0), "taken": job.result.get(TAKE, 0)}
        group = self.scoring.group
        record_audit(action="tag.many_done", actor=job.created_by, subject=group, details=details, now=now)
