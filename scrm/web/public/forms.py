"""Hosted forms: shown to anybody, sent without a cookie, and each sent once."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.form_content import Content
from leads.form_problems import is_safe_address
from leads.inputs import REJECTED
from leads.models import Form
from leads.selectors import form_content, form_published
from leads.services.pages import PageSpent
from scrm.core import clock
from scrm.web.hosted_cover import cover_url
from scrm.web.hosted_form import HostedForm
from scrm.web.public.embed import PARAMETER as EMBED
from scrm.web.public.embed import for_sites, frame_of, is_embedded
from scrm.web.public.limits import held_because, network, seconds_to_hold, seconds_to_wait
from scrm.web.public.page import Visit, for_everybody, look_of, not_there, show
from scrm.web.public.proof import FIELD as PROOF
from scrm.web.public.proof import challenge_for, is_proved
from scrm.web.public.sending import form_taken, sent_by
from scrm.web.public.tokens import QUICKEST, Reading, open_token, read_token
from scrm.web.public.versions import read_version, seal_version
from scrm.web.public.visits import note_begin, note_visit

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
    wait = seconds_to_wait(request, form.pk, now)
    if wait:
        return _too_often(request, form, wait)
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
    reason = held_because(form.pk, now, is_proved=is_proved(request.POST.get(PROOF, ""), opened.token))
    wait = seconds_to_hold(request, form.pk, now) if reason else 0
    if wait:
        return _too_often(request, form, wait)
    try:
        sent = sent_by(request, asked.version, filled, opened.at, now)
        outcome = form_taken(form, sent, filled, opened, place=network(request), reason=reason, now=now)
    except PageSpent:
        filled.add_error(None, _("You sent this page already. If you changed something, please send it again."))
        return _page(request, asked, filled, opened_at=now - QUICKEST)
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
    form, token = asked.form, open_token(asked.form.pk, opened_at)
    # Browsers refuse it to the frame of another site, and say so where it is looked for.
    if not is_embedded(request):
        filled.focus_first_error()
    context = {
        "hosted": form,
        "content": asked.content,
        "cover_url": cover_url(form, asked.content),
        "form": filled,
        "token": token,
        "token_name": TOKEN,
        "challenge": json.dumps(challenge_for(token)),
        "proof_name": PROOF,
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
        kept |= {"look": look} if (look := look_of(request)) else {}
    answer = redirect(f"{url}?{urlencode(kept)}" if kept else url)
    # A browser that repeats the request must not repeat the post.
    answer.status_code = 303
    return answer


def _too_often(request: Visit, form: Form, seconds: int) -> HttpResponse:
    answer = show(request, "public/too_often.html", frame_of(request, form), status=429)
    answer["Retry-After"] = str(seconds)
    return answer


def _again(reading: Reading) -> str:
    if reading == Reading.TOO_OLD:
        return _("This page was open for a long time. Please send it again.")
    if reading == Reading.TOO_QUICK:
        return _("That was quick. Please check what you entered and send it again.")
    return _("This page could not be checked. Please send it again.")


def _is_word(text: str) -> bool:
    return text.isascii() and text.replace("-", "").replace("_", "").isalnum() and len(text) <= 40
