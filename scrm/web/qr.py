"""An entry link's public address, and its QR code as an answer."""

from django.http import HttpResponse
from django.urls import reverse

from leads.models import EntryLink
from scrm.core.qr import SIZES, qr_png, qr_svg
from tenants.models import Tenant
from tenants.selectors import tenant_base_url


def address_of(tenant: Tenant, link: EntryLink) -> str:
    """What is shared and printed."""
    return f"{tenant_base_url(tenant)}{reverse('public:entry_link', args=[link.code])}"


def svg_answer(tenant: Tenant, link: EntryLink, *, download: bool) -> HttpResponse:
    return _answer(qr_svg(address_of(tenant, link)), "image/svg+xml", f"{link.code}.svg", download)


def png_answer(tenant: Tenant, link: EntryLink, *, size: str, download: bool) -> HttpResponse:
    """`size` is pixels a module; anything but those offered is the third of them."""
    chosen = int(size) if size in map(str, SIZES) else SIZES[2]
    return _answer(qr_png(address_of(tenant, link), size=chosen), "image/png", f"{link.code}.png", download)


def _answer(drawn: bytes, kind: str, name: str, download: bool) -> HttpResponse:
    answer = HttpResponse(drawn, content_type=kind)
    if download:
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
