"""Hosted forms: shown to anybody, sent without a cookie, and each sent once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.arrival_payloads import payload_of
from leads.enums import LeadOrigin
from leads.form_content import Content
from leads.form_problems import is_safe_address
from leads.inputs import REJECTED, Arrival
from leads.models import Form
from leads.selectors import form_content, form_published
from scrm.core import clock, crypto
from scrm.flows.hosted import form_submitted
from scrm.web.hosted_form import HostedForm
from scrm.web.public.embed import PARAMETER as EMBED
from scrm.web.public.embed import for_sites, frame_of, is_embedded
from scrm.web.public.entry_token import came_through
from scrm.web.public.limits import seconds_to_wait
from scrm.web.public.page import Visit, for_everybody, not_there, show
from scrm.web.public.tokens import QUICKEST, Opened, Reading, open_token, read_token
from scrm.web.public.versions import read_version, seal_version
from scrm.web.public.visits import note_begin, note_visit, utm_of
from tenants.selectors import tenant_keys, tenant_zone

DECOY: Final = "website"
"""A field that people never see, so whoever fills it in is a robot."""
TOKEN: Final = "page"
VERSION: Final = "version"


@dataclass(frozen=True, slots=True)
class Asked:
    """A form in one of its versions."""

    form: Form
    version: int
    content: Content


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def hosted(request: Visit, slug: str) -> HttpResponse:
    form = form_published(slug) if _is_word(slug) else None
    return for_sites(_answered(request, form), form) if form else not_there(request)


def _answered(request: Visit, form: Form) -> HttpResponse:
    now = clock.now()
    asked = _asked(request, form)
    if asked is None:
        return not_there(request)
    if request.method != "POST":
        note_visit(request, form.pk, now)
        return _page(request, asked, HostedForm(asked.content), opened_at=now)
    wait = seconds_to_wait(request, form.pk)
    if wait:
        answer = show(request, "public/too_often.html", frame_of(request, form), status=429)
        answer["Retry-After"] = str(wait)
        return answer
    if request.POST.get(DECOY):
        return _thanks(request, form)
    opened = read_token(request.POST.get(TOKEN, ""), form.pk, now)
    filled = HostedForm(asked.content, request.POST)
    # Whoever read an old page has waited long enough already.
    since = now - QUICKEST if opened.reading == Reading.TOO_OLD else opened.at
    if filled.is_valid() and opened.reading != Reading.GOOD:
        filled.add_error(None, _again(opened.reading))
    if not filled.is_valid():
        return _page(request, asked, filled, opened_at=since)
    note_begin(request, form.pk, now)
    arrival = came_through(request, _arrival(request, asked, filled, opened), now)
    outcome = form_submitted(form, arrival, filled.tag_ids(), now=now)
    if outcome.outcome == REJECTED:
        for problem in outcome.problems:
            filled.add_error(problem.column if problem.column in filled.fields else None, problem.reason)
        return _page(request, asked, filled, opened_at=opened.at)
    return _thanks(request, form)


@for_everybody
@require_safe
def thanks(request: Visit, slug: str) -> HttpResponse:
    form = form_published(slug)
    content = form_content(form, form.live_version) if form else None
    if form is None or content is None:
        return not_there(request)
    next_url = content.next_url if is_safe_address(content.next_url) else ""
    context = {"content": content, "next_url": next_url, "is_sent": is_embedded(request)}
    return for_sites(show(request, "public/form_thanks.html", {**context, **frame_of(request, form)}), form)


@for_everybody
@require_POST
def begun(request: Visit, slug: str) -> HttpResponse:
    """Told by the page's script when somebody begins to answer; it answers nothing, whatever it was sent."""
    form, now = form_published(slug), clock.now()
    if form is not None and read_token(request.POST.get(TOKEN, ""), form.pk, now).reading != Reading.NOT_OURS:
        note_begin(request, form.pk, now)
    return HttpResponse(status=204)


def _asked(request: Visit, form: Form) -> Asked | None:
    """What a page of ours showed, else what is live."""
    shown = read_version(request.POST.get(VERSION, ""), form.pk) if request.method == "POST" else None
    for number in filter(None, (shown, form.live_version)):
        content = form_content(form, number)
        if content is not None:
            return Asked(form, number, content)
    return None


def _page(request: Visit, asked: Asked, filled: HostedForm, *, opened_at: datetime) -> HttpResponse:
    form = asked.form
    context = {
        "hosted": form,
        "content": asked.content,
        "form": filled,
        "token": open_token(form.pk, opened_at),
        "token_name": TOKEN,
        "version": seal_version(form.pk, asked.version),
        "version_name": VERSION,
        "decoy": DECOY,
        "begun_url": f"{reverse('public:form_begun', args=[form.slug])}?{request.GET.urlencode()}",
    }
    context |= frame_of(request, form)
    return show(request, "public/form.html", context, status=422 if filled.is_bound else 200)


def _thanks(request: Visit, form: Form) -> HttpResponse:
    url = reverse("public:form_thanks", args=[form.slug])
    language = request.GET.get("lang", "")
    kept = {"lang": language} if language.replace("-", "").isalpha() and language.isascii() else {}
    if is_embedded(request):
        kept[EMBED] = "1"
    answer = redirect(f"{url}?{urlencode(kept)}" if kept else url)
    # A browser that repeats the request must not repeat the post.
    answer.status_code = 303
    return answer


def _arrival(request: Visit, asked: Asked, filled: HostedForm, opened: Opened) -> Arrival:
    """The same person through the same form on the same day is the same enquiry, however often they send it."""
    form, lead = asked.form, filled.lead(asked.form)
    known_by = lead.identities[0]
    who = crypto.blind_index(f"{known_by.kind} {known_by.key}", keys=tenant_keys(), purpose="lead.form").hex()
    day = opened.at.astimezone(tenant_zone()).date()
    return Arrival(
        lead=lead,
        came_by=LeadOrigin.FORM,
        dedupe_key=f"form:{form.pk}:{who}:{day:%Y%m%d}",
        form_id=form.pk,
        form_version=asked.version,
        utm=utm_of(request),
        consents=filled.consents(form, asked.version),
        payload=payload_of({name: request.POST.getlist(name) for name in filled.fields if name in request.POST}),
    )


def _again(reading: Reading) -> str:
    if reading == Reading.TOO_OLD:
        return _("This page was open for a long time. Please send it again.")
    if reading == Reading.TOO_QUICK:
        return _("That was quick. Please check what you entered and send it again.")
    return _("This page could not be checked. Please send it again.")


def _is_word(text: str) -> bool:
    return text.isascii() and text.replace("-", "").replace("_", "").isalnum() and len(text) <= 40
