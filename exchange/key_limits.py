"""Decides from where and how often an API key may be used. Pure."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Final

FASTEST: Final = 100_000
"""Requests a minute, at most."""
MOST_NETWORKS: Final = 20


def networks_in(texts: Sequence[str]) -> list[str]:
    """The networks in their one spelling, each once; ValueError for what is none."""
    found = {str(ip_network(text.strip(), strict=False)) for text in texts if text.strip()}
    if len(found) > MOST_NETWORKS:
        raise ValueError(f"More than {MOST_NETWORKS} networks.")
    return sorted(found)


def admits(allowed_from: Sequence[str], ip: str) -> bool:
    """Whether a key may be used from there: from anywhere when it names no networks."""
    if not allowed_from:
        return True
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in ip_network(network) for network in allowed_from)
