"""The picture above a hosted form, for whoever may see the form."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from leads.selectors import cover_data, cover_is_shown, form_published
from scrm.core import clock
from scrm.core.pictures import CONTENT_TYPE
from scrm.web.hosted_cover import PARAMETER, is_preview
from scrm.web.public.page import Visit, not_there

_FOR_EVER = "public, max-age=31536000, immutable"
_WHILE_BUILDING = "private, max-age=3600"


@require_safe
def cover(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Another picture has another code, so whoever has this one never asks again."""
    form = form_published(slug)
    kept = ""
    if form is not None and cover_is_shown(form, code):
        kept = _FOR_EVER
    elif is_preview(request.GET.get(PARAMETER, ""), code, clock.now()):
        kept = _WHILE_BUILDING
    data = cover_data(code) if kept else None
    if data is None:
        return not_there(cast(Visit, request))
    # Pages of a form stand in frames of other sites, and its preview in one without an origin.
    headers = {"Cache-Control": kept, "Cross-Origin-Resource-Policy": "cross-origin"}
    return HttpResponse(data, content_type=CONTENT_TYPE, headers=headers)
