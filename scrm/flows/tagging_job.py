"""The story of many contacts who get or lose tags: noted whom, then worked off batch by batch under a checkpoint.

A list's tag by hand, a rule asked about everybody, a tag that becomes another: one road for all.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

import contacts.services
import tagging.services
from accounts.models import User
from accounts.services import record_audit
from contacts.models import Contact
from exchange import jobs
from exchange.enums import HookEvent, JobState
from exchange.job_changes import changes_next, forget_changes, note_found, note_made
from exchange.models import Job, JobChange
from exchange.selectors import job_newest_with
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock, failpoints
from scrm.core.conditions import Sql
from scrm.flows.engagement import give_tags
from scrm.flows.tag_points import GIVE as GIVE
from scrm.flows.tag_points import KIND as KIND
from scrm.flows.tag_points import POINTS, PointsPlan
from scrm.flows.tag_points import TAKE as TAKE
from scrm.flows.telling import tags_told
from tagging.enums import TagSource
from tagging.models import Tag, TagRule
from tagging.of_contacts import rivals_held
from tagging.rule_queries import holders, ids_among
from tagging.rules import Grant
from tagging.selectors import tag_get, tag_rule_get
from tagging.services_scores import Changed, scores_touched
from tagging.standing import rule_asked

LIST, RULE, MERGE = "list", "rule", "merge"
_NOTED: Final = {"noted": True, "phase": GIVE}
_AT_ONCE: Final = 1_000
"""Contacts in one transaction: so many rows are held for about a second."""


def begin_list(
    people: QuerySet[Contact],
    tag: Tag,
    *,
    add: bool,
    title: str,
    until: datetime | None = None,
    by: User,
    now: datetime,
) -> Job:
    """Let everybody who is among these contacts now get a tag, or lose it."""
    options = {"what": LIST, "tag": str(tag.pk), "add": add, "until": until.isoformat() if until else ""}
    with due_work() as due:
        job = _begin(f"{tag} · {title}", options, by=by, now=now)
        ids = _ids_of(people)
        total = note_found(job_id=job.pk, kind=GIVE if add else TAKE, ids=ids, now=now) if ids else 0
        jobs.foresee(job=job, total=total, checkpoint=_NOTED)
        due.at(now)
        details = {"tag": tag.name, "contacts": total, "add": add}
        record_audit(action="tag.many_started", actor=by, subject=tag, details=details, now=now)
    return job


def begin_rule(rule: TagRule, *, by: User | None, now: datetime) -> Job | None:
    """Ask a rule about everybody, and do what it says; None while that is going on. Inside `due_work`, or alone."""
    options = {"what": RULE, "rule": str(rule.pk)}
    with due_work() as due:
        running = job_newest_with(KIND, **options)
        if running is not None and running.state in jobs.ACTIVE:
            return None
        job = _begin(rule.name, options, by=by, now=now)
        due.at(now)
    return job


def begin_merge(tag: Tag, into: Tag, *, by: User, now: datetime) -> Job:
    """Move everybody who has a tag to the one that it became. Inside `due_work`, after `merge_tag`."""
    with due_work() as due:
        job = _begin(f"{tag} → {into}", {"what": MERGE, "tag": str(tag.pk), "into": str(into.pk)}, by=by, now=now)
        due.at(now)
    return job


def cancel_tagging(job: Job, *, by: User) -> bool:
    """Stop; what was done stays, and can be undone. False when it had ended."""
    now = clock.now()
    with transaction.atomic():
        cancelled = jobs.cancel_job(job_id=job.pk, now=now)
        if cancelled:
            record_audit(action="tag.many_stopped", actor=by, subject=job, details={"done": job.done}, now=now)
    return cancelled


def work(job: Job, budget: Budget) -> bool:
    """Go on until all is done or the budget is spent, one batch at least; True when the job has ended."""
    while not _next_batch(job):
        failpoints.passed("tagging.batch_committed")
        if budget.spent:
            return False
    return True


def rule_run_of(rule: TagRule) -> Job | None:
    """The last time that a rule was asked about everybody and had something to do, or is being."""
    return job_newest_with(KIND, what=RULE, rule=str(rule.pk))


def _ids_of(people: QuerySet[Contact]) -> Sql | None:
    try:
        return Sql(*people.order_by().values("pk").query.sql_with_params())
    except EmptyResultSet:
        return None


def _begin(title: str, options: Mapping[str, Any], *, by: User | None, now: datetime) -> Job:
    by_id, options = by.pk if by else None, {**options, "title": title}
    job = jobs.create_job(kind=KIND, title=title, options=options, total=None, by_id=by_id, now=now)
    jobs.queue_job(job=job, options=options, due_at=now)
    return job


def _next_batch(job: Job) -> bool:
    """One transaction with its checkpoint, a place among those who are noted."""
    now = clock.now()
    with due_work():
        plan = _plan_of(job, now)
        if plan is None:
            reason = gettext("The tag or the rule is not in use any more.")
            jobs.finish_job(job=job, state=JobState.FAILED, error=reason, now=now)
            return True
        if not job.checkpoint.get("noted"):
            jobs.foresee(job=job, total=plan.note(job, now), checkpoint={**job.checkpoint, **_NOTED})
            jobs.save_progress(job=job, now=clock.now())
            return False
        phase, after = job.checkpoint["phase"], job.checkpoint.get("after", 0)
        rows = changes_next(job.pk, phase, after=after, limit=_AT_ONCE)
        made = plan.give(rows) if phase == GIVE else plan.take(rows)
        note_made(rows=made)
        kept = {row.pk for row in made}
        forget_changes(ids=[row.pk for row in rows if row.pk not in kept])
        job.result = {**job.result, phase: job.result.get(phase, 0) + len(made)}
        job.done += len(rows)
        if len(rows) == _AT_ONCE:
            job.checkpoint = {**job.checkpoint, "after": rows[-1].pk}
        elif phase == GIVE:
            job.checkpoint = {"noted": True, "phase": TAKE}
        else:
            job.total = job.done
            job.checkpoint = {}
            plan.ended(job, now)
            jobs.finish_job(job=job, now=clock.now())
            return True
        jobs.save_progress(job=job, now=clock.now())
    return False


def _plan_of(job: Job, now: datetime) -> "_Plan | PointsPlan | None":
    return PointsPlan.of(job, now) if job.options["what"] == POINTS else _Plan.of(job, now)


class _Plan:
    """What a job does with those who are noted: of a rule, only with those of whom it still says so."""

    def __init__(self, job: Job, tag: Tag, now: datetime) -> None:
        self.tag, self.now = tag, now
        self.by = job.created_by
        self.source = TagSource.HAND
        self.rule: TagRule | None = None
        self.gone: Tag | None = None
        self.asked: Mapping[str, Sql] = {}
        self.evidence = job.title
        until = job.options.get("until")
        self.until = datetime.fromisoformat(until) if until else None

    @classmethod
    def of(cls, job: Job, now: datetime) -> "_Plan | None":
        what = job.options["what"]
        if what == RULE:
            rule = tag_rule_get(UUID(job.options["rule"]))
            if rule is None or not rule.active or rule.tag.archived:
                return None
            plan = cls(job, rule.tag, now)
            plan.rule, plan.source, plan.by = rule, TagSource.RULE, None
            plan.asked, plan.evidence = rule_asked(rule, now), rule.name
            return plan
        tag = tag_get(UUID(job.options["into" if what == MERGE else "tag"]))
        if tag is None or (tag.archived and not (what == LIST and not job.options["add"])):
            return None
        plan = cls(job, tag, now)
        plan.gone = tag_get(UUID(job.options["tag"])) if what == MERGE else None
        return plan

    def note(self, job: Job, now: datetime) -> int:
        wanted = self.asked or ({GIVE: holders(self.gone.pk)} if self.gone else {})
        return sum(note_found(job_id=job.pk, kind=kind, ids=ids, now=now) for kind, ids in wanted.items())

    def give(self, rows: Sequence[JobChange]) -> list[JobChange]:
        present = sorted(self._present(rows, GIVE))
        if self.gone:
            return self._move(self.gone, rows, present)
        before = rivals_held(present, self.tag)
        rule_id = self.rule.pk if self.rule else None
        grants = [
            Grant(
                *(pk, self.tag.pk, rule_id, self.evidence, self.until),
                over_hand=self.rule is None or self.rule.over_hand,
                again=self.rule is not None,
            )
            for pk in present
        ]
        added = {pk for pk, _tag in give_tags(grants, source=self.source, by=self.by, now=self.now)}
        return [self._made(row, before.get(row.subject), self.tag.pk) for row in rows if row.subject in added]

    def take(self, rows: Sequence[JobChange]) -> list[JobChange]:
        pairs = [(pk, self.tag.pk) for pk in sorted(self._present(rows, TAKE))]
        removed = self._remove(pairs)
        return [self._made(row, self.tag.pk, None) for row in rows if row.subject in removed]

    def ended(self, job: Job, now: datetime) -> None:
        subject: Any = self.rule or self.tag
        details = {"given": job.result.get(GIVE, 0), "taken": job.result.get(TAKE, 0)}
        record_audit(action="tag.many_done", actor=job.created_by, subject=subject, details=details, now=now)

    def _present(self, rows: Sequence[JobChange], kind: str) -> set[UUID]:
        found = contacts.services.lock_contacts(contact_ids=[row.subject for row in rows])
        return ids_among(self.asked[kind], found) if self.asked and found else found

    def _move(self, gone: Tag, rows: Sequence[JobChange], present: Sequence[UUID]) -> list[JobChange]:
        """They have the other tag instead; where its group has room for one, what they had there stays."""
        said: dict[str, Any] = {"by": self.by, "evidence": self.evidence, "now": self.now}
        went, came = tagging.services.move_tags(contact_ids=present, gone=gone.pk, into=self.tag.pk, **said)
        # Nobody came to anything new: no SOP begins with it.
        tags_told(HookEvent.TAG_REMOVED, went, now=self.now)
        tags_told(HookEvent.TAG_ADDED, came, now=self.now)
        scores_touched([Changed(pk, self.now, tag_id=tag_id) for pk, tag_id in [*went, *came]])
        moved = {pk for pk, tag_id in went if tag_id == gone.pk}
        return [self._made(row, gone.pk, self.tag.pk) for row in rows if row.subject in moved]

    def _remove(self, pairs: Sequence[tuple[UUID, UUID]]) -> set[UUID]:
        said: dict[str, Any] = {"evidence": self.evidence, "rule_id": self.rule.pk if self.rule else None}
        removed = tagging.services.remove_tags(pairs=pairs, source=self.source, by=self.by, now=self.now, **said)
        tags_told(HookEvent.TAG_REMOVED, removed, now=self.now)
        scores_touched([Changed(pk, self.now, tag_id=tag_id) for pk, tag_id in removed])
        return {pk for pk, _tag in removed}

    def _made(self, row: JobChange, before: UUID | None, after: UUID | None) -> JobChange:
        row.before, row.after, row.at = before, after, self.now
        return row
