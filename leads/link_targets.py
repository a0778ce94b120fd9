"""Decides where an entry link may lead: a checked address of an allowed site, with the link's parameters. Pure."""

from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

UTM: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
UTM_MAX: Final = 200
ADDRESS_MAX: Final = 500
_LABEL: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def checked_host(text: str) -> str:
    """A site's name as it is kept; ValidationError when it is none: no scheme, no port, no bare number."""
    host = text.strip().lower().removeprefix("https://").rstrip("/").rstrip(".")
    if not _is_host(host):
        raise ValidationError(_("Give the site alone, such as www.example.com."))
    return host


def checked_address(text: str, hosts: Collection[str]) -> str:
    """An address on one of these sites, as it is kept; ValidationError says what is wrong with another."""
    address = text.strip()
    if len(address) > ADDRESS_MAX:
        raise ValidationError(_("The address is longer than %(limit)s characters.") % {"limit": ADDRESS_MAX})
    parts = _split(address)
    if parts is None:
        raise ValidationError(_("Give an address that begins with https://."))
    host = str(parts.hostname)
    if host not in hosts:
        raise ValidationError(_("Links may not lead to %(host)s: its site is not allowed.") % {"host": host})
    return urlunsplit(parts)


def with_parameters(address: str, utm: Mapping[str, str]) -> str:
    """The address with these parameters; what it has itself stays as it is."""
    parts = urlsplit(address)
    has = {name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    added = urlencode({name: value for name, value in utm.items() if name not in has})
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, added]))))


def leads_to(address: str, hosts: Collection[str]) -> bool:
    """Whether a kept address may still be gone to."""
    parts = _split(address)
    return parts is not None and parts.hostname in hosts


def _split(address: str) -> SplitResult | None:
    """The address in parts, when browsers and we can't but read it alike."""
    # Browsers take a backslash for a slash and leave controls out; a name before the host hides the host.
    if not address.isascii() or not address.isprintable() or set(address) & set(' \\"<>^`{|}'):
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if not address.lower().startswith("https://") or "@" in parts.netloc or port not in (None, 443):
        return None
    host = parts.hostname or ""
    if not _is_host(host) or parts.netloc.lower() not in (host, f"{host}:443"):
        return None
    return parts._replace(scheme="https", netloc=host)


def _is_host(host: str) -> bool:
    labels = host.split(".")
    return (
        len(host) <= 253
        and len(labels) > 1
        and not labels[-1].isdigit()
        and all(
            label and len(label) <= 63 and label[0] != "-" and label[-1] != "-" and _LABEL.issuperset(label)
            for label in labels
        )
    )
