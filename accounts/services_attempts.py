"""Counts attempts to log in before they are made, so that many at once get no more than one after another."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.lockout import Count, Kind, KnownBrowser, is_locked, network_of, one_more
from accounts.log_in_models import AttemptCount

_PRUNED_AT_ONCE: Final = 100
_KNOWN: Final = "known:"
"""What begins the place of a known browser; no address is written like that."""


class LockedOut(Exception):
    """Too many attempts; `until` says when the next one may be made."""

    def __init__(self, until: datetime) -> None:
        super().__init__("Too many attempts.")
        self.until = until


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that may be made; `locks` says what it locks if it fails."""

    keys: tuple[str, ...]
    locks: tuple[Kind, ...]


def begin_attempt(
    *, users: Collection[UUID], typed: str, address: str, known: KnownBrowser | None = None, now: datetime
) -> Attempt:
    """Count an attempt at a password, or raise LockedOut and count nothing.

    `users` are those whom the name that was typed may mean; without any the fingerprint `typed` stands for it,
    so that nobody learns from a lock who exists. `known` is this browser, if somebody logged in with it before.
    """
    network = network_of(address)
    rows: list[AttemptCount] = []
    named: list[UUID | None] = [*users] or [None]
    for user in named:
        name = str(user) if user else typed
        place = _place(user, known, network)
        rows.append(_row(Kind.PAIR, f"{name}:{place}", user, now))
        if not place.startswith(_KNOWN):
            rows.append(_row(Kind.ACCOUNT, name, user, now))
    # Where nobody knows the address, all would share one: for an account that holds, for everybody it would lock.
    # And whoever is known here tries their own account alone: a neighbour's tries must not shut them out.
    if network and any(row.kind == Kind.ACCOUNT for row in rows):
        rows.append(_row(Kind.ADDRESS, network, None, now))
    return _begin(rows, now)


def begin_code_attempt(*, user: UUID, address: str, known: KnownBrowser | None = None, now: datetime) -> Attempt:
    """Count an attempt at a user's second factor, or raise LockedOut.

    Whoever tries knows the password. Their tries shut their own place, at length every strange one, and never a
    browser that the owner used.
    """
    place = _place(user, known, network_of(address))
    kin = place if place.startswith(_KNOWN) else "strange"
    return _begin([_row(Kind.CODE, f"{user}:{place}", user, now), _row(Kind.CODES, f"{user}:{kin}", user, now)], now)


def _place(user: UUID | None, known: KnownBrowser | None, network: str) -> str:
    """A browser that the owner used is a place, wherever it is; to strangers each address is one."""
    return f"{_KNOWN}{known.name}" if known is not None and user == known.user else network


def forgive_attempt(attempt: Attempt) -> None:
    """It succeeded: the account's count from this place is over, the wider ones get back this attempt alone."""
    own = [key for key in attempt.keys if key.startswith((f"{Kind.PAIR}:", f"{Kind.CODE}:"))]
    AttemptCount.objects.filter(key__in=own).delete()
    for key in attempt.keys:
        AttemptCount.objects.filter(key=key, count__gt=0).update(count=F("count") - 1)


def forget_guesses(*, user: UUID) -> None:
    """The password is new, so what was tried is over; codes stay counted, or a mailbox would buy guesses at them."""
    AttemptCount.objects.filter(user_id=user).exclude(kind=Kind.CODES).delete()


def unlock_user(*, user: UUID) -> bool:
    """Forget what was tried with the account; says whether there was anything."""
    return AttemptCount.objects.filter(user_id=user).delete()[0] > 0


def _row(kind: Kind, name: str, user: UUID | None, now: datetime) -> AttemptCount:
    return AttemptCount(key=f"{kind}:{name}", kind=kind, user_id=user, until=now)


def _begin(rows: Sequence[AttemptCount], now: datetime) -> Attempt:
    keys = tuple(sorted(row.key for row in rows))
    with transaction.atomic():
        held = _hold(sorted(rows, key=lambda row: row.key), keys)
        before = {row.key: Count(Kind(row.kind), row.count, row.until) for row in held}
        locked = [count.until for count in before.values() if is_locked(count, now)]
        if locked:
            raise LockedOut(max(locked))
        after = {key: one_more(count, now) for key, count in before.items()}
        for row in held:
            row.count, row.until = after[row.key].count, after[row.key].until
        AttemptCount.objects.bulk_update(held, ["count", "until"])
        _prune(now)
    return Attempt(keys, tuple(count.kind for count in after.values() if is_locked(count, now)))


def _hold(rows: Sequence[AttemptCount], keys: Sequence[str]) -> list[AttemptCount]:
    """The counts, held until the transaction ends; in one order, so that nobody waits in a ring."""
    while True:
        AttemptCount.objects.bulk_create(rows, ignore_conflicts=True)
        held = list(AttemptCount.objects.select_for_update().filter(key__in=keys).order_by("key"))
        # An old count may have been pruned between the two statements.
        if len(held) == len(keys):
            return held


def _prune(now: datetime) -> None:
    over = AttemptCount.objects.select_for_update(skip_locked=True).filter(until__lt=now)
    AttemptCount.objects.filter(key__in=[row.key for row in over.order_by("until")[:_PRUNED_AT_ONCE]]).delete()
