"""The story of all that somebody leaves behind: it goes to colleagues, batch by batch under a checkpoint."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

import contacts.services
import leads.services
from accounts.models import User
from accounts.passing import Passed
from accounts.selectors import user_get
from accounts.services import record_audit
from campaigns.selectors import sop_get
from campaigns.services import enroll, give_tasks
from campaigns.task_selectors import task_count_left_elsewhere, tasks_left_elsewhere
from contacts.enums import OwnerWhy
from contacts.selectors import contact_count_of_owner, contact_ids_of_owner
from exchange import jobs
from exchange.enums import HookEvent, JobState
from exchange.job_changes import Change, note_changes
from exchange.models import Job
from exchange.selectors import job_newest_with
from leads.selectors.left import (
    lead_count_left_elsewhere,
    leads_left_elsewhere,
    opportunities_left_elsewhere,
    opportunity_count_left_elsewhere,
)
from leads.services.opportunities import give_opportunities
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock, failpoints
from scrm.flows.alerts import many_handed_over
from scrm.flows.engagement import starts_for
from scrm.flows.handover import Passage, passed_on
from scrm.flows.handover_desk import NobodyLeft, Recipients, owners_found
from scrm.flows.telling import assigned, told

KIND: Final = "hand_over"
_AT_ONCE: Final = 1_000
"""Contacts in one transaction: so many rows are held for about a second."""

CONTACT, LEAD, DEAL, TASK = "contact", "lead", "deal", "task"
ALONE: Final = "_alone"
"""Of contacts that are somebody else's."""

_LeftElsewhere = Callable[..., dict[UUID, UUID]]


@dataclass(slots=True)
class Told:
    """What came of it so far."""

    contacts: int = 0
    leads: int = 0
    deals: int = 0
    tasks: int = 0
    left: int = 0
    """Contacts for whom nobody was free."""
    started: int = 0

    @classmethod
    def of(cls, job: Job) -> "Told":
        return cls(**{name: job.result.get(name, 0) for name in cls.__slots__})


def begin_hand_over(
    leaver: User, recipients: Recipients, *, sop_id: UUID | None = None, by: User, now: datetime
) -> Job | None:
    """Let all that somebody has go to colleagues; None when that is going on already."""
    options = {"from": str(leaver.pk), "sop": str(sop_id or ""), **recipients.as_options()}
    with due_work() as due:
        running = job_newest_with(KIND, **{"from": str(leaver.pk)})
        if running is not None and running.state in jobs.ACTIVE:
            return None
        total = sum(count(by, leaver.pk) for count in _COUNTS)
        job = jobs.create_job(kind=KIND, title=str(leaver), options=options, total=total, by_id=by.pk, now=now)
        jobs.queue_job(job=job, options=options, due_at=now)
        due.at(now)
        record_audit(action="hand_over.started", actor=by, subject=leaver, details=_details(job), now=now)
    return job


def cancel_hand_over(job: Job, *, by: User) -> bool:
    """Stop; what went over stays there, and can be taken back. False when it had ended."""
    now = clock.now()
    with transaction.atomic():
        cancelled = jobs.cancel_job(job_id=job.pk, now=now)
        if cancelled:
            subject = user_get(UUID(job.options["from"]))
            record_audit(action="hand_over.cancelled", actor=by, subject=subject, details=_details(job), now=now)
    return cancelled


def work(job: Job, budget: Budget) -> bool:
    """Go on until all is handed over or the budget is spent, one batch at least; True when the job has ended."""
    try:
        while not _next_batch(job):
            failpoints.passed("handover.batch_committed")
            if budget.spent:
                return False
    except NobodyLeft:
        reason = gettext("Nobody who was to get these customers may log in any more.")
        jobs.finish_job(job=job, state=JobState.FAILED, error=reason, now=clock.now())
    return True


def _next_batch(job: Job) -> bool:
    """One transaction with its checkpoint, a place among the leaver's contacts, or else leads, deals or tasks."""
    by, now, leaver_id = job.created_by, clock.now(), UUID(job.options["from"])
    if by is None or not by.is_active:
        raise NobodyLeft
    phase, after = job.checkpoint.get("phase", CONTACT), job.checkpoint.get("after")
    place = UUID(after) if after else None
    passed = {UUID(pk): come for pk, come in job.checkpoint.get("passed", {}).items()}
    giving = _Giving(job, Recipients.read(job.options), leaver_id, passed, by, now)
    with due_work():
        if phase == CONTACT:
            page = contact_ids_of_owner(by, leaver_id, after=place, limit=_AT_ONCE)
            result, changes = giving.contacts(page)
        else:
            elsewhere, give = _ALONE[phase]
            left = elsewhere(by, leaver_id, after=place, limit=_AT_ONCE)
            page = list(left)
            result, changes = giving.alone(phase, left, give)
        note_changes(job_id=job.pk, changes=changes, now=now)
        job.result = dict(Counter(job.result) + Counter(result))
        job.done += len(page)
        if len(page) < _AT_ONCE and phase == _PHASES[-1]:
            job.total, job.checkpoint = job.done, {}
            leaver = user_get(leaver_id)
            record_audit(action="person.left_behind", actor=by, subject=leaver, details=_details(job), now=now)
            jobs.finish_job(job=job, now=clock.now())
            return True
        come = {str(pk): far for pk, far in passed.items()}
        if len(page) < _AT_ONCE:
            job.checkpoint = {"phase": _PHASES[_PHASES.index(phase) + 1], "passed": come}
        else:
            job.checkpoint = {"phase": phase, "after": str(page[-1]), "passed": come}
        jobs.save_progress(job=job, now=clock.now())
    return False


