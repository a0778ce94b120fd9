"""The story of a file of leads that is taken back: what it made and nobody touched since goes, batch by batch."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

import contacts.services
import events.services
import leads.services
from accounts.models import User
from accounts.services import record_audit
from campaigns.enums import Reason
from campaigns.services.enrolment import exit_with_leads, hold_touches, reached
from contacts.custom.undoing import FieldsSet
from contacts.models import Contact
from contacts.selectors import fields_restorable
from exchange import jobs
from exchange.enums import JobState
from exchange.models import Job
from exchange.selectors import job_newest_with
from leads.models import Lead
from leads.selectors.arrivals import lead_count_by_job
from leads.services import Brought
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock, failpoints
from scrm.flows.undo_traces import Stay, first_of, stays

KIND: Final = "lead_import_undo"
ENDED: Final = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
FORESEEN: Final = 2_000
"""So many leads are looked at before somebody is asked."""
_AT_ONCE: Final = 1_000
_KNOWN, _OTHER_LEADS = "known", "other_leads"


@dataclass(slots=True)
class Undone:
    """How many went, and how many stay why: leads by `Stay`, contacts of leads that go as known before or otherwise.

    `fields` are contacts that were known before and whose fields hold again what they did.
    """

    leads: int = 0
    contacts: int = 0
    fields: int = 0
    stay: Counter[str] = field(default_factory=Counter)
    contacts_stay: Counter[str] = field(default_factory=Counter)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why leads stay, in words, and how many."""
        return [(str(stay.label), self.stay[stay]) for stay in Stay if self.stay[stay]]

    @property
    def kept(self) -> int:
        return sum(self.stay.values())


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What taking a file back would do; `complete` when all of its leads were looked at."""

    total: int
    undone: Undone
    complete: bool


@dataclass(slots=True)
class _Verdict:
    """What goes of a batch and what stays."""

    leads: list[UUID] = field(default_factory=list)
    contacts: set[UUID] = field(default_factory=set)
    stay: dict[UUID, Stay] = field(default_factory=dict)
    contacts_stay: Counter[str] = field(default_factory=Counter)


def foresee_undo(job: Job) -> Foreseen:
    """What would go and what would stay, and why; writes nothing."""
    page = leads.services.arrivals_by_job(job_id=job.pk, after=None, limit=FORESEEN)
    contact_ids = [contact_id for _arrival, _lead, contact_id in page]
    verdict = _judge(job.pk, contact_ids, reached(contact_ids=contact_ids))
    undone = Undone(fields=fields_restorable(_steps(job.pk, None, FORESEEN)[1]))
    _count(undone, verdict, [lead_id for _arrival, lead_id, _contact in page])
    total = lead_count_by_job(job.pk)
    return Foreseen(total, undone, complete=total <= len(page))


def begin_undo(job: Job, *, by: User) -> Job | None:
    """Take an import back that has ended; None when it has not, or is being taken back already."""
    now = clock.now()
    options = {"import": str(job.pk)}
    with due_work() as due:
        held = jobs.hold_job(job_id=job.pk)
        running = undo_of(job)
        if held is None or held.state not in ENDED or (running is not None and running.state in jobs.ACTIVE):
            return None
        total = lead_count_by_job(job.pk)
        undo = jobs.create_job(kind=KIND, title=job.title, options=options, total=total, by_id=by.pk, now=now)
        jobs.queue_job(job=undo, options=options, due_at=now)
        due.at(now)
        details = {"file": job.title, "leads": total}
        record_audit(action="import.undo_started", actor=by, subject=job, details=details, now=now)
    return undo


def undo_of(job: Job) -> Job | None:
    """The last time that an import was taken back, or is being."""
    return job_newest_with(KIND, **{"import": str(job.pk)})


def cancel_undo(undo: Job, *, by: User) -> bool:
    """Stop taking an import back; what is gone stays gone. False when it had ended."""
    now = clock.now()
    with transaction.atomic():
        cancelled = jobs.cancel_job(job_id=undo.pk, now=now)
        if cancelled:
            details = {"file": undo.title, "leads": undone_by(undo).leads}
            record_audit(action="import.undo_cancelled", actor=by, subject=undo, details=details, now=now)
    return cancelled


def undone_by(undo: Job) -> Undone:
    """What has come of it so far."""
    said = undo.result
    return Undone(
        said.get("leads", 0),
        said.get("contacts", 0),
        said.get("fields", 0),
        Counter(said.get("stay", {})),
        Counter(said.get("contacts_stay", {})),
    )


def work(job: Job, budget: Budget) -> bool:
    """Go on until the file is taken back or the budget is spent, one batch at least; True when it is done."""
    while not _next_batch(job):
        failpoints.passed("undo.batch_committed")
        if budget.spent:
            return False
    return True


def _next_batch(job: Job) -> bool:
    """One transaction with its checkpoint, the place among the file's rows."""
    import_id, now, after = UUID(job.options["import"]), clock.now(), job.checkpoint.get("after")
    if after is None and _fields_restored(job, import_id, now):
        return False
    with due_work():
        page = leads.services.arrivals_by_job(job_id=import_id, after=UUID(after) if after else None, limit=_AT_ONCE)
        contact_ids = [contact_id for _arrival, _lead, contact_id in page]
        made = leads.services.brought_by(job_id=import_id, contact_ids=contact_ids)
        _hold(contact_ids, [each.lead_id for each in made])
        hold_touches(contact_ids=contact_ids)
        verdict = _judge(import_id, contact_ids, reached(contact_ids=contact_ids))
        _remove(verdict, now)
        undone = undone_by(job)
        _count(undone, verdict, [lead_id for _arrival, lead_id, _contact in page])
        job.result = {
            "leads": undone.leads,
            "contacts": undone.contacts,
            "fields": undone.fields,
            "stay": undone.stay,
            "contacts_stay": undone.contacts_stay,
        }
        job.done = undone.leads + undone.kept
        if len(page) == _AT_ONCE:
            job.checkpoint = {"after": str(page[-1][0])}
            jobs.save_progress(job=job, now=clock.now())
            return False
        job.total, job.checkpoint = job.done, {}
        details = {"file": job.title, "leads": undone.leads, "contacts": undone.contacts, "kept": undone.kept}
        details |= {"fields": undone.fields} if undone.fields else {}
        record_audit(action="import.undone", actor=job.created_by, subject=job, details=details, now=now)
        jobs.finish_job(job=job, now=clock.now())
    return True


