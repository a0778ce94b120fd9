"""Entry links: the visit is counted, without a cookie and without a trace of who, and the visitor led on."""

from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from content.machines import is_machine
from leads.link_targets import with_parameters
from leads.models import EntryLink
from leads.selectors import link_open
from leads.services import count_visit
from scrm.core import clock, crypto
from scrm.core.ids import CODE_ALPHABET
from scrm.core.rates import spend
from scrm.web.public.entry_token import PARAMETER, entry_token
from scrm.web.public.limits import is_counted, whereabouts
from scrm.web.public.page import Visit, for_everybody, not_there
from scrm.web.public.visits import utm_of
from tenants.selectors import tenant_keys, tenant_zone

VISITS_A_DAY: Final = 1000
"""So many openings by what looks like one visitor are counted; a fair's phones share an address."""
_DAY: Final = 24 * 60 * 60
_LETTERS: Final = frozenset(CODE_ALPHABET)
_LONGEST: Final = 16


@for_everybody
@require_safe
def opened(request: Visit, code: str) -> HttpResponse:
    now = clock.now()
    link = link_open(code, now) if len(code) <= _LONGEST and _LETTERS.issuperset(code) else None
    if link is None:
        answer = not_there(request)
    else:
        _count(request, link, now)
        answer = redirect(_target(request, link, now))
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _target(request: Visit, link: EntryLink, now: datetime) -> str:
    """Where the link leads. Of the query only parameters that the link leaves open go along, never an address."""
    utm = {**utm_of(request), **link.utm}
    if link.form is None:
        return with_parameters(link.url, utm)
    language = request.GET.get("lang", "")
    chosen = {"lang": language} if language in dict(settings.LANGUAGES) else {}
    query = urlencode({**chosen, **utm, PARAMETER: entry_token(link.pk, now)})
    return f"{reverse('public:form', args=[link.form.slug])}?{query}"


def _count(request: Visit, link: EntryLink, now: datetime) -> None:
    if not is_counted(request, f"link:{link.pk}"):
        return
    hour = now.astimezone(tenant_zone()).replace(minute=0, second=0, microsecond=0)
    agent = request.headers.get("User-Agent", "")
    if request.method == "HEAD" or _is_prefetch(request) or is_machine(agent):
        count_visit(link_id=link.pk, hour=hour, by_machine=True)
        return
    # The day stands in what is hashed: nobody, we neither, knows a visitor again tomorrow.
    who = f"{hour:%Y-%m-%d} {link.pk} {whereabouts(request)} {agent}"
    digest = crypto.blind_index(who, keys=tenant_keys(), purpose="link.visitor").hex()
    budget = spend(f"link:{digest}", limit=VISITS_A_DAY, seconds=_DAY)
    if budget is None or not budget.is_overdrawn:
        # Without Redis nobody knows whether it is a new visitor, but it was a visit.
        count_visit(link_id=link.pk, hour=hour, is_new=budget is not None and budget.spent == 1)


def _is_prefetch(request: Visit) -> bool:
    return any("prefetch" in request.headers.get(name, "").lower() for name in ("Purpose", "Sec-Purpose", "X-Moz"))
