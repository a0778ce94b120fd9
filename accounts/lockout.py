"""How many attempts to log in are too many, and until when. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final
from uuid import UUID


class Kind(StrEnum):
    """What is counted."""

    PAIR = "pair"
    """One account from one place: somebody guesses a password."""
    ADDRESS = "address"
    """One address, over all accounts: somebody tries one password with many names."""
    ACCOUNT = "account"
    """One account, over all addresses: many machines guess together."""
    CODE = "code"
    """The second factor of one account from one place, after the right password."""
    CODES = "codes"
    """The same over all places, slowly: a code has a million values, so what is tried counts for a day."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts; `window` is how long their count lasts, and how long the lock after the last of them."""

    attempts: int
    window: timedelta


_QUARTER: Final = timedelta(minutes=15)
LIMITS: Final = {
    Kind.PAIR: Limit(10, _QUARTER),
    Kind.ADDRESS: Limit(50, _QUARTER),
    Kind.ACCOUNT: Limit(100, _QUARTER),
    Kind.CODE: Limit(10, _QUARTER),
    Kind.CODES: Limit(50, timedelta(days=1)),
}

_NETWORK_BITS: Final = 64
"""Who has an IPv6 address has 2**64 of them."""


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """A browser that `user` logged in with; `name` tells it from their others."""

    user: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Count:
    kind: Kind
    count: int
    until: datetime


def is_locked(count: Count, now: datetime) -> bool:
    return count.until > now and count.count >= LIMITS[count.kind].attempts


def one_more(count: Count, now: datetime) -> Count:
    """The count with this attempt. The last one that is allowed begins the lock."""
    limit = LIMITS[count.kind]
    if count.until <= now:
        return replace(count, count=1, until=now + limit.window)
    number = count.count + 1
    return replace(count, count=number, until=now + limit.window if number == limit.attempts else count.until)


def network_of(address: str) -> str:
    """What is counted as one address; empty for what is none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, _NETWORK_BITS), strict=False).network_address)
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
