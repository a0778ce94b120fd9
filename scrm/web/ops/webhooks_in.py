"""Webhooks in: addresses that other systems push leads to, and what each field that they push becomes."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from contacts.selectors.kinds import own_kinds
from exchange import endpoints
from exchange.enums import EndpointState
from exchange.models import WebhookEndpoint
from exchange.payloads import JSON_TYPE, UnreadablePayload, parse_body
from exchange.selectors import (
    endpoint_detail,
    endpoint_list,
    message_count_held,
    message_detail,
    message_ids_failed,
    message_list,
    message_newest,
)
from exchange.services import release_messages, replay_messages
from leads.hook_presets import PRESETS
from leads.mapping import InvalidMapping
from scrm.core import clock
from scrm.flows.hook_trial import Trial, tried
from scrm.flows.own_fields import kinds_of, own_fields, shapes_of
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import page_of
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.ops.webhooks_in_forms import (
    EndpointForm,
    NewEndpointForm,
    SampleForm,
    field_rows,
    lead_rows,
    posted_mapping,
)
from tenants.selectors import tenant_base_url, tenant_current


@may("webhook_in.edit")
def index(request: Visit) -> HttpResponse:
    """The ways in, and a form for another."""
    form = NewEndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values, now = form.cleaned_data, clock.now()
        preset = PRESETS.get(values["preset"])
        try:
            endpoint = endpoints.create_endpoint(
                **values, mapping=preset.mapping.as_json() if preset else {}, by=request.user, now=now
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            if preset:
                endpoints.set_sample(
                    endpoint=endpoint, body=preset.body, content_type=JSON_TYPE, by=request.user, now=now
                )
            return redirect("ops:webhook_in", endpoint.pk)
    context = {"page": page_of(request, endpoint_list())}
    return form_page(request, "ops/webhook_in_list.html", form, context)


@may("webhook_in.edit")
def detail(request: Visit, endpoint_id: UUID) -> HttpResponse:
    endpoint = _endpoint(endpoint_id)
    return _page(request, endpoint)


@require_POST
@may("webhook_in.edit")
def settings(request: Visit, endpoint_id: UUID) -> HttpResponse:
    """Name, source and signature."""
    endpoint = _endpoint(endpoint_id)
    form = EndpointForm(request.POST, endpoint=endpoint)
    if form.is_valid():
        try:
            endpoints.change_endpoint(endpoint=endpoint, by=request.user, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("ops:webhook_in", endpoint.pk)
    return _page(request, endpoint, form=form)


@require_POST
@may("webhook_in.edit")
def sample(request: Visit, endpoint_id: UUID) -> HttpResponse:
    """Take what was pasted, or a message that was caught, as the sample."""
    endpoint, now = _endpoint(endpoint_id), clock.now()
    if request.POST.get("message"):
        message = found(message_detail(endpoint, _uuid(request.POST["message"])))
        if not endpoints.sample_from_message(endpoint=endpoint, message=message, by=request.user, now=now):
            messages.error(request, _("What this message held is no longer there."))
        return redirect("ops:webhook_in", endpoint.pk)
    form = SampleForm(request.POST)
    if form.is_valid():
        body = form.cleaned_data["body"].encode(errors="replace")
        try:
            parse_body(body, JSON_TYPE)
        except UnreadablePayload as error:
            form.add_error("body", error.message)
        else:
            endpoints.set_sample(endpoint=endpoint, body=body, content_type=JSON_TYPE, by=request.user, now=now)
            return redirect("ops:webhook_in", endpoint.pk)
    return _page(request, endpoint, sample_form=form)


@may("webhook_in.edit")
def caught(request: Visit, endpoint_id: UUID) -> HttpResponse:
    """The moving part, for htmx: whether a message has come since the reader began to wait."""
    endpoint = _endpoint(endpoint_id)
    since = _moment(request.GET.get("since", "")) or clock.now()
    context = {"endpoint": endpoint, "since": since, "caught": message_newest(endpoint, since=since), "waiting": True}
    return render(request, "ops/webhook_in_catch.html", context)


@require_POST
@may("webhook_in.edit")
def mapping(request: Visit, endpoint_id: UUID) -> HttpResponse:
    """Guess, try on the sample, or keep what each field becomes."""
    endpoint = _endpoint(endpoint_id)
    action = request.POST.get("action", "try")
    if action == "guess":
        trial = tried(endpoint, guess=True, user=request.user)
        return _page(request, endpoint, trial=trial, unsaved=True)
    try:
        chosen = posted_mapping(request.POST)
        shapes_of(chosen.own, own_fields(request.user.role))
        kinds_of(chosen.kinds)
    except InvalidMapping as error:
        trial = tried(endpoint)
        return _page(request, endpoint, trial=trial, errors={error.path: error.message}, error=error.message)
    if action == "save":
        endpoints.set_mapping(endpoint=endpoint, mapping=chosen.as_json(), by=request.user, now=clock.now())
        messages.success(request, _("Saved: what comes from now on is read this way."))
        return redirect("ops:webhook_in", endpoint.pk)
    return _page(request, endpoint, trial=tried(endpoint, mapping=chosen), unsaved=True)


@require_POST
@may("webhook_in.edit")
def switch(request: Visit, endpoint_id: UUID) -> HttpResponse:
    """Go live or pause. Going live may take in what was held."""
    endpoint, now = _endpoint(endpoint_id), clock.now()
    if request.POST.get("state") == EndpointState.LIVE:
        if not endpoint.mapping.get("fields"):
            messages.error(request, _("Say first what its fields become."))
            return redirect("ops:webhook_in", endpoint.pk)
        endpoints.switch_endpoint(endpoint=endpoint, state=EndpointState.LIVE, by=request.user, now=now)
        messages.success(request, _("Live: what comes becomes leads."))
        if request.POST.get("release") == "on":
            _say_replayed(request, release_messages(endpoint=endpoint, by=request.user, now=now))
    elif endpoints.switch_endpoint(endpoint=endpoint, state=EndpointState.PAUSED, by=request.user, now=now):
        messages.success(request, _("Paused: what comes is kept for a week and waits."))
    return redirect("ops:webhook_in", endpoint.pk)


@require_POST
@may("webhook_in.edit")
def replay(request: Visit, endpoint_id: UUID) -> HttpResponse:
    """Take a message in once more, or all that failed."""
    endpoint = _endpoint(endpoint_id)
    if request.POST.get("which") == "failed":
        chosen = message_ids_failed(endpoint)
    else:
        chosen = [found(message_detail(endpoint, _uuid(request.POST.get("message", "")))).pk]
    replayed = replay_messages(endpoint=endpoint, messages=chosen, by=request.user, now=clock.now())
    _say_replayed(request, replayed)
    return redirect(f"{reverse('ops:webhook_in', args=[endpoint.pk])}#messages")


@require_POST
@may("webhook_in.edit")
def delete(request: Visit, endpoint_id: UUID) -> HttpResponse:
    endpoints.delete_endpoint(endpoint=_endpoint(endpoint_id), by=request.user, now=clock.now())
    messages.success(request, _("Deleted: nothing answers at its address any more."))
    return redirect("ops:webhook_in_list")


def _page(
    request: Visit,
    endpoint: WebhookEndpoint,
    *,
    form: EndpointForm | None = None,
    sample_form: SampleForm | None = None,
    trial: Trial | None = None,
    errors: dict[str, str] | None = None,
    error: str = "",
    unsaved: bool = False,
) -> HttpResponse:
    trial = trial or tried(endpoint, user=request.user)
    own, kinds = own_fields(request.user.role), own_kinds()
    address = f"{tenant_base_url(tenant_current())}{reverse('webhooks:arrive', args=[endpoint.code])}"
    context: dict[str, Any] = {
        "endpoint": endpoint,
        "address": address,
        "form": form or EndpointForm(None, endpoint=endpoint),
        "sample_form": sample_form or SampleForm(initial={"body": trial.text}),
        "trial": trial,
        "rows": field_rows(trial.said, trial.mapping, trial.problems_by_field, errors or {}, own, kinds),
        "leads": lead_rows(trial.shown, own, kinds),
        "error": error,
        # Nothing is kept before somebody says so: what stands there is a guess.
        "unsaved": unsaved or bool(trial.said and not endpoint.mapping.get("fields")),
        "page": page_of(request, message_list(endpoint), 20),
        "held": message_count_held(endpoint),
        "since": clock.now(),
    }
    bad = error or any(each is not None and each.is_bound for each in (form, sample_form))
    answer = render(request, "ops/webhook_in.html", context, status=422 if bad else 200)
    # It may show a sample with somebody's phone.
    answer["Cache-Control"] = "no-store"
    return answer


def _endpoint(endpoint_id: UUID) -> WebhookEndpoint:
    return found(endpoint_detail(endpoint_id))


def _say_replayed(request: Visit, count: int) -> None:
    words = ngettext("%(count)s message is taken in now.", "%(count)s messages are taken in now.", count)
    messages.info(request, words % {"count": count})


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
