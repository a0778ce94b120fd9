"""Addresses of the picture above a hosted form: the lasting one, and one for whoever builds it."""

from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse

from leads.form_content import Content
from leads.models import Form
from scrm.core.signing import TenantSigner, TokenError, tenant_signer
from tenants.selectors import tenant_current

PARAMETER: Final = "preview"
_LASTS: Final = timedelta(hours=12)


def cover_url(form: Form, content: Content) -> str:
    """Empty, where there is no picture."""
    return reverse("public:form_cover", args=[form.slug, content.cover]) if content.cover else ""


def preview_cover_url(form: Form, content: Content, now: datetime) -> str:
    """The preview stands in a frame without an origin, so without a session: the address itself says who may."""
    url = cover_url(form, content)
    # To the hour, so that the browser keeps the picture while somebody types.
    hour = now.replace(minute=0, second=0, microsecond=0)
    return url and f"{url}?{PARAMETER}={_signer().sign(content.cover, signed_at=hour)}"


def is_preview(token: str, code: str, now: datetime) -> bool:
    try:
        return bool(_signer().unsign(token, max_age=_LASTS, now=now) == code)
    except TokenError:
        return False


def _signer() -> TenantSigner:
    return tenant_signer(tenant_current().uuid, "form-cover")
