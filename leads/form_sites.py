"""Decides which sites may show a form in a page of theirs. Pure."""

import re
from typing import Final
from urllib.parse import urlsplit

import idna
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leads.link_targets import checked_host

SITES_MAX: Final = 20
_USUAL: Final = {"https": 443, "http": 80}


def checked_sites(text: str) -> list[str]:
    """The origins of these addresses, one to a line, each once; ValidationError names the line that is wrong."""
    sites = list(dict.fromkeys(_origin(each) for each in re.split(r"[\s,;]+", text) if each))
    if len(sites) > SITES_MAX:
        raise ValidationError(_("Give %(most)s sites at most.") % {"most": SITES_MAX})
    return sites


def _origin(text: str) -> str:
    """Of an address as people copy it; without a scheme it is https, and only this machine goes without TLS."""
    wrong = ValidationError(
        _("%(site)s is no site: give its address, such as https://www.example.com.") % {"site": text}
    )
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        name, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise wrong from error
    here = name in ("localhost", "127.0.0.1") or name.endswith(".localhost")
    if parts.scheme not in (("https", "http") if here else ("https",)) or "@" in parts.netloc or port == 0:
        raise wrong
    if not here:
        name = _checked(name, wrong)
    return f"{parts.scheme}://{name}" + (f":{port}" if port not in (None, _USUAL[parts.scheme]) else "")


def _checked(name: str, wrong: ValidationError) -> str:
    try:
        return checked_host(name if name.isascii() else idna.encode(name, uts46=True).decode())
    except (idna.IDNAError, ValidationError) as error:
        raise wrong from error
