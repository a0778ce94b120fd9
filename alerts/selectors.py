"""Reads of alerts: each user's own."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from alerts.models import Alert

UNREAD_SHOWN: Final = 99
"""Beyond that nobody counts."""
AT_ONCE: Final = 20
"""How many of those that were missed are told one by one."""
_OVERLAP: Final = timedelta(minutes=2)
"""Identifiers are given before the commit: one that was seen may be younger than one that is committed after it."""


def alert_list(user: User, *, unread: bool = False) -> QuerySet[Alert]:
    """The user's own, the newest first."""
    rows = Alert.objects.filter(recipient=user)
    return rows.filter(read_at=None) if unread else rows


def alert_detail(user: User, pk: UUID) -> Alert | None:
    return Alert.objects.filter(recipient=user, pk=pk).first()


def alert_count_unread(user: User) -> int:
    """How many the user has not seen, at most one more than is shown."""
    rows = Alert.objects.filter(recipient=user, read_at=None).order_by()
    return rows.values("pk")[: UNREAD_SHOWN + 1].count()


def alerts_since(user: User, last: UUID | None) -> list[Alert]:
    """The user's newest unread alerts that came after `last` or shortly before it, the oldest first.

    Some of them may have been told already: whoever shows them shows each once. Of an alert that is not the user's
    nothing follows.
    """
    seen = alert_detail(user, last) if last is not None else None
    if seen is None:
        return []
    rows = alert_list(user, unread=True).filter(created_at__gte=seen.created_at - _OVERLAP).exclude(pk=seen.pk)
    return list(reversed(rows.order_by("-created_at", "-id")[:AT_ONCE]))


def alerts_named(user: User, ids: Collection[UUID]) -> list[Alert]:
    """Those of these that are the user's, the oldest first."""
    return list(Alert.objects.filter(recipient=user, pk__in=list(ids)[:AT_ONCE]).order_by("created_at", "pk"))
