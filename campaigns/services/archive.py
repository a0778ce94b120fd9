"""What ended long ago leaves the live ledger: its touches stay readable, and the engine no longer carries them."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from campaigns import archive_queries

_AT_ONCE: Final = 1000


def archive_ended(*, now: datetime) -> int:
    """Archive the touches of a batch of enrollments; gives how many enrollments, 0 when none is due."""
    with transaction.atomic():
        ended_before = now - timedelta(days=settings.SCRM_ARCHIVE_AFTER_DAYS)
        enrollments, _touches = archive_queries.move(ended_before=ended_before, now=now, limit=_AT_ONCE)
    return enrollments
