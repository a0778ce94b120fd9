"""The story of a hand-over that is taken back: what nobody touched since goes to whoever had it, batch by batch."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

import contacts.services
import leads.services
from accounts.models import User
from accounts.passing import Passed
from accounts.services import record_audit
from campaigns.enums import Reason
from campaigns.services.enrolment import exit_sop
from contacts.enums import OwnerWhy
from exchange import jobs
from exchange.enums import HookEvent, JobState
from exchange.job_changes import changes_about, changes_next, forget_changes, note_stays
from exchange.models import Job, JobChange
from exchange.selectors import change_count, job_get, job_newest_with
from leads.services.opportunities import give_opportunities
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock, failpoints
from scrm.flows.alerts import many_handed_over, many_taken
from scrm.flows.handover_job import ALONE, CONTACT, DEAL, LEAD, TASK, give_tasks_now
from scrm.flows.handover_traces import (
    Stay,
    deals_as_they_were,
    leads_as_they_were,
    open_with,
    stays,
    tasks_as_they_were,
)
from scrm.flows.telling import assigned, told

KIND: Final = "hand_over_undo"
ENDED: Final = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
_AT_ONCE: Final = 1_000
_PHASES: Final = (CONTACT, LEAD + ALONE, DEAL + ALONE, TASK + ALONE)


@dataclass(slots=True)
class Undone:
    """How many of each went back, and how many contacts stay why."""

    contacts: int = 0
    leads: int = 0
    deals: int = 0
    tasks: int = 0
    stay: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, undo: Job) -> "Undone":
        said = undo.result
        counts = {name: said.get(name, 0) for name in ("contacts", "leads", "deals", "tasks")}
        return cls(**counts, stay=Counter(said.get("stay", {})))

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why contacts stay, in words, and how many."""
        return [(str(stay.label), self.stay[stay]) for stay in Stay if self.stay[stay]]

    @property
    def kept(self) -> int:
        return sum(self.stay.values())


def can_be_undone(job: Job) -> int:
    """How many contacts, and other things of others' contacts, a hand-over that has ended could give back."""
    before = undo_of(job)
    if job.state not in ENDED or (before is not None and before.state in (*jobs.ACTIVE, JobState.DONE)):
        return 0
    return sum(change_count(job.pk, kind) for kind in _PHASES)


def begin_undo(job: Job, *, by: User) -> Job | None:
    """Take a hand-over back that has ended; None when it has not, is too old, or is being taken back already."""
    now = clock.now()
    options = {"hand_over": str(job.pk)}
    with due_work() as due:
        held = jobs.hold_job(job_id=job.pk)
        total = can_be_undone(held) if held is not None else 0
        if not total:
            return None
        jobs.keep_longer(job=job, now=now)
        undo = jobs.create_job(kind=KIND, title=job.title, options=options, total=total, by_id=by.pk, now=now)
        jobs.queue_job(job=undo, options=options, due_at=now)
        due.at(now)
        record_audit(action="hand_over.undo_started", actor=by, subject=job, details={"things": total}, now=now)
    return undo


def undo_of(job: Job) -> Job | None:
    """The last time that a hand-over was taken back, or is being."""
    return job_newest_with(KIND, hand_over=str(job.pk))


def cancel_undo(undo: Job, *, by: User) -> bool:
    """Stop taking it back; what went back stays there. False when it had ended."""
    now = clock.now()
    with transaction.atomic():
        cancelled = jobs.cancel_job(job_id=undo.pk, now=now)
        if cancelled:
            details = {"contacts": Undone.of(undo).contacts}
            record_audit(action="hand_over.undo_cancelled", actor=by, subject=undo, details=details, now=now)
    return cancelled


def work(job: Job, budget: Budget) -> bool:
    """Go on until all that can goes back or the budget is spent, one batch at least; True when it is done."""
    while not _next_batch(job):
        failpoints.passed("handover.batch_committed")
        if budget.spent:
            return False
    return True


