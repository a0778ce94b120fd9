"""What a link hands to the form that it leads to: a signed note of which link was opened, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from scrm.core.signing import TenantSigner, TokenError, tenant_signer
from scrm.web.public.page import Visit
from tenants.selectors import tenant_current

PARAMETER: Final = "via"
LASTS: Final = timedelta(days=30)
"""A page that stayed open or was kept longer says nothing of why somebody comes now."""
_PURPOSE: Final = "entry-link"


@dataclass(frozen=True, slots=True)
class Opened:
    link_id: UUID
    at: datetime


def entry_token(link_id: UUID, opened_at: datetime) -> str:
    return _signer().sign([link_id.hex, int(opened_at.timestamp() * 1000)])


def read_entry_token(text: str, now: datetime) -> Opened | None:
    """Through which link somebody came; None when the note is none of this tenant's, or too old."""
    if not text:
        return None
    try:
        payload = _signer().unsign(text)
    except TokenError:
        return None
    match payload:
        case [str(link), int(milliseconds)]:
            opened_at = datetime.fromtimestamp(milliseconds / 1000, tz=now.tzinfo)
        case _:
            return None
    return Opened(UUID(link), opened_at) if timedelta(0) <= now - opened_at <= LASTS else None


def came_through(request: Visit, now: datetime) -> Opened | None:
    """The link that led somebody to the page, if one did."""
    return read_entry_token(request.GET.get(PARAMETER, ""), now)


def _signer() -> TenantSigner:
    return tenant_signer(tenant_current().uuid, _PURPOSE)
