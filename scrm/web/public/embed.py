"""A hosted form within pages of other sites: the script that puts it there, and who may frame it."""

import json
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from leads.models import Form
from scrm.web.public.page import Visit

PARAMETER: Final = "embed"
_SCRIPT: Final = bytes((settings.BASE_DIR / "static/js/embed.js").read_bytes())


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """Served from here because its address stands in pages of other sites for years; the same for everybody."""
    headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
    return HttpResponse(_SCRIPT, content_type="text/javascript; charset=utf-8", headers=headers)


def is_embedded(request: Visit) -> bool:
    return request.GET.get(PARAMETER) == "1"


def frame_of(request: Visit, form: Form) -> dict[str, Any]:
    """What a page of the form says to the page around it: which origins it answers."""
    return {"sites_json": json.dumps(form.sites)} if is_embedded(request) else {}


def for_sites(answer: HttpResponse, form: Form) -> HttpResponse:
    """Let the form's sites, and no other page, show this page of the form in a frame."""
    if form.sites:
        answer._csp_replace = {"frame-ancestors": form.sites}  # type: ignore[attr-defined]
        # The older header knows no list; browsers that know the policy go by the policy.
        answer.xframe_options_exempt = True
    return answer
