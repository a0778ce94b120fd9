"""How many attempts to log in are too many, and until when. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final


class Kind(StrEnum):
    """What is counted."""

    PAIR = "pair"
    """One account from one address: somebody guesses a password."""
    ADDRESS = "address"
    """One address, over all accounts: somebody tries one password with many names."""
    ACCOUNT = "account"
    """One account, over all addresses: many machines guess together. Browsers that the owner used go free."""
    CODE = "code"
    """The second factor of one account, after the right password."""


LIMITS: Final = {Kind.PAIR: 10, Kind.ADDRESS: 50, Kind.ACCOUNT: 100, Kind.CODE: 10}
WINDOW: Final = timedelta(minutes=15)
"""How long a count lasts, and how long the lock after its last attempt."""

_NETWORK_BITS: Final = 64
"""Who has an IPv6 address has 2**64 of them."""


@dataclass(frozen=True, slots=True)
class Count:
    kind: Kind
    count: int
    until: datetime


def is_locked(count: Count, now: datetime) -> bool:
    return count.until > now and count.count >= LIMITS[count.kind]


def one_more(count: Count, now: datetime) -> Count:
    """The count with this attempt. The last one that is allowed begins the lock."""
    if count.until <= now:
        return replace(count, count=1, until=now + WINDOW)
    number = count.count + 1
    return replace(count, count=number, until=now + WINDOW if number == LIMITS[count.kind] else count.until)


def network_of(address: str) -> str:
    """What is counted as one address; empty for what is none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, _NETWORK_BITS), strict=False).network_address)
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