@dataclass(slots=True)
class _Giving:
    """One batch: who gives what to whom, and when."""

    job: Job
    recipients: Recipients
    leaver_id: UUID
    passed: dict[UUID, int]
    by: User
    now: datetime

    def contacts(self, page: list[UUID]) -> tuple[dict[str, int], list[Change]]:
        """Those of the page that are the leaver's still, with what is open about them."""
        present = contacts.services.lock_contacts(contact_ids=page, of=[self.leaver_id])
        owners = self._owners(present)
        passage = passed_on(owners, why=OwnerWhy.HAND_OVER, by=self.by, now=self.now)
        many_handed_over(Counter(owners.values()), topic=self._topic, by=self.by, now=self.now)
        result = {
            "contacts": len(passage.contacts),
            "leads": len(passage.leads),
            "deals": len(passage.deals),
            "tasks": len(passage.tasks),
            "left": len(present) - len(passage.contacts),
            "started": self._start(passage),
        }
        changes = [Change(CONTACT, pk, before, owners[pk]) for pk, before in passage.contacts.items()]
        for kind, rows in ((LEAD, passage.leads), (DEAL, passage.deals), (TASK, passage.tasks)):
            changes += _changes(kind, rows)
        return result, changes

    def alone(
        self, kind: str, left: Mapping[UUID, UUID], give: Callable[..., list[Passed]]
    ) -> tuple[dict[str, int], list[Change]]:
        """What the leaver has of contacts that are somebody else's, or nobody's."""
        present = contacts.services.lock_contacts(contact_ids=left.values())
        owners = self._owners(present)
        to = {pk: owners[contact_id] for pk, contact_id in left.items() if contact_id in owners}
        rows = give(to=to, of=[self.leaver_id], now=self.now)
        if kind == LEAD:
            told(HookEvent.LEAD_ASSIGNED, assigned(rows), now=self.now)
        many_handed_over(
            Counter(each.after for each in rows if each.after), topic=self._topic, by=self.by, now=self.now
        )
        return {f"{kind}s": len(rows)}, _changes(kind + ALONE, rows)

    @property
    def _topic(self) -> str:
        return f"hand_over:{self.job.pk}"

    def _owners(self, contact_ids: set[UUID]) -> dict[UUID, UUID]:
        return owners_found(
            contact_ids, self.recipients, leaver_id=self.leaver_id, passed=self.passed, by=self.by, now=self.now
        )

    def _start(self, passage: Passage) -> int:
        """Let an SOP tell the customers, if one was chosen and is live still."""
        sop = sop_get(UUID(self.job.options["sop"])) if self.job.options["sop"] and passage.contacts else None
        if sop is None:
            return 0
        return enroll(sop=sop, starts=list(starts_for(dict.fromkeys(passage.contacts), self.now).values()))


def _changes(kind: str, rows: list[Passed]) -> list[Change]:
    return [Change(kind, each.id, each.before, each.after) for each in rows]


def give_tasks_now(*, to: Mapping[UUID, UUID], of: Collection[UUID], now: datetime) -> list[Passed]:
    """As leads and deals are given; a task keeps no time of it."""
    return give_tasks(to=to, of=of)


def _details(job: Job) -> dict[str, Any]:
    names = ("contacts", "leads", "deals", "tasks")
    found = {name: job.result.get(name, 0) for name in names} if job.result else {"things": job.total}
    return {**found, "from": job.options["from"], "to": sorted(job.options["to"]), "by_rules": job.options["by_rules"]}


_PHASES: Final = (CONTACT, LEAD, DEAL, TASK)
_ALONE: Final[dict[str, tuple[_LeftElsewhere, Callable[..., list[Passed]]]]] = {
    LEAD: (leads_left_elsewhere, leads.services.hand_over),
    DEAL: (opportunities_left_elsewhere, give_opportunities),
    TASK: (tasks_left_elsewhere, give_tasks_now),
}
_COUNTS: Final[tuple[Callable[[User, UUID], int], ...]] = (
    contact_count_of_owner,
    lead_count_left_elsewhere,
    opportunity_count_left_elsewhere,
    task_count_left_elsewhere,
)
