"""Writes about sessions: seen again, ended one by one or all at once."""

from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from accounts.log_in_models import Session
from accounts.session_store import RowStore, row_key


def note_seen(session: RowStore) -> None:
    """Somebody used it just now. One of two requests at once writes."""
    row: Any = session.row
    changed = Session.objects.filter(session_key=row.session_key, seen_at=row.seen_at)
    changed.update(seen_at=Now(), expire_date=session.ends_at(session.content()))


def end_session(*, user: UUID, key: str) -> bool:
    """End the user's session that stands under `key`; False when it is not there or somebody else's."""
    return Session.objects.filter(user_id=user, session_key=key).delete()[0] > 0


def end_sessions(*, user: UUID, besides: str | None = None) -> int:
    """End all sessions of the user, but not the one with the cookie `besides`; how many there were."""
    rows = Session.objects.filter(user_id=user)
    if besides:
        rows = rows.exclude(session_key=row_key(besides))
    return rows.delete()[0]


def clear_ended_sessions() -> None:
    """Forget those that nobody can use any more."""
    Session.objects.filter(expire_date__lt=Now()).delete()
