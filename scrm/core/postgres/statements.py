"""Statements that PostgreSQL keeps ready, and those that nobody waits for.

To read and plan a short statement takes PostgreSQL twice as long as to carry it out, and to send it and wait for the
answer takes Python as long as to make it. See docs/decisions/0038.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from typing import Any, Final, Self

from psycopg2 import errors, extensions

PLACES: Final = 8
"""Of so many schemas a connection keeps statements: each takes some memory of the server's."""

_together: Final[ContextVar[bool]] = ContextVar("rows_together", default=False)


@contextmanager
def rows_together() -> Iterator[None]:
    """What nobody waits for goes along with the next statement in here, or with the commit.

    What PostgreSQL refuses raises there. Inside a transaction; outside one nothing is put off.
    """
    mark = _together.set(True)
    try:
        yield
    finally:
        _together.reset(mark)


class Statement(str):
    """SQL with %s for each value and no other %; the same text is the same statement.

    To be *kept* ready is only for what is done alike however many rows there are: rows added one by one, settings,
    small tables. What was planned for ten customers would be carried out so for a million. One that is not *awaited*
    has no answer that anybody looks at.
    """

    text: str
    call: str
    mark: str
    is_kept: bool
    is_awaited: bool

    def __new__(cls, sql: str, *, is_kept: bool = True, is_awaited: bool = True) -> Self:
        self = super().__new__(cls, sql)
        first, *others = sql.split("%s")
        self.text = first + "".join(f"${number}{part}" for number, part in enumerate(others, 1))
        if "%" in self.text:
            raise ValueError(f"A statement holds a bare %: {sql}")
        self.mark = blake2b(sql.encode(), digest_size=8).hexdigest()
        self.call = f"({', '.join(['%s'] * len(others))})" if others else ""
        self.is_kept, self.is_awaited = is_kept, is_awaited
        return self


class Connection(extensions.connection):
    """Knows which statements are ready in which schema, and what still has to be said."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.put_off: list[bytes] = []
        self._places: dict[str, int] = {}
        """By schema, the one entered last at the end. A plan is for one schema: in another it would be made anew."""
        self._ready: dict[int, set[str]] = {}
        self._place = 0
        self._life = 0

    def enter(self, schema: str) -> str:
        """From now on statements are those of this schema; gives what to say first, to forget another's."""
        forgotten = ""
        place = self._places.pop(schema, None)
        if place is None:
            place = len(self._places)
            if place == PLACES:
                place = self._places.pop(next(iter(self._places)))
                forgotten = "".join(f"DEALLOCATE {name}; " for name in sorted(self._ready.get(place, ())))
            self._ready[place] = set()
        self._places[schema] = self._place = place
        return forgotten

    def made_ready(self, statement: Statement) -> str:
        name = f"s{self._life}_{self._place}_{statement.mark}"
        names = self._ready.setdefault(self._place, set())
        if name not in names:
            # Without what is put off, which may be refused: whether the name is known must not depend on that.
            with super().cursor(cursor_factory=extensions.cursor) as cursor:
                cursor.execute(f"PREPARE {name} AS {statement.text}")
            names.add(name)
        return f"EXECUTE {name}{statement.call}"

    def forget(self) -> None:
        """All of them: a column has become another kind of column, or the server knows them no more."""
        self._life += 1
        self._ready.clear()

    def say(self) -> None:
        """Send what was put off."""
        if self.put_off:
            said, self.put_off = self.put_off, []
            with super().cursor(cursor_factory=extensions.cursor) as cursor:
                cursor.execute(b";".join(said))

    def commit(self) -> None:
        self.say()
        super().commit()

    def rollback(self) -> None:
        self.put_off.clear()
        super().rollback()


class Cursor(extensions.cursor):
    connection: Connection
    _asked: tuple[Any, Any] = ("", None)

    def execute(self, query: Any, params: Any = None) -> None:
        self._asked = query, params
        connection = self.connection
        if type(query) is Statement:
            ready = connection.made_ready(query) if query.is_kept else str(query)
            if not query.is_awaited and _together.get() and not connection.autocommit:
                connection.put_off.append(self.mogrify(ready, params))
                return
            query = ready
        if connection.put_off:
            if self.name:
                connection.say()
            else:
                said, connection.put_off = connection.put_off, []
                query, params = b";".join([*said, self.mogrify(query, params)]), None
        try:
            super().execute(query, params)
        except (errors.FeatureNotSupported, errors.InvalidSqlStatementName):
            connection.forget()
            raise

    def executemany(self, query: Any, many: Any) -> None:
        self.connection.say()
        super().executemany(query, many)

    def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
        self.connection.say()
        super().copy_expert(sql, file, size)

    @property
    def query(self) -> bytes:
        """What was asked, and not how: tests and logs show it."""
        return self.mogrify(*self._asked)
