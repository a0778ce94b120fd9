"""Signs hosted forms, so that only a page of ours, read by a person, can be sent, and once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final
from uuid import UUID

from scrm.core.ids import short_code
from scrm.core.signing import TenantSigner, TokenError, tenant_signer
from tenants.selectors import tenant_current

QUICKEST: Final = timedelta(seconds=3)
"""Nobody fills in a form faster."""
LONGEST: Final = timedelta(days=1)
_PURPOSE: Final = "hosted-form"


class Reading(Enum):
    GOOD = "good"
    TOO_QUICK = "too quick"
    TOO_OLD = "too old"
    NOT_OURS = "not ours"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a token says: when the page was opened, and whether that can be true."""

    reading: Reading
    at: datetime
    token: str


def open_token(form_id: UUID, opened_at: datetime) -> str:
    milliseconds = int(opened_at.timestamp() * 1000)
    return _signer().sign([str(form_id), milliseconds, short_code()])


def read_token(text: str, form_id: UUID, now: datetime) -> Opened:
    try:
        payload = _signer().unsign(text)
    except TokenError:
        return Opened(Reading.NOT_OURS, now, text)
    match payload:
        case [form, int(milliseconds), str()] if form == str(form_id):
            opened_at = datetime.fromtimestamp(milliseconds / 1000, tz=now.tzinfo)
        case _:
            return Opened(Reading.NOT_OURS, now, text)
    if now - opened_at < QUICKEST:
        return Opened(Reading.TOO_QUICK, opened_at, text)
    return Opened(Reading.TOO_OLD if now - opened_at > LONGEST else Reading.GOOD, opened_at, text)


def _signer() -> TenantSigner:
    return tenant_signer(tenant_current().uuid, _PURPOSE)
