"""Where the work at hand comes from: who sent the request, and which request it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """A request's sender and name; both empty for work that nobody sent, such as a worker's."""

    ip: str = ""
    request_id: str = ""


_current: ContextVar[Origin | None] = ContextVar("origin", default=None)


def origin() -> Origin:
    """Of the request at hand; without one an empty origin that nobody shares."""
    return _current.get() or Origin()


@contextmanager
def coming_from(where: Origin) -> Iterator[Origin]:
    """What is done inside comes from there."""
    mark = _current.set(where)
    try:
        yield where
    finally:
        _current.reset(mark)
