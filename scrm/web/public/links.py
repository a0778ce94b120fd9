"""Tracked links: the view is noted, and the material shown. Nothing about the person who opens it."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from scrm.core import clock
from scrm.core.ids import CODE_ALPHABET
from scrm.flows.engagement import link_opened
from scrm.web.public.page import Visit, for_everybody, not_there, show

_LETTERS: Final = frozenset(CODE_ALPHABET)
_LONGEST: Final = 16


@for_everybody
@require_safe
def opened(request: Visit, code: str) -> HttpResponse:
    link = None
    if len(code) <= _LONGEST and _LETTERS.issuperset(code):
        link = link_opened(
            code,
            user_agent=request.headers.get("User-Agent", ""),
            now=clock.now(),
            prefetch=request.method == "HEAD" or _is_prefetch(request),
        )
    if link is None:
        answer = not_there(request)
    elif link.material.url.startswith("https://"):
        answer = redirect(link.material.url)
    else:
        answer = show(request, "public/material.html", {"material": link.material})
    # The address is a key to who was written to: no other site learns it.
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _is_prefetch(request: Visit) -> bool:
    return any("prefetch" in request.headers.get(name, "").lower() for name in ("Purpose", "Sec-Purpose", "X-Moz"))
