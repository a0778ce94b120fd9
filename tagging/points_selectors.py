"""Reads of groups whose tag is found by points: how they count, what they would do, and what they did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from accounts.enums import Scope
from accounts.models import User
from accounts.selectors import visible_to
from contacts.models import Contact
from tagging.enums import TagSource
from tagging.models import TagChange, TagScoring, TagSignal
from tagging.points import Move, Tally
from tagging.points_queries import moves_counted, moves_of

SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class PointsTried:
    """What counting now would do, with the newest few."""

    counts: Tally
    moves: list[Move]


def scoring_get(group_id: UUID) -> TagScoring | None:
    return TagScoring.objects.select_related("group__category").filter(pk=group_id).first()


def signal_list(group_id: UUID) -> QuerySet[TagSignal]:
    """In the order of the tags."""
    return TagSignal.objects.filter(tag__group=group_id).select_related("tag")


def points_tried(group_id: UUID, viewer: User, now: datetime) -> PointsTried:
    """Of those whom the viewer sees."""
    seen = None if viewer.data_scope == Scope.ALL else visible_to(viewer, Contact.objects.all())
    moves = moves_of(group_id, None, now, seen=seen, limit=SHOWN)
    return PointsTried(moves_counted(group_id, now, seen=seen), moves)


def points_have_work(group_id: UUID, now: datetime) -> bool:
    return bool(moves_of(group_id, None, now, limit=1))


def points_hits(group_id: UUID, viewer: User) -> QuerySet[TagChange]:
    """What points gave to those whom the viewer sees, and took from them, the newest first."""
    rows = TagChange.objects.filter(tag__group=group_id, source=TagSource.POINTS)
    return visible_to(viewer, rows, owner="contact__owner").select_related("tag").order_by("-at", "-pk")