def _next_batch(job: Job) -> bool:
    """One transaction with its checkpoint, a place among the changes of a kind."""
    source, now, undone = UUID(job.options["hand_over"]), clock.now(), Undone.of(job)
    phase, after = job.checkpoint.get("phase", CONTACT), job.checkpoint.get("after", 0)
    with due_work():
        rows = changes_next(source, phase, after=after, limit=_AT_ONCE)
        back = _Back(job, source, undone, now)
        if phase == CONTACT:
            back.contacts(rows)
        else:
            back.alone(phase, rows)
        job.done += len(rows)
        job.result = {
            "contacts": undone.contacts,
            "leads": undone.leads,
            "deals": undone.deals,
            "tasks": undone.tasks,
            "stay": undone.stay,
        }
        if len(rows) < _AT_ONCE and phase == _PHASES[-1]:
            job.total, job.checkpoint = job.done, {}
            details = {"contacts": undone.contacts, "leads": undone.leads, "kept": undone.kept}
            record_audit(action="hand_over.undone", actor=job.created_by, subject=job, details=details, now=now)
            jobs.finish_job(job=job, now=clock.now())
            return True
        if len(rows) < _AT_ONCE:
            job.checkpoint = {"phase": _PHASES[_PHASES.index(phase) + 1]}
        else:
            job.checkpoint = {"phase": phase, "after": rows[-1].pk}
        jobs.save_progress(job=job, now=clock.now())
    return False


@dataclass(slots=True)
class _Back:
    """One batch of what goes back."""

    job: Job
    source: UUID
    undone: Undone
    now: datetime

    def contacts(self, rows: Sequence[JobChange]) -> None:
        """Contacts that nobody touched go back, with what is open about them."""
        present = contacts.services.lock_contacts(contact_ids=[row.subject for row in rows])
        staying = stays(rows, present)
        going = [row for row in rows if row.subject not in staying]
        to = {row.subject: row.before for row in going}
        contacts.services.set_owners(to=to, why=OwnerWhy.HAND_OVER, by=self.job.created_by, now=self.now)
        ids = [row.pk for row in going]
        for kind, subjects in open_with(list(to)).items():
            about = changes_about(self.source, kind, subjects)
            self._give(kind, about)
            ids += [row.pk for row in about]
        self._leave_sop(list(to))
        self._tell(going)
        forget_changes(ids=ids)
        note_stays(why={row.pk: staying[row.subject] for row in rows if row.subject in staying})
        self.undone.contacts += len(going)
        self.undone.stay.update(Counter(str(stay) for stay in staying.values()))

    def alone(self, phase: str, rows: Sequence[JobChange]) -> None:
        """Leads, deals and tasks of contacts that were others' all the time."""
        kind = phase.removesuffix(ALONE)
        whose = _AS_THEY_WERE[kind](rows)
        present = contacts.services.lock_contacts(contact_ids=whose.values())
        # Looked at again, for whoever held a contact may have changed what is of it.
        whose = _AS_THEY_WERE[kind](rows)
        still = [row for row in rows if whose.get(row.subject) in present]
        passed = {each.id for each in self._give(kind, still)}
        going = [row for row in still if row.subject in passed]
        self._tell(going)
        forget_changes(ids=[row.pk for row in going])
        note_stays(why={row.pk: Stay.MOVED for row in rows if row.subject not in passed})

    def _give(self, kind: str, rows: Sequence[JobChange]) -> list[Passed]:
        to = {row.subject: row.before for row in rows}
        hands = {row.after for row in rows if row.after is not None}
        passed = _GIVE[kind](to=to, of=hands, now=self.now)
        if kind == LEAD:
            told(HookEvent.LEAD_ASSIGNED, assigned(each for each in passed if each.after), now=self.now)
        name = f"{kind}s"
        setattr(self.undone, name, getattr(self.undone, name) + len(passed))
        return passed

    def _leave_sop(self, contact_ids: list[UUID]) -> None:
        """What was to tell them of their new owner and has not gone out is cancelled."""
        given = job_get(self.source)
        if given is not None and given.options["sop"]:
            sop_id, since = UUID(given.options["sop"]), given.created_at
            exit_sop(sop_id=sop_id, contact_ids=contact_ids, since=since, reason=Reason.LEFT, now=self.now)

    def _tell(self, going: Sequence[JobChange]) -> None:
        """Those who get them back, and those who lose them."""
        topic, by = f"hand_over:{self.job.pk}", self.job.created_by
        many_handed_over(Counter(row.before for row in going if row.before), topic=topic, by=by, now=self.now)
        many_taken(Counter(row.after for row in going if row.after), topic=f"{topic}:out", by=by, now=self.now)


_AS_THEY_WERE: Final[Mapping[str, Callable[[Sequence[JobChange]], dict[UUID, UUID]]]] = {
    LEAD: leads_as_they_were,
    DEAL: deals_as_they_were,
    TASK: tasks_as_they_were,
}
_GIVE: Final[Mapping[str, Callable[..., list[Passed]]]] = {
    LEAD: leads.services.hand_over,
    DEAL: give_opportunities,
    TASK: give_tasks_now,
}
