"""Writes of segments: what they ask for, and what becomes of them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from audiences import nesting
from audiences.check_queries import hold_names
from audiences.models import RunCause, Segment, SegmentKind, SegmentMember
from audiences.services_runs import REFRESH_EVERY as REFRESH_EVERY
from audiences.services_runs import SegmentChange as SegmentChange
from audiences.services_runs import fill, refresh_segment, refresh_stalest
from audiences.watching import watches_of
from scheduler.services import due_work, note_due
from scrm.core.conditions import Condition, ConditionInvalid, Scope, facts, parse, to_json

__all__ = [
    "REFRESH_EVERY",
    "SegmentChange",
    "archive_segment",
    "count_members",
    "delete_segment",
    "hold_segments_of",
    "refresh_segment",
    "refresh_stalest",
    "restore_segment",
    "save_segment",
]

_FROM_ONE_TO_NEXT: Final = " → "
_SAID: Final = ("name", "kind", "condition", "watches")


def save_segment(
    *,
    segment: Segment | None = None,
    name: str,
    kind: str,
    condition: object,
    by: User | None,
    now: datetime,
) -> Segment:
    """Make or change a segment and fill it, and those that name it. ConditionInvalid, ValidationError: nothing changed.

    A frozen one is filled once, when it is made; a dynamic one that becomes frozen keeps its members.
    """
    with due_work():
        hold_names()
        segment = segment or Segment(created_by=by, created_at=now)
        parsed = to_json(parse(condition, facts, scope=Scope.CONTACT))
        if parsed == {"all": []}:
            raise ValidationError({"condition": _("Add at least one condition; without one everybody is in it.")})
        fresh = segment.refreshed_at is None
        if not fresh and segment.kind == SegmentKind.FROZEN == kind and parsed != segment.condition:
            raise ValidationError(
                {"condition": _("A frozen segment keeps its members. Make it dynamic, or make a new one.")}
            )
        segment.name, segment.kind, segment.condition = name.strip(), kind, parsed
        segment.full_clean()
        follow = _checked(segment)
        _hold([str(segment.pk), *follow])
        # What else its row holds others write: who came and went meanwhile, or that it was put away.
        segment.save(update_fields=None if fresh else _SAID)
        if fresh or kind == SegmentKind.DYNAMIC:
            fill(segment, RunCause.SAVED, by=by, now=now)
        _follow(follow, now)
        record_audit(action="segment.saved", actor=by, subject=segment, details={"name": segment.name}, now=now)
    return segment


def archive_segment(*, segment: Segment, by: User | None, now: datetime) -> None:
    """It keeps its members, is offered no more and goes through nothing; rules that name it go on asking its rule."""
    with due_work():
        Segment.objects.filter(pk=segment.pk, archived_at=None).update(archived_at=now)
        record_audit(action="segment.archived", actor=by, subject=segment, details={"name": segment.name}, now=now)
    segment.archived_at = now


def restore_segment(*, segment: Segment, by: User | None, now: datetime) -> None:
    """It is offered again; who came and went meanwhile follows within a moment."""
    with due_work():
        Segment.objects.filter(pk=segment.pk).update(archived_at=None)
        if segment.kind == SegmentKind.DYNAMIC:
            note_due(now)
        record_audit(action="segment.restored", actor=by, subject=segment, details={"name": segment.name}, now=now)
    segment.archived_at = None


def delete_segment(*, segment: Segment, by: User | None, now: datetime) -> None:
    """Rules that name it find nobody from now on. ProtectedError where something begins with it."""
    with due_work():
        hold_names()
        key = str(segment.pk)
        follow = nesting.above(key, _names())
        _hold([key, *follow])
        record_audit(action="segment.deleted", actor=by, subject=segment, details={"name": segment.name}, now=now)
        segment.delete()
        _follow(follow, now)


def hold_segments_of(*, contact_ids: Collection[UUID]) -> list[UUID]:
    """Hold the segments that these contacts are in until the transaction ends, as a refresh does; gives which.

    Before the contacts themselves: a refresh that lets one of them in has the segment first.
    """
    members = SegmentMember.objects.filter(contact__in=list(contact_ids), left_at=None).values("segment")
    held = Segment.objects.select_for_update().filter(pk__in=members).order_by("pk")
    return list(held.values_list("pk", flat=True))


def count_members(*, segment_ids: Collection[UUID]) -> None:
    """Set the sizes of held segments from who is in them."""
    members = SegmentMember.objects.filter(segment=OuterRef("pk"), left_at=None).order_by().values("segment")
    size = members.annotate(size=Count("pk")).values("size")
    Segment.objects.filter(pk__in=list(segment_ids)).update(size=Coalesce(Subquery(size), 0))


def _checked(segment: Segment) -> list[str]:
    """What names this segment, each after those it asks; its watches are set. ValidationError where it can't be asked.

    Whoever names it asks the new rule from now on, so that one has to fit there too.
    """
    key = str(segment.pk)
    with nesting.segments_read() as said:
        names = {pk: nesting.named_in(each.condition) for pk, each in said.items()}
        names[key] = nesting.named_in(segment.condition)
        words = {key: segment.name, **{pk: each.name for pk, each in said.items()}}
        if way := nesting.circle(key, names):
            path = _FROM_ONE_TO_NEXT.join(words.get(each, "–") for each in way)
            raise ValidationError(
                {"condition": _("A segment can't ask about itself: %(path)s.") % {"path": path}},
            )
        follow = nesting.above(key, names)
        if max(nesting.levels_below(each, names) for each in (key, *follow)) > nesting.MOST_LEVELS:
            limit = {"limit": nesting.MOST_LEVELS}
            raise ValidationError({"condition": _("More than %(limit)s segments name one another in a row.") % limit})
        rule = _rule(segment)
        segment.watches = watches_of(rule)
    return follow


def _rule(segment: Segment) -> Condition:
    rule = parse(segment.condition, facts, scope=Scope.CONTACT, stored=True, inside=(str(segment.pk),))
    if nesting.is_too_large(rule):
        raise ValidationError(
            {
                "condition": _(
                    "“%(name)s” would ask more than %(limit)s questions, with those of the segments it names."
                )
                % {"name": segment.name, "limit": nesting.MOST_QUESTIONS}
            }
        )
    return rule


def _hold(keys: Collection[str]) -> None:
    # The row is the lock: two refreshes at once would both let the same contact in. In one order, as whoever holds
    # several does.
    list(Segment.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))


def _follow(keys: Collection[str], now: datetime) -> None:
    """Go through the held segments that asked a rule which is another one now, in the order in which they ask."""
    for key in keys:
        segment = Segment.objects.get(pk=key)
        try:
            segment.watches = watches_of(_rule(segment))
        except ConditionInvalid:
            # Said on its page and when it is gone through next.
            continue
        segment.save(update_fields=["watches"])
        if segment.kind == SegmentKind.DYNAMIC and segment.archived_at is None:
            fill(segment, RunCause.SAVED, now=now)


def _names() -> Mapping[str, set[str]]:
    rows: Any = Segment.objects.order_by().values_list("pk", "condition")
    return {str(pk): nesting.named_in(condition) for pk, condition in rows}
