"""SOPs: drafts, immutable versions, pause, resume, stop."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from audiences.models import Segment
from campaigns import drafts, lane_queries
from campaigns.enums import LatePolicy, Reason, SopState
from campaigns.models import Campaign, Lane, Sop, SopVersion, Step
from campaigns.selectors import draft_problems
from campaigns.services.enrolment import exit_everybody
from content.models import Material
from scheduler.services import due_work, note_due
from tagging.models import Tag

_SETTINGS = frozenset({"name", "summary", "trigger", "trigger_tag", "trigger_segment", "exit_when_won", "campaign"}) | {
    "late_policy",
    "late_after_minutes",
    "catch_up_per_minute",
}


def create_sop(
    *,
    name: str,
    trigger: str,
    now: datetime,
    trigger_tag: Tag | None = None,
    trigger_segment: Segment | None = None,
    exit_when_won: bool = True,
    summary: str = "",
    campaign: Campaign | None = None,
    late_policy: str = LatePolicy.SEND,
    late_after_minutes: int = 60,
    catch_up_per_minute: int = 600,
    steps: Sequence[dict[str, Any]] = (),
) -> Sop:
    """A new SOP as a draft; ValidationError names the field that is wrong."""
    sop = Sop(
        name=name,
        trigger=trigger,
        trigger_tag=trigger_tag,
        trigger_segment=trigger_segment,
        exit_when_won=exit_when_won,
        summary=summary,
        campaign=campaign,
        late_policy=late_policy,
        late_after_minutes=late_after_minutes,
        catch_up_per_minute=catch_up_per_minute,
        draft_steps=drafts.numbered(steps),
        created_at=now,
        updated_at=now,
    )
    sop.full_clean()
    sop.save()
    return sop


def update_sop(*, sop: Sop, now: datetime, **fields: Any) -> Sop:
    """Change its settings, which count at once and for everybody inside: see _SETTINGS."""
    for name, value in fields.items():
        if name not in _SETTINGS:
            raise TypeError(f"update_sop does not change {name}")
        setattr(sop, name, value)
    sop.updated_at = now
    sop.full_clean()
    sop.save(update_fields=[*fields, "updated_at"])
    return sop


def follow_tag(*, tag_id: UUID, into_id: UUID) -> None:
    """What began with a tag begins with the one that it became."""
    Sop.objects.filter(trigger_tag=tag_id).update(trigger_tag=into_id)


def save_draft(*, sop: Sop, steps: Sequence[dict[str, Any]], now: datetime) -> Sop:
    """Keep the draft as it is, finished or not; numbers once given stay with their step."""
    sop.draft_steps = drafts.numbered(steps, used=_numbers_used(sop))
    sop.updated_at = now
    sop.save(update_fields=["draft_steps", "updated_at"])
    return sop


def publish_sop(*, sop: Sop, by: User | None, now: datetime) -> SopVersion:
    """Freeze the draft as the next version and let new contacts in.

    Those inside stay on the version they began with. ValidationError lists what is wrong, step by
    step, under `steps.N.field`.
    """
    problems = draft_problems(sop)
    materials = _materials(sop.draft_steps)
    for index, step in enumerate(sop.draft_steps):
        if step.get("material") and step["material"] not in materials:
            problems[f"steps.{index}.material"] = _("This material is gone: choose another.")
    if problems:
        raise ValidationError({where: [what] for where, what in problems.items()})
    with due_work():
        locked = Sop.objects.select_for_update().get(pk=sop.pk)
        last = SopVersion.objects.filter(sop=locked).order_by("-number").values_list("number", flat=True).first()
        version = SopVersion.objects.create(sop=locked, number=(last or 0) + 1, published_at=now, published_by=by)
        Step.objects.bulk_create(
            Step(
                version=version,
                number=step["number"],
                position=position,
                name=step["name"],
                channel=step["channel"],
                offset=step["offset"],
                subject=step.get("subject", ""),
                body=step["body"],
                material=materials.get(step.get("material") or ""),
            )
            for position, step in enumerate(sop.draft_steps, start=1)
        )
        Lane.objects.bulk_create(
            [
                Lane(sop=locked, channel=channel, is_open=locked.state != SopState.PAUSED)
                for channel in sorted({step["channel"] for step in sop.draft_steps})
            ],
            ignore_conflicts=True,
        )
        locked.live_version = version
        if locked.state in (SopState.DRAFT, SopState.STOPPED):
            # Not those of a live one: a lane that is closed there waits for its provider.
            locked.state = SopState.LIVE
            _open_lanes(locked)
        locked.save(update_fields=["live_version", "state"])
        record_audit(action="sop.published", actor=by, subject=sop, details={"version": version.number}, now=now)
    sop.live_version, sop.state = version, locked.state
    return version


def pause_sop(*, sop: Sop, reason: str = "", by: User | None = None) -> None:
    """Close its lanes: nothing goes out until it is resumed; due times pass meanwhile."""
    reason = " ".join(reason.replace("\0", "").split())[:120]
    with transaction.atomic():
        if Sop.objects.filter(pk=sop.pk, state=SopState.LIVE).update(state=SopState.PAUSED):
            Lane.objects.filter(sop=sop).update(is_open=False, reopen_at=None, closure="", reason=reason)
            record_audit(action="sop.paused", actor=by, subject=sop, details={"reason": reason})
    sop.refresh_from_db(fields=["state"])


def resume_sop(*, sop: Sop, by: User | None = None) -> None:
    """Open its lanes again; what became due meanwhile goes out now, late touches as the SOP says."""
    with due_work():
        if Sop.objects.filter(pk=sop.pk, state=SopState.PAUSED).update(state=SopState.LIVE):
            _open_lanes(sop)
            record_audit(action="sop.resumed", actor=by, subject=sop)
    sop.refresh_from_db(fields=["state"])


def stop_sop(*, sop: Sop, now: datetime, by: User | None = None) -> int:
    """End it for everybody inside; what has not gone out is cancelled. Gives how many were inside."""
    with transaction.atomic():
        Sop.objects.filter(pk=sop.pk).update(state=SopState.STOPPED)
        Lane.objects.filter(sop=sop).update(is_open=False, reopen_at=None, closure="")
        ended = exit_everybody(sop=sop, reason=Reason.STOPPED, now=now)
        record_audit(action="sop.stopped", actor=by, subject=sop, details={"contacts": ended}, now=now)
    sop.refresh_from_db(fields=["state"])
    return ended


def _open_lanes(sop: Sop) -> None:
    Lane.objects.filter(sop=sop).update(is_open=True, reopen_at=None, closure="", reason="")
    for lane_id in Lane.objects.filter(sop=sop).values_list("pk", flat=True):
        note_due(lane_queries.next_due_in_lane(lane_id))


def _numbers_used(sop: Sop) -> set[int]:
    return set(Step.objects.filter(version__sop=sop).values_list("number", flat=True))


def _materials(steps: Sequence[dict[str, Any]]) -> dict[str, Material]:
    wanted = [UUID(str(step["material"])) for step in steps if step.get("material")]
    return {str(pk): material for pk, material in Material.objects.in_bulk(wanted).items()}
