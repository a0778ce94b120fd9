"""Which version of a form a page showed, sealed into the page: it is answered as it was asked."""

from typing import Final
from uuid import UUID

from scrm.core.signing import TenantSigner, TokenError, tenant_signer
from tenants.selectors import tenant_current

_PURPOSE: Final = "hosted-form-version"


def seal_version(form_id: UUID, number: int) -> str:
    return _signer().sign([str(form_id), number])


def read_version(text: str, form_id: UUID) -> int | None:
    """The version that the page showed; None when the page was none of ours."""
    try:
        payload = _signer().unsign(text)
    except TokenError:
        return None
    match payload:
        case [form, int(number)] if form == str(form_id):
            return number
    return None


def _signer() -> TenantSigner:
    return tenant_signer(tenant_current().uuid, _PURPOSE)
