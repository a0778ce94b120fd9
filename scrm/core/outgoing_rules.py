"""Decides which addresses outside may be called. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

import idna

LONGEST_URL: Final = 500

_NOT_OUTSIDE: Final = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # Of IPv6 only 2000::/3 is the internet, without what leads to IPv4 or nowhere.
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48"),
    )
)
_INTERNET_6: Final = ip_network("2000::/3")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_WORD: Final = re.compile(r"[a-z0-9-]*[a-z][a-z0-9-]*")
_HEX: Final = re.compile(r"0x[0-9a-f]*")


class ForbiddenAddress(ValueError):
    """An address that is never called; `code` says why: shape, scheme, port, host or place."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes: the host as it is asked for, the port, and the path with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _USUAL[self.scheme] else f"{host}:{self.port}"


_USUAL: Final = {"https": 443, "http": 80}


def read_url(url: str, *, ports: Collection[int], loopback: bool = False) -> Target:
    """What a URL asks for; ForbiddenAddress when no such address may be called, wherever its host leads.

    `loopback`, on a laptop, lets plain http and any port of this machine through.
    """
    if len(url) > LONGEST_URL or (not url.isascii() and not url.isprintable()):
        raise ForbiddenAddress("shape")
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise ForbiddenAddress("shape")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ForbiddenAddress("shape") from error
    if parts.scheme not in (("https", "http") if loopback else ("https",)):
        raise ForbiddenAddress("scheme")
    if "@" in parts.netloc or parts.fragment or not parts.hostname:
        raise ForbiddenAddress("shape")
    port = _USUAL[parts.scheme] if port is None else port
    if not loopback and port not in ports:
        raise ForbiddenAddress("port")
    host = _host(parts.hostname, parts.netloc)
    if _is_literal(host) and not is_outside(host, loopback=loopback):
        raise ForbiddenAddress("place")
    return Target(parts.scheme, host, port, _path(parts.path, parts.query))


def is_outside(address: str, *, loopback: bool = False) -> bool:
    """Whether an IP address is one of the internet, and neither ours, nobody's nor a detour to one of those."""
    try:
        place = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if loopback and place.is_loopback:
        return True
    if "%" in address:
        return False
    if isinstance(place, IPv6Address) and place not in _INTERNET_6:
        return False
    return place.is_global and not any(place in network for network in _NOT_OUTSIDE if _same_kind(place, network))


def _same_kind(place: IPv4Address | IPv6Address, network: object) -> bool:
    return getattr(network, "version", 0) == place.version


def _path(path: str, query: str) -> str:
    whole = (path or "/") + (f"?{query}" if query else "")
    if not whole.isascii():
        raise ForbiddenAddress("shape")
    return whole


def _host(name: str, netloc: str) -> str:
    """An IP address in its one usual spelling, or a name of the internet."""
    if "[" in netloc:
        return str(_literal(name))
    if re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", name) and name.isascii():
        return str(_literal(name))
    try:
        plain = idna.encode(name.removesuffix("."), uts46=True).decode() if not name.isascii() else name
    except idna.IDNAError as error:
        raise ForbiddenAddress("host") from error
    labels = plain.lower().removesuffix(".").split(".")
    if len(plain) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ForbiddenAddress("host")
    # 2130706433, 0x7f.1 and 017700000001 are numbers to some resolvers: a name ends in a word.
    if _HEX.fullmatch(labels[-1]) or not _WORD.fullmatch(labels[-1]):
        raise ForbiddenAddress("host")
    return ".".join(labels)


def _is_literal(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _literal(text: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(text)
    except ValueError as error:
        raise ForbiddenAddress("host") from error