def _fields_restored(job: Job, import_id: UUID, now: datetime) -> bool:
    """Take one batch of what rows wrote to fields of contacts back; False when there is none left.

    In a transaction of its own, before any lead goes: it holds contacts alone, and arrivals hold them after others.
    """
    before = job.checkpoint.get("fields_before")
    last, steps = _steps(import_id, UUID(before) if before else None, _AT_ONCE)
    if last is None:
        return False
    with due_work():
        restored = contacts.services.restore_fields(steps=steps, now=now)
        job.result = {**job.result, "fields": job.result.get("fields", 0) + restored}
        job.checkpoint = {"fields_before": str(last)}
        jobs.save_progress(job=job, now=clock.now())
    return True


def _steps(import_id: UUID, before: UUID | None, limit: int) -> tuple[UUID | None, list[tuple[UUID, FieldsSet]]]:
    """What rows wrote to fields of those who did not come with the file; with the place where to go on."""
    page = leads.services.fields_set_by_job(job_id=import_id, before=before, limit=limit)
    contact_ids = [contact_id for _arrival, contact_id, _fields in page]
    new = leads.services.newcomers_of_job(job_id=import_id, contact_ids=contact_ids)
    steps: list[tuple[UUID, FieldsSet]] = [
        (contact_id, fields) for _arrival, contact_id, fields in page if contact_id not in new
    ]
    return (page[-1][0] if page else None), steps


def _hold(contact_ids: Sequence[UUID], lead_ids: Sequence[UUID]) -> None:
    """Nobody touches any of them from here to the commit; whoever arrives as one of them waits, and then is new."""
    locks = leads.services.lead_locks(lead_ids=lead_ids)
    contacts.services.hold_for_removal(contact_ids=contact_ids, also=locks)
    leads.services.hold_leads(lead_ids=lead_ids)


def _judge(import_id: UUID, contact_ids: Sequence[UUID], written: Collection[UUID]) -> _Verdict:
    """What goes of all that the file made of these contacts."""
    made = leads.services.brought_by(job_id=import_id, contact_ids=contact_ids)
    of_contact: dict[UUID, datetime] = {}
    for each in made:
        if each.of_newcomer:
            of_contact[each.contact_id] = max(each.settled_at, of_contact.get(each.contact_id, each.settled_at))
    why = stays(Lead, {each.lead_id: each.settled_at for each in made})
    of_people = stays(Contact, of_contact)
    for contact_id in contacts.services.changed_since(moments=of_contact):
        of_people.setdefault(contact_id, set()).add(Stay.EDITED)
    verdict = _Verdict()
    for each in made:
        reasons = why.get(each.lead_id, set()) | of_people.get(each.contact_id, set()) | _own_reasons(each, written)
        stay = first_of(reasons)
        if stay is None:
            verdict.leads.append(each.lead_id)
        else:
            verdict.stay[each.lead_id] = stay
    _judge_contacts(verdict, made, of_contact)
    return verdict


def _own_reasons(each: Brought, written: Collection[UUID]) -> set[Stay]:
    reasons = set()
    if each.lead_id in written or (each.of_newcomer and each.contact_id in written):
        reasons.add(Stay.SENT)
    if each.told_again:
        reasons.add(Stay.TOLD_AGAIN)
    if each.changed_at > each.settled_at:
        reasons.add(Stay.EDITED)
    return reasons


def _judge_contacts(verdict: _Verdict, made: Sequence[Brought], newcomers: Collection[UUID]) -> None:
    going = set(verdict.leads)
    left = {each.contact_id for each in made if each.lead_id in going}
    others = leads.services.with_other_leads(contact_ids=left, than=going)
    verdict.contacts = {pk for pk in left if pk in newcomers and pk not in others}
    verdict.contacts_stay[_KNOWN] = len(left.difference(newcomers))
    verdict.contacts_stay[_OTHER_LEADS] = len(left.intersection(newcomers, others))


def _remove(verdict: _Verdict, now: datetime) -> None:
    if not verdict.leads:
        return
    exit_with_leads(lead_ids=verdict.leads, reason=Reason.LEFT, now=now)
    events.services.remove_events(dedupe_keys=[f"lead_captured:{pk}" for pk in verdict.leads])
    leads.services.remove_leads(lead_ids=verdict.leads)
    contacts.services.remove_contacts(contact_ids=verdict.contacts)


def _count(undone: Undone, verdict: _Verdict, page: Sequence[UUID]) -> None:
    """Add a batch. What stays is met again with a later row of the same contact, so only the page's own is counted."""
    undone.leads += len(verdict.leads)
    undone.contacts += len(verdict.contacts)
    undone.stay.update(Counter(str(verdict.stay[pk]) for pk in page if pk in verdict.stay))
    undone.contacts_stay.update(+verdict.contacts_stay)
