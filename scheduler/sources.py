"""Due sources: what each room hands the scheduler at start-up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from scheduler.budget import Budget


@dataclass(frozen=True)
class DueSource:
    """Rows of one kind that become due.

    `next_due_sql` is a scalar query over the tenant's schema giving the next due time or NULL;
    `drain` does what is due until nothing is left or the budget is spent, and says whether more
    is waiting. What `sends` reaches people outside, and rests while a tenant is paused.
    """

    name: str
    next_due_sql: str
    drain: Callable[[Budget], bool]
    sends: bool = False


_SOURCES: Final[dict[str, DueSource]] = {}


def register(source: DueSource) -> None:
    """Add or replace a source by its name."""
    _SOURCES[source.name] = source


def due_sources(*, sending: bool = True) -> list[DueSource]:
    return [source for source in _SOURCES.values() if sending or not source.sends]
