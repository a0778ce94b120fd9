"""How often one reader, and all together, may send a hosted form: generous for people, tight for scripts."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final
from uuid import UUID

from django.http import HttpRequest

from scrm.core.rates import spend

MINUTE: Final = 60
SENT_BY_ONE: Final = 20
SENT_BY_ALL: Final = 600
VIEW_LASTS: Final = 600
"""Seconds in which a reader who comes again is the same view."""


def seconds_to_wait(request: HttpRequest, form_id: UUID) -> int:
    """0 when the form may be sent; without Redis it always may."""
    budgets = (
        spend(f"form:{form_id}:{whereabouts(request)}", limit=SENT_BY_ONE, seconds=MINUTE),
        spend(f"form:{form_id}", limit=SENT_BY_ALL, seconds=MINUTE),
    )
    return max((budget.resets_in for budget in budgets if budget and budget.is_overdrawn), default=0)


def is_new_view(request: HttpRequest, form_id: UUID) -> bool:
    """Whether to count it: the counter is one row, which nobody may hammer. Without Redis nothing is counted."""
    budget = spend(f"view:{form_id}:{whereabouts(request)}", limit=1, seconds=VIEW_LASTS)
    return budget is not None and not budget.is_overdrawn


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
