"""Keeps bit strings beside the truth. What they say is right at any time; how fast they say it depends on the fold."""

from datetime import datetime

from django.db import transaction

from audiences import bit_fold_queries as queries
from audiences.models import BitFold


def fold_bits(*, now: datetime) -> bool:
    """Bring the bits up to what was noted; True when more may be waiting. Begins where a business has grown."""
    with transaction.atomic():
        kept = BitFold.objects.select_for_update(skip_locked=True).first()
        if kept is not None and kept.as_of is not None:
            return queries.fold(now)
        if kept is not None:
            queries.make_anew(now)
            return False
    return queries.is_grown() and begin_bits()


def begin_bits() -> bool:
    """Note from now on whatever changes; the next fold makes the bits. False when it must be tried again."""
    with transaction.atomic():
        begun = queries.begin_notes()
        if not begun:
            transaction.set_rollback(True)
    return begun


def rebuild_bits(*, now: datetime) -> bool:
    """Make all bits anew from the truth; False where none are kept."""
    with transaction.atomic():
        kept = BitFold.objects.select_for_update().first()
        if kept is not None:
            queries.make_anew(now)
    return kept is not None
