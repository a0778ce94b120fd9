"""Touches whose outcome nobody knows: looked up at the provider, or settled by a person. DESIGN.md 4.6."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings

from accounts.models import User
from accounts.services import record_audit
from campaigns import queries, unknown_queries
from campaigns.channels import outward_channel
from campaigns.models import Touchpoint
from scheduler.services import due_work

log = structlog.get_logger(__name__)
_AT_ONCE: Final = 500


def look_up_unknown(*, now: datetime) -> None:
    """Ask each channel what became of its unknown rows; one that cannot tell is not asked again.

    A look-up that fails, or does not know yet, is tried again later and holds up nothing else.
    """
    token = uuid.uuid4()
    by_channel: dict[str, list[int]] = {}
    with due_work() as due:
        next_at = now + timedelta(seconds=settings.SCRM_LOOK_UP_SECONDS)
        for touchpoint_id, channel in unknown_queries.hold_unknown(
            now=now, token=token, next_at=next_at, limit=_AT_ONCE
        ):
            by_channel.setdefault(channel, []).append(touchpoint_id)
            due.at(next_at)
    for channel, ids in by_channel.items():
        try:
            answer = outward_channel(channel).look_up(ids)
        except Exception:
            log.exception("look_up.fault", channel=channel)
            continue
        _believe(ids, answer, token, now)


def _believe(ids: Sequence[int], answer: dict[int, str | None] | None, token: UUID, now: datetime) -> None:
    with due_work() as due:
        if answer is None:
            unknown_queries.forget_look_up(touchpoint_ids=ids, token=token)
            return
        queries.hold_enrollments_of(ids)
        found = [pk for pk in ids if answer.get(pk) is not None]
        sent = unknown_queries.settle_unknown(touchpoint_ids=found, sent=True, token=token, now=now)
        queries.end_enrollments_without_waiting_rows(sent, now)
        absent = [pk for pk in ids if pk in answer and answer[pk] is None]
        if unknown_queries.settle_unknown(touchpoint_ids=absent, sent=False, token=token, now=now):
            due.at(now)


def resolve_unknown(*, touchpoint: Touchpoint, sent: bool, by: User, now: datetime) -> bool:
    """A person says what became of this attempt: it went out, or it did not and is tried again now.

    False when it is not this attempt that is unknown any more, and then nothing changed.
    """
    with due_work() as due:
        changed = unknown_queries.settle_unknown(
            touchpoint_ids=[touchpoint.pk], sent=sent, attempt=touchpoint.attempt, now=now, due_at=now
        )
        if sent:
            queries.end_enrollments_without_waiting_rows(changed, now)
        elif changed:
            due.at(now)
        if changed:
            record_audit(action="touchpoint.settled", actor=by, subject=touchpoint, details={"sent": sent}, now=now)
    return bool(changed)
