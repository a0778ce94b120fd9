"""Decides how a host is written, which hosts can be claimed, and what proves one. Pure."""

from ipaddress import ip_address
from typing import Final

import idna

PROOF_LABEL: Final = "_scrm-challenge"
_PROOF_MARK: Final = "scrm-verification="


class HostInvalid(ValueError):
    """What was written is no host that a tenant can have."""


def normal_host(text: str) -> str:
    """One spelling per host: lower case, no trailing dot, other scripts as punycode. HostInvalid."""
    written = text.strip().rstrip(".").lower()
    try:
        ip_address(written.strip("[]"))
    except ValueError:
        pass
    else:
        raise HostInvalid(text)
    try:
        host = idna.encode(written, uts46=True, transitional=False, std3_rules=True).decode("ascii")
    except idna.IDNAError as error:
        raise HostInvalid(text) from error
    if len(host) > 253 or "." not in host or host.rpartition(".")[2].isdigit():
        raise HostInvalid(text)
    return host


def shown_host(host: str) -> str:
    """The host as people write it; punycode stays where it is no name of today's rules."""
    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host


def proof_name(host: str) -> str:
    """Where the TXT record stands that proves the host."""
    return f"{PROOF_LABEL}.{host}"


def proof_text(proof: str) -> str:
    """What the TXT record says."""
    return f"{_PROOF_MARK}{proof}"
