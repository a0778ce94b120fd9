"""Asks the domain name system for the texts of a name."""

from typing import Final

import dns.exception
import dns.resolver
from django.conf import settings

_SECONDS: Final = 5.0


class NoAnswer(Exception):
    """No name server answered in time, so nothing is known."""


def txt_texts(name: str) -> set[str]:
    """The texts at a name, none where there is no such name. NoAnswer."""
    try:
        answer = _resolver().resolve(name, "TXT", lifetime=_SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return set()
    except dns.exception.DNSException as error:
        raise NoAnswer(type(error).__name__) from error
    return {b"".join(record.strings).decode("utf-8", "replace") for record in answer}


def _resolver() -> dns.resolver.Resolver:
    """The machine's name servers, unless the settings name others as `address` or `address:port`."""
    servers = settings.SCRM_NAME_SERVERS
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        parts = [server.rpartition(":") if server.count(":") == 1 else (server, "", "53") for server in servers]
        resolver.nameservers = [dns.nameserver.Do53Nameserver(host, int(port)) for host, _colon, port in parts]
    return resolver
