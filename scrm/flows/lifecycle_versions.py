"""The story of a lifecycle's new version: its stages change at once, and whoever stands where nobody stays is moved.

Noted first, then worked off batch by batch under a checkpoint; taken back as a version of its own.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

import contacts.services
from accounts.models import User
from accounts.services import record_audit
from exchange import jobs
from exchange.enums import JobState
from exchange.job_changes import changes_next, forget_changes, note_found, note_made, note_stays
from exchange.models import Job, JobChange
from exchange.selectors import job_newest_with
from lifecycle.models import Lifecycle, Stage
from lifecycle.plan import MovePlan, Plan, alike, read_plan
from lifecycle.selectors import lifecycle_get
from lifecycle.selectors_versions import (
    draft_get,
    people_in,
    people_of_moves,
    plan_of_version,
    stood_there_at,
    whom,
)
from lifecycle.services_versions import Published, look_again, move_on_late, publish_draft, publish_plan, restage
from lifecycle.transitions import Transition
from lifecycle.version_queries import ids_for_whom, ids_in_stage
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock, failpoints
from scrm.flows.stage_uses import names_of_uses
from scrm.flows.telling import stages_told
from tagging.services_scores import Changed, scores_touched

KIND: Final = "lifecycle_version"
LEFT: Final = "left"
"""Why somebody is not moved back: they have gone on since."""
_AT_ONCE: Final = 1_000
"""People in one transaction."""


class VersionInUse(ValidationError):
    """What names a stage that is to go, and would match nobody without a word."""


def version_published(lifecycle: Lifecycle, revision: int, *, by: User | None, now: datetime) -> tuple[Published, Job]:
    """The draft holds from now on; the job moves whom it moves. ValidationError, and then nothing changes."""
    with due_work() as due:
        draft = draft_get(lifecycle)
        plan = read_plan(draft.plan) if draft else Plan()
        total = sum(people_of_moves(lifecycle, plan, now)) if draft else 0
        published = publish_draft(lifecycle=lifecycle, revision=revision, by=by, now=now)
        _refuse_uses(lifecycle, published.gone)
        job = _begin(lifecycle, published, {}, total, by, now)
        due.at(now)
    return published, job


def version_undone(lifecycle: Lifecycle, *, by: User | None, now: datetime) -> Job:
    """The version before holds again, and whoever was moved and went nowhere since stands where they stood.

    ValidationError where it is too late, or somebody stands in a stage that only this version has.
    """
    with due_work() as due:
        job = undoable_run(lifecycle)
        before = plan_of_version(lifecycle, lifecycle.version - 1)
        if job is None or before is None:
            raise ValidationError(_("This version can’t be taken back any more."))
        held = jobs.hold_job(job_id=job.pk)
        if held is None or held.state in jobs.ACTIVE:
            raise ValidationError(_("People are being moved still: wait until that is done."))
        now_plan = plan_of_version(lifecycle, lifecycle.version) or Plan()
        back = _backwards(now_plan, before)
        published = publish_plan(lifecycle=lifecycle, plan=back, undoes=lifecycle.version, by=by, now=now)
        _refuse_uses(lifecycle, published.gone)
        jobs.keep_longer(job=held, now=now)
        undo = _begin(lifecycle, published, {"of": str(job.pk)}, held.result.get("moved", 0), by, now)
        due.at(now)
    return undo


def run_of(lifecycle: Lifecycle, number: int) -> Job | None:
    """The job that moved people when a version came to hold."""
    return job_newest_with(KIND, lifecycle=str(lifecycle.pk), version=str(number))


def undoable_run(lifecycle: Lifecycle) -> Job | None:
    """The job of the version in force, where it can be taken back: its notes are kept, and it is no undoing itself."""
    job = run_of(lifecycle, lifecycle.version)
    return None if job is None or job.options.get("of") or job.due_at is None else job


def work(job: Job, budget: Budget) -> bool:
    """Go on until all are moved or the budget is spent, one batch at least; True when the job has ended."""
    while not _next_batch(job):
        if budget.spent:
            return False
    return True


def moved_late(stage: Stage, contact_ids: Sequence[UUID], *, is_last: bool, now: datetime) -> None:
    """Locked people came to a stage after it went: they go where the others went. Inside `due_work`."""
    _follow(move_on_late(stage=stage, contact_ids=contact_ids, is_last=is_last, now=now), now)


def _begin(
    lifecycle: Lifecycle, published: Published, options: dict[str, str], total: int, by: User | None, now: datetime
) -> Job:
    options = {"lifecycle": str(lifecycle.pk), "version": str(published.number), **options}
    title = f"{lifecycle.name} · {published.number}"
    job = jobs.create_job(kind=KIND, title=title, options=options, total=total, by_id=by.pk if by else None, now=now)
    jobs.queue_job(job=job, options=options, due_at=now)
    return job


def _refuse_uses(lifecycle: Lifecycle, gone: Sequence[str]) -> None:
    names = names_of_uses(lifecycle, gone)
    if names:
        raise VersionInUse(
            _("These ask for a stage that goes; change them first: %(names)s.") % {"names": ", ".join(names)}
        )


def _backwards(plan: Plan, before: Plan) -> Plan:
    """The stages of before. Whoever was moved goes back by the job; whoever else stands in a stage that goes, by a
    move: to where its people came from, or where nobody is there to any stage of its kind."""
    kept = {stage.id: stage.kind for stage in before.stages}
    came = {move.to_stage: move.from_stage for move in plan.moves if move.from_stage in kept}
    gone = [stage for stage in plan.stages if stage.id not in kept]
    inside = people_in([stage.id for stage in gone])
    moves = []
    for stage in gone:
        alike_ones = (pk for pk, kind in kept.items() if alike(stage.kind, kind))
        heir = came.get(stage.id) or (None if stage.id in inside else next(alike_ones, None))
        if heir is not None:
            moves.append(MovePlan(stage.id, heir))
    return Plan(before.stages, tuple(moves))


def _next_batch(job: Job) -> bool:
    """One transaction with its checkpoint; True when all are moved."""
    now = clock.now()
    with due_work():
        lifecycle = lifecycle_get(UUID(job.options["lifecycle"]))
        plan = plan_of_version(lifecycle, int(job.options["version"])) if lifecycle else None
        if lifecycle is None or plan is None:
            jobs.finish_job(job=job, state=JobState.FAILED, error=_("The lifecycle is no longer there."), now=now)
            return True
        steps = [*_back_steps(job, lifecycle), *(f"m{place}" for place in range(len(plan.moves)))]
        place = job.checkpoint.get("step", 0)
        if place == len(steps):
            gone = {move.from_stage for move in plan.moves} - set(plan.ids)
            look_again(stage_ids=gone, now=now)
            job.total, job.checkpoint = job.done, {}
            details = {"name": lifecycle.name, **job.result}
            record_audit(
                action="lifecycle.people_moved", actor=job.created_by, subject=lifecycle, details=details, now=now
            )
            jobs.finish_job(job=job, now=clock.now())
            return True
        step = steps[place]
        ended = _back(job, step, lifecycle, now) if step.startswith("b") else _move(job, step, lifecycle, plan, now)
        if ended:
            job.checkpoint = {"step": place + 1}
        jobs.save_progress(job=job, now=clock.now())
    failpoints.passed("version.batch_committed")
    return False


def _move(job: Job, step: str, lifecycle: Lifecycle, plan: Plan, now: datetime) -> bool:
    """A batch of one move of the plan, its people noted first; True when that was the last."""
    place = int(step[1:])
    move = plan.moves[place]
    if not job.checkpoint.get("noted"):
        ids = ids_in_stage(move.from_stage)
        if move.condition is not None:
            before = [each for each in plan.moves[:place] if each.from_stage == move.from_stage]
            ids = ids_for_whom(whom(lifecycle, move, before), now)
        note_found(job_id=job.pk, kind=step, ids=ids, now=now)
        job.checkpoint = {**job.checkpoint, "noted": True}
        return False
    rows = changes_next(job.pk, step, after=job.checkpoint.get("after", 0), limit=_AT_ONCE)
    between = UUID(move.from_stage), UUID(move.to_stage)
    moved = _restaged(job, lifecycle, [row.subject for row in rows], between, now)
    made = [row for row in rows if row.subject in moved]
    for row in made:
        row.before, row.after, row.at = (*between, now)
    note_made(rows=made)
    forget_changes(ids=[row.pk for row in rows if row.subject not in moved])
    return _counted(job, rows, "moved", len(made))


def _back_steps(job: Job, lifecycle: Lifecycle) -> list[str]:
    """One for each move that is taken back."""
    if "of" not in job.options:
        return []
    plan = plan_of_version(lifecycle, int(job.options["version"]) - 1) or Plan()
    return [f"b{place}" for place in range(len(plan.moves))]


def _back(job: Job, step: str, lifecycle: Lifecycle, now: datetime) -> bool:
    """A batch of those whom a move brought elsewhere; who has gone on since stays. True when that was the last."""
    rows = changes_next(UUID(job.options["of"]), f"m{step[1:]}", after=job.checkpoint.get("after", 0), limit=_AT_ONCE)
    made = [row for row in rows if row.after and row.before]
    back: set[UUID] = set()
    # All of one move came from one stage to one other.
    for there, home in {(row.after, row.before) for row in made if row.after and row.before}:
        waiting = stood_there_at({row.subject: row.at for row in made}, there)
        back |= _restaged(job, lifecycle, waiting, (there, home), now)
    forget_changes(ids=[row.pk for row in made if row.subject in back])
    note_stays(why={row.pk: LEFT for row in made if row.subject not in back})
    job.result = {**job.result, "stay": job.result.get("stay", 0) + len(made) - len(back)}
    return _counted(job, rows, "back", len(back))


def _counted(job: Job, rows: Sequence[JobChange], name: str, count: int) -> bool:
    job.result = {**job.result, name: job.result.get(name, 0) + count}
    job.done += len(rows)
    if rows:
        job.checkpoint = {**job.checkpoint, "after": rows[-1].pk}
    return len(rows) < _AT_ONCE


def _restaged(
    job: Job, lifecycle: Lifecycle, contact_ids: Sequence[UUID], between: tuple[UUID, UUID], now: datetime
) -> set[UUID]:
    present = contacts.services.lock_contacts(contact_ids=contact_ids)
    moved = restage(lifecycle_id=lifecycle.pk, contact_ids=present, between=between, by=job.created_by, now=now)
    _follow(moved, now)
    return {each.contact_id for each in moved}


def _follow(moved: Sequence[Transition], now: datetime) -> None:
    """Other systems and segments learn of it; nobody is won, lost, handed on or begins an SOP by a version."""
    stages_told(moved, now=now)
    scores_touched([Changed(each.contact_id, now) for each in moved])
