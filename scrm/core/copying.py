"""Rows by PostgreSQL's COPY: no statement to parse, and many rows to a page and to a line of its log."""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from django.db import connection

_NULL: Final = "\\N"
_encode = json.JSONEncoder(ensure_ascii=False).encode


class _Aside:
    """Copies that another thread makes, in order, on this thread's connection."""

    def __init__(self, thread: ThreadPoolExecutor, meanwhile: Callable[[], bool]) -> None:
        self._thread = thread
        self._meanwhile = meanwhile
        self._running: list[Future[None]] = []

    def hand_over(self, copy: Callable[[], None]) -> None:
        self._running.append(self._thread.submit(copy))

    def wait(self) -> None:
        """Until all are done; what PostgreSQL refused first raises."""
        running, self._running = self._running, []
        for copy in running:
            while not copy.done() and self._meanwhile():
                pass
            copy.result()

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        # A connection does one thing at a time.
        self.wait()
        return execute(*statement)


_aside: Final[ContextVar[_Aside | None]] = ContextVar("copying_aside", default=None)


def _nothing() -> bool:
    return False


@contextmanager
def copying_aside(meanwhile: Callable[[], bool] = _nothing) -> Iterator[None]:
    """Rows that are copied in here are PostgreSQL's work alone: it takes them in while we make the next ones.

    `meanwhile` does a millisecond of other work, without the database and without raising, wherever we would wait for
    PostgreSQL; it gives False when there is none left.

    What it refuses raises at the next statement, or at the end at the latest. Inside a transaction that ends outside;
    for the rest of it, foreign keys are checked with each statement, so that this is done aside too.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with ThreadPoolExecutor(1) as thread:
        aside = _Aside(thread, meanwhile)
        mark = _aside.set(aside)
        try:
            with connection.execute_wrapper(aside):
                yield
                aside.wait()
        finally:
            _aside.reset(mark)


def copy_rows(
    table: str,
    names: Sequence[str],
    kinds: Sequence[str],
    columns: Sequence[Sequence[Any]],
    constants: Sequence[Any] = (),
) -> None:
    """Add rows; what a table refuses raises.

    They are given as columns and as constants, the same in each row, with the names and PostgreSQL's kinds of both.
    """
    writers = [_WRITERS.get(kind, _arrays if kind.endswith("[]") else _texts) for kind in kinds]
    fields = [write(values) for write, values in zip(writers, columns, strict=False)]
    same = [write([value])[0] for write, value in zip(writers[len(columns) :], constants, strict=True)]
    end = "".join(f"\t{text}" for text in same) + "\n"
    lines = (end.join(map("\t".join, zip(*fields, strict=True))) + end).encode()
    statement = f"COPY {table} ({', '.join(names)}) FROM STDIN"
    cursor, refused = connection.cursor(), cast(Any, connection).wrap_database_errors

    def copy() -> None:
        with cursor, refused:
            # In one piece: for each, this thread would have to ask for the interpreter again.
            cursor.copy_expert(statement, io.BytesIO(lines), len(lines))

    aside = _aside.get()
    if aside is None:
        copy()
    else:
        aside.hand_over(copy)


def _texts(values: Iterable[str | None]) -> list[str]:
    listed = list(values)
    if None in listed:
        return [_NULL if value is None else _escaped(value) for value in listed]
    # Escaped all at once: NUL, which no text in PostgreSQL holds, keeps them apart meanwhile.
    apart = _escaped("\0".join(cast(list[str], listed))).split("\0")
    if len(apart) != len(listed):
        raise ValueError("A text holds NUL, which PostgreSQL can't store.")
    return apart


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _plain(values: Iterable[Any]) -> list[str]:
    return [_NULL if value is None else str(value) for value in values]


def _uuids(values: Iterable[UUID | None]) -> list[str]:
    # What `hex` does, without asking for it: these are a third of all cells.
    return [_NULL if value is None else f"{value.int:032x}" for value in values]


def _json(values: Iterable[Any]) -> list[str]:
    return _texts([None if value is None else "{}" if value == {} else _encode(value) for value in values])


def _bytes(values: Iterable[bytes | None]) -> list[str]:
    return [_NULL if value is None else "\\\\x" + value.hex() for value in values]


def _arrays(values: Iterable[Sequence[str]]) -> list[str]:
    listed = list(values)
    together = "".join(map("".join, listed))
    if '"' in together or "\\" in together:
        listed = [[text.replace("\\", "\\\\").replace('"', '\\"') for text in texts] for texts in listed]
    return _texts(['{"' + '","'.join(texts) + '"}' if texts else "{}" for texts in listed])


def _moments(values: Iterable[datetime | None]) -> list[str]:
    # A batch says few different moments.
    said: dict[datetime | None, str] = {None: _NULL}
    return [said.get(value) or said.setdefault(value, cast(datetime, value).isoformat()) for value in values]


_WRITERS: Final[dict[str, Callable[[Iterable[Any]], list[str]]]] = {
    "uuid": _uuids,
    "jsonb": _json,
    "bytea": _bytes,
    "text[]": _arrays,
    "timestamp with time zone": _moments,
    **dict.fromkeys(("boolean", "smallint", "integer", "bigint"), _plain),
}
