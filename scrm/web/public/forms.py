"""Hosted forms: shown to anybody, sent without a cookie, and each sent once."""

import unicodedata
from datetime import datetime
from typing import Final

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from content.machines import is_machine
from leads.enums import LeadOrigin
from leads.inputs import REJECTED, Arrival
from leads.models import Form
from leads.selectors import form_published
from leads.services import count_form_view
from scrm.core import clock, crypto
from scrm.flows.hosted import form_submitted
from scrm.web.public.fields import HostedForm
from scrm.web.public.limits import is_new_view, seconds_to_wait
from scrm.web.public.page import Visit, for_everybody, not_there, show
from scrm.web.public.tokens import QUICKEST, Opened, Reading, open_token, read_token
from tenants.selectors import tenant_keys, tenant_zone

DECOY: Final = "website"
"""A field that people never see, so whoever fills it in is a robot."""
TOKEN: Final = "page"
_UTM: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_UTM_MAX: Final = 200


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def hosted(request: Visit, slug: str) -> HttpResponse:
    form = form_published(slug) if _is_word(slug) else None
    if form is None:
        return not_there(request)
    now = clock.now()
    if request.method != "POST":
        by_person = request.method == "GET" and not is_machine(request.headers.get("User-Agent", ""))
        if by_person and is_new_view(request, form.pk):
            count_form_view(form=form)
        return _page(request, form, HostedForm(form), opened_at=now)
    wait = seconds_to_wait(request, form.pk)
    if wait:
        answer = show(request, "public/too_often.html", status=429)
        answer["Retry-After"] = str(wait)
        return answer
    if request.POST.get(DECOY):
        return _thanks(request, form)
    opened = read_token(request.POST.get(TOKEN, ""), form.pk, now)
    filled = HostedForm(form, request.POST)
    # Whoever read an old page has waited long enough already.
    since = now - QUICKEST if opened.reading == Reading.TOO_OLD else opened.at
    if filled.is_valid() and opened.reading != Reading.GOOD:
        filled.add_error(None, _again(opened.reading))
    if not filled.is_valid():
        return _page(request, form, filled, opened_at=since)
    outcome = form_submitted(form, _arrival(request, form, filled, opened), now=now)
    if outcome.outcome == REJECTED:
        for problem in outcome.problems:
            filled.add_error(problem.column if problem.column in filled.fields else None, problem.reason)
        return _page(request, form, filled, opened_at=opened.at)
    return _thanks(request, form)


@for_everybody
@require_safe
def thanks(request: Visit, slug: str) -> HttpResponse:
    form = form_published(slug)
    return show(request, "public/form_thanks.html", {"hosted": form}) if form else not_there(request)


def _page(request: Visit, form: Form, filled: HostedForm, *, opened_at: datetime) -> HttpResponse:
    context = {
        "hosted": form,
        "form": filled,
        "token": open_token(form.pk, opened_at),
        "token_name": TOKEN,
        "decoy": DECOY,
    }
    return show(request, "public/form.html", context, status=422 if filled.is_bound else 200)


def _thanks(request: Visit, form: Form) -> HttpResponse:
    url = reverse("public:form_thanks", args=[form.slug])
    language = request.GET.get("lang", "")
    answer = redirect(f"{url}?lang={language}" if language.replace("-", "").isalpha() and language.isascii() else url)
    # A browser that repeats the request must not repeat the post.
    answer.status_code = 303
    return answer


def _arrival(request: Visit, form: Form, filled: HostedForm, opened: Opened) -> Arrival:
    """The same person through the same form on the same day is the same enquiry, however often they send it."""
    lead = filled.lead()
    known_by = lead.identities[0]
    who = crypto.blind_index(f"{known_by.kind} {known_by.key}", keys=tenant_keys(), purpose="lead.form").hex()
    day = opened.at.astimezone(tenant_zone()).date()
    return Arrival(
        lead=lead,
        came_by=LeadOrigin.FORM,
        dedupe_key=f"form:{form.pk}:{who}:{day:%Y%m%d}",
        form_id=form.pk,
        utm=_utm(request),
        consents=filled.consents(),
    )


def _utm(request: Visit) -> dict[str, str]:
    found = {name: _plain(request.GET.get(name, ""))[:_UTM_MAX] for name in _UTM}
    return {name: value for name, value in found.items() if value}


def _plain(text: str) -> str:
    """Without controls and halves of characters, which no column takes."""
    kept = (each if unicodedata.category(each) not in ("Cc", "Cs") else " " for each in text)
    return " ".join("".join(kept).split())


def _again(reading: Reading) -> str:
    if reading == Reading.TOO_OLD:
        return _("This page was open for a long time. Please send it again.")
    if reading == Reading.TOO_QUICK:
        return _("That was quick. Please check what you entered and send it again.")
    return _("This page could not be checked. Please send it again.")


def _is_word(text: str) -> bool:
    return text.isascii() and text.replace("-", "").replace("_", "").isalnum() and len(text) <= 40
