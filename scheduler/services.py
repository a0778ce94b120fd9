"""Writes of the scheduler: due work, the wake-up index, drains, pulses."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from scheduler import bell, queries
from scheduler.budget import Budget
from scheduler.sources import DueSource, due_sources
from tenants.enums import OPEN, TenantStatus
from tenants.models import Tenant
from tenants.selectors import tenant_current, tenant_status

log = structlog.get_logger(__name__)


class OutsideDueWork(RuntimeError):
    """Rows that become due were written outside `due_work`, so nobody would wake for them."""


class DueWork:
    """The earliest due time written in this transaction, and what is handed on at its end."""

    def __init__(self) -> None:
        self.earliest: datetime | None = None
        self._gathered: dict[Callable[[list[Any]], None], list[Any]] = {}

    def at(self, when: datetime | None) -> None:
        """Note that something becomes due then."""
        if when is not None and (self.earliest is None or when < self.earliest):
            self.earliest = when

    def gather(self, items: Sequence[Any], into: Callable[[list[Any]], None]) -> None:
        """Hand these to `into` before the commit, together with whatever else was gathered for it."""
        self._gathered.setdefault(into, []).extend(items)

    @contextmanager
    def part(self) -> Iterator["DueWork"]:
        """What is gathered in here is forgotten if it raises: its rows are undone too."""
        before = {into: len(items) for into, items in self._gathered.items()}
        try:
            yield self
        except BaseException:
            for into, items in self._gathered.items():
                del items[before.get(into, 0) :]
            raise

    def hand_on(self) -> None:
        for into, items in self._gathered.items():
            if items:
                into(items)


_current: ContextVar[DueWork | None] = ContextVar("due_work", default=None)


@contextmanager
def due_work() -> Iterator[DueWork]:
    """One transaction that may make work due; inside another one it is part of that.

    A part that raises has told nobody of anything: whoever catches that goes back to a savepoint.

    The wake-up index is lowered last before the commit, which keeps its row locked shortest and
    lets the raiser see what this transaction wrote. The bell rings after the commit.
    """
    outer = _current.get()
    if outer is not None:
        with outer.part():
            yield outer
        return
    due = DueWork()
    mark = _current.set(due)
    try:
        with transaction.atomic():
            yield due
            due.hand_on()
            if due.earliest is not None:
                tenant = tenant_current()
                if due.earliest <= queries.lower_wake_up(tenant.pk, due.earliest):
                    transaction.on_commit(lambda: bell.ring(tenant.schema_name))
    finally:
        _current.reset(mark)


def note_due(when: datetime | None) -> None:
    """What a service calls that has written rows due at `when`; OutsideDueWork if nobody listens."""
    due = _current.get()
    if due is None:
        raise OutsideDueWork("Write rows that become due inside `with due_work():`.")
    due.at(when)


def before_commit(items: Sequence[Any], into: Callable[[list[Any]], None]) -> None:
    """Gather what is written once for a whole transaction; OutsideDueWork if there is none."""
    due = _current.get()
    if due is None:
        raise OutsideDueWork("Gather what is written at the end inside `with due_work():`.")
    due.gather(items, into)


def raise_wake_up() -> bool:
    """Set the current tenant's index to the least of its due sources; False if a writer was busy."""
    tenant = tenant_current()
    with transaction.atomic():
        if not queries.lock_wake_up(tenant.pk):
            return False
        queries.set_wake_up_to_minimum(tenant.pk, [source.next_due_sql for source in _awake_sources(tenant)])
    return True


def drain_tenant(*, seconds: float, slots: int = 2) -> bool:
    """Do what is due in the current tenant; True when more is waiting.

    At most `slots` drains of one tenant run at once, so that a busy one cannot fill every worker.
    """
    tenant = tenant_current()
    slot = queries.try_drain_lock(tenant.pk, slots)
    if slot is None:
        return False
    try:
        budget = Budget(seconds)
        more = False
        broken: list[Exception] = []
        for source in _awake_sources(tenant):
            try:
                more = source.drain(budget) or more
            except Exception as error:
                # One kind of work that breaks must not hold up the others.
                log.error("drain.broke", source=source.name, error=type(error).__name__)
                broken.append(error)
        raise_wake_up()
        if broken:
            raise ExceptionGroup("Due work broke.", broken)
    finally:
        queries.release_drain_lock(tenant.pk, slot)
    return more


def rebuild_wake_up() -> None:
    """Set the current tenant's index from the truth, whatever it says."""
    queries.insert_wake_up(tenant_current().pk)
    raise_wake_up()


def _awake_sources(tenant: Tenant) -> list[DueSource]:
    """What rests is neither done nor woken for, or it would be woken for without end.

    The status is read here, under the drain's lock: who removes a tenant waits for that lock, so
    that no drain meets a schema without tables, where names lead to the public ones.
    """
    status = tenant_status(tenant)
    return due_sources(sending=status == TenantStatus.ACTIVE) if status in OPEN else []


def record_pulse(*names: str, now: datetime) -> None:
    """Note that these parts of the system are alive. Only on the public schema."""
    queries.write_pulses(names, now)
