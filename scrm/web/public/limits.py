"""How often a hosted form may be sent: generous for people, tight for scripts, and tighter without a proof of work.

Counted in Redis; while that is away, by the pages that PostgreSQL keeps.
"""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Final
from uuid import UUID

from django.http import HttpRequest

from leads.enums import HeldReason
from leads.selectors.pages import page_count_since
from scrm.core import crypto
from scrm.core.rates import Bucket, seconds_until_one, spend
from tenants.selectors import tenant_keys

SENT_BY_NETWORK: Final = Bucket(size=60, per_minute=60)
"""A network is 256 addresses, behind which a provider may hide thousands of people, or one connection's /64."""
TAKEN_BY_ALL: Final = Bucket(size=600, per_minute=600)
"""Proved ones of a form that become leads; what is beyond waits for a person's word."""
HELD_BY_NETWORK: Final = Bucket(size=10, per_minute=2)
HELD_BY_ALL: Final = Bucket(size=500, per_minute=30)
"""So many wait for a person's word: more nobody reads."""
COUNTED_BY_NETWORK: Final = Bucket(size=600, per_minute=600)
"""A counter is one row, which nobody may hammer by saying each time that they are another browser."""
VIEW_LASTS: Final = 600
"""Seconds in which a reader who comes again is the same view."""
_NETWORK: Final = {4: 24, 6: 64}


def seconds_to_wait(request: HttpRequest, form_id: UUID, now: datetime) -> int:
    """0 when the form may be sent from there."""
    place = network(request)
    return seconds_until_one(
        f"form:{form_id}:{place}",
        SENT_BY_NETWORK,
        otherwise=lambda: _counted(SENT_BY_NETWORK, form_id, now, network=network_digest(place)),
    )


def held_because(form_id: UUID, now: datetime, *, is_proved: bool) -> HeldReason | None:
    """Why what was sent is no lead yet; None when it is."""
    if not is_proved:
        return HeldReason.UNPROVEN
    wait = seconds_until_one(f"form:{form_id}", TAKEN_BY_ALL, otherwise=lambda: _counted(TAKEN_BY_ALL, form_id, now))
    return HeldReason.CROWDED if wait else None


def seconds_to_hold(request: HttpRequest, form_id: UUID, now: datetime) -> int:
    """0 when there is room among what waits for a person's word."""
    place = network(request)
    one = seconds_until_one(
        f"held:{form_id}:{place}",
        HELD_BY_NETWORK,
        otherwise=lambda: _counted(HELD_BY_NETWORK, form_id, now, network=network_digest(place), held=True),
    )
    return one or seconds_until_one(
        f"held:{form_id}", HELD_BY_ALL, otherwise=lambda: _counted(HELD_BY_ALL, form_id, now, held=True)
    )


def _counted(bucket: Bucket, form_id: UUID, now: datetime, *, network: bytes | None = None, held: bool = False) -> int:
    """What a bucket would say, by the pages that were kept: dearer, and still there when Redis is not."""
    since = now - timedelta(minutes=bucket.size / bucket.per_minute)
    sent = page_count_since(form_id, since, most=bucket.size, network=network, held=held)
    return 0 if sent < bucket.size else ceil(60 / bucket.per_minute)


def network_digest(place: str) -> bytes:
    return crypto.blind_index(place, keys=tenant_keys(), purpose="form.network")


def is_counted(request: HttpRequest, what: str) -> bool:
    """Whether to count what somebody did there; without Redis it always is."""
    return not seconds_until_one(f"count:{what}:{network(request)}", COUNTED_BY_NETWORK)


def is_new_view(request: HttpRequest, form_id: UUID) -> bool:
    """Whether to count it: the counter is one row, which nobody may hammer. Without Redis nothing is counted."""
    budget = spend(f"view:{form_id}:{whereabouts(request)}", limit=1, seconds=VIEW_LASTS)
    return budget is not None and not budget.is_overdrawn


def network(request: HttpRequest) -> str:
    """The neighbourhood of an address that counts as one sender: /24, or /64."""
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ip_network((int(address), _NETWORK[address.version]), strict=False).network_address)


def whereabouts(request: HttpRequest) -> str:
    """The address, or its network where one connection has a whole network of addresses."""
    text = request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((int(address), 64), strict=False).network_address)
