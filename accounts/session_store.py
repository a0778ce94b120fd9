"""Sessions as rows that say whose they are and when they were last seen."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db.models import DateTimeField, ExpressionWrapper, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Least, Now

from accounts.log_in_models import Session

IDLE: Final = "_idle"
ABSOLUTE: Final = "_absolute"
AGENT: Final = "_agent"
ADDRESS: Final = "_address"

_DIGEST: Final = 40
_SEEN_STEP: Final = timedelta(minutes=5)
_STEPS: Final = 6


def row_key(session_key: str) -> str:
    """Under which the session of a cookie stands in the table."""
    return sha256(session_key.encode()).hexdigest()[:_DIGEST]


class RowStore(db.SessionStore):
    """Django's, with the database's clock: idle for too long or too old, a session is not there.

    The times come with the row, so that asking them costs no statement, and `seen_at` is written in steps.
    """

    row: Any = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Any:
        rows = Session.objects.annotate(read_at=Now()).filter(
            session_key=row_key(str(self.session_key)), expire_date__gt=Now()
        )
        self.row = rows.first()
        if self.row is None:
            self._session_key = None
        return self.row

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=row_key(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(session_key=row_key(key)).delete()

    def create(self) -> None:
        self.row = None
        super().create()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        began: Any = self.row.began_at if self.row else Now()
        return Session(
            session_key=row_key(str(self.session_key)),
            session_data=self.encode(data),
            user_id=data.get(SESSION_KEY),
            agent=data.get(AGENT, ""),
            address=data.get(ADDRESS) or None,
            began_at=began,
            seen_at=Now(),
            expire_date=self.ends_at(data),
        )

    def ends_at(self, data: Mapping[str, Any]) -> Combinable:
        """When it ends if nobody comes: idle time from now, and never later than its whole length."""
        idle, absolute = _lengths(data)
        if self.row is None:
            return _after(min(idle, absolute))
        latest: datetime = self.row.began_at + absolute
        return Least(_after(idle), Value(latest, output_field=DateTimeField()))

    def content(self) -> Mapping[str, Any]:
        return dict(self.items())

    def is_stale(self) -> bool:
        """Whether it is time to write down that somebody is there."""
        if self.session_key is None:
            return False
        idle, _absolute = _lengths(self.content())
        return self.row is not None and self.row.read_at - self.row.seen_at > min(_SEEN_STEP, idle / _STEPS)


def _lengths(data: Mapping[str, Any]) -> tuple[timedelta, timedelta]:
    idle = data.get(IDLE) or (settings.SESSION_IDLE_SECONDS if SESSION_KEY in data else settings.SESSION_GUEST_SECONDS)
    return timedelta(seconds=idle), timedelta(seconds=data.get(ABSOLUTE) or settings.SESSION_COOKIE_AGE)


def _after(length: timedelta) -> Combinable:
    return ExpressionWrapper(Now() + Value(length), output_field=DateTimeField())
