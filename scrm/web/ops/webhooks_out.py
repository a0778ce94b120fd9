"""Settings: who outside is told of changes. A secret is shown in the answer that makes it, and never again."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from exchange.enums import DeliveryState, HookEvent
from exchange.models import Webhook
from exchange.outbox import ping_webhook, replay_deliveries
from exchange.selectors import (
    delivery_answer,
    delivery_detail,
    delivery_ids_failed,
    delivery_list,
    webhook_detail,
    webhook_list,
)
from exchange.webhooks import change_webhook, create_webhook, delete_webhook, rotate_webhook, switch_webhook
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import page_of
from scrm.web.ops.replies import form_page, take_errors

_EVENTS = [(event.value, event.label) for event in HookEvent if event != HookEvent.PING]


class WebhookForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("Which system listens there.")
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        widget=forms.TextInput({"placeholder": "https://", "inputmode": "url", "autocomplete": "off"}),
        help_text=gettext_lazy("It begins with https:// and is reached from the internet."),
    )
    event_types = forms.MultipleChoiceField(
        label=gettext_lazy("It is told of"), choices=_EVENTS, widget=forms.CheckboxSelectMultiple
    )
    personal = forms.BooleanField(
        label=gettext_lazy("With personal data"),
        required=False,
        help_text=gettext_lazy("Name, phones and e-mails of the contact go along. Without it: ids only."),
    )


@may("webhook_out.edit")
def index(request: Visit) -> HttpResponse:
    """Who is told, and a form for another."""
    form = WebhookForm(request.POST or None)
    secret = ""  # nosec B105
    if request.method == "POST" and form.is_valid():
        try:
            secret = create_webhook(**form.cleaned_data, by=request.user, now=clock.now()).secret
            form = WebhookForm()
        except ValidationError as error:
            take_errors(form, error)
    context = {"page": page_of(request, webhook_list()), "secret": secret}
    return _unkept(form_page(request, "ops/settings_webhooks.html", form, context))


@may("webhook_out.edit")
def detail(request: Visit, webhook_id: UUID) -> HttpResponse:
    """A webhook with what it was told; changed here too."""
    webhook = _webhook(webhook_id)
    initial = {name: getattr(webhook, name) for name in ("name", "url", "event_types", "personal")}
    form = WebhookForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_webhook(webhook=webhook, **form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("ops:settings_webhook", webhook.pk)
    return _detail(request, webhook, form)


@require_POST
@may("webhook_out.edit")
def rotate(request: Visit, webhook_id: UUID) -> HttpResponse:
    """A new secret; for two days each call is signed with both."""
    made = rotate_webhook(webhook=_webhook(webhook_id), by=request.user, now=clock.now())
    webhook = made.webhook
    initial = {name: getattr(webhook, name) for name in ("name", "url", "event_types", "personal")}
    return _detail(request, webhook, WebhookForm(initial=initial), made.secret)


@require_POST
@may("webhook_out.edit")
def switch(request: Visit, webhook_id: UUID) -> HttpResponse:
    webhook = _webhook(webhook_id)
    active = request.POST.get("active") == "on"
    if switch_webhook(webhook=webhook, active=active, by=request.user, now=clock.now()):
        messages.success(request, _("On: it is told from now on.") if active else _("Off: nothing is sent."))
    return redirect("ops:settings_webhook", webhook.pk)


@require_POST
@may("webhook_out.edit")
def ping(request: Visit, webhook_id: UUID) -> HttpResponse:
    webhook = _webhook(webhook_id)
    if webhook.active:
        ping_webhook(webhook_id=webhook.pk, now=clock.now())
        messages.info(request, _("A test is on its way: see what came of it below."))
    else:
        messages.error(request, _("It is off: switch it on first."))
    return redirect("ops:settings_webhook", webhook.pk)


@require_POST
@may("webhook_out.edit")
def replay(request: Visit, webhook_id: UUID) -> HttpResponse:
    """Send one delivery again, or all that failed."""
    webhook = _webhook(webhook_id)
    if request.POST.get("which") == "failed":
        chosen = delivery_ids_failed(webhook)
    else:
        try:
            chosen = [found(delivery_detail(webhook, UUID(request.POST.get("delivery", "")))).pk]
        except ValueError:
            chosen = []
    count = replay_deliveries(deliveries=chosen, now=clock.now())
    words = ngettext("%(count)s delivery is sent again.", "%(count)s deliveries are sent again.", count)
    messages.info(request, words % {"count": count})
    return redirect("ops:settings_webhook", webhook.pk)


@may("webhook_out.edit")
def delivery(request: Visit, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    """One delivery: what was told, each call, and the beginning of the last answer."""
    webhook = _webhook(webhook_id)
    row = found(delivery_detail(webhook, delivery_id))
    context = {"webhook": webhook, "delivery": row, "answer": delivery_answer(row)}
    return _unkept(render(request, "ops/settings_webhook_delivery.html", context))


@require_POST
@may("webhook_out.edit")
def delete(request: Visit, webhook_id: UUID) -> HttpResponse:
    delete_webhook(webhook=_webhook(webhook_id), by=request.user, now=clock.now())
    messages.success(request, _("Deleted."))
    return redirect("ops:settings_webhooks")


def _detail(request: Visit, webhook: Webhook, form: WebhookForm, secret: str = "") -> HttpResponse:  # nosec B107
    asked = request.GET.get("state", "")
    state = asked if asked in DeliveryState.values else ""
    context: dict[str, Any] = {
        "webhook": webhook,
        "secret": secret,
        "page": page_of(request, delivery_list(webhook, state=state), 20),
        "states": DeliveryState.choices,
        "state": state,
        "now": clock.now(),
    }
    return _unkept(form_page(request, "ops/settings_webhook.html", form, context))


def _webhook(webhook_id: UUID) -> Webhook:
    return found(webhook_detail(webhook_id))


def _unkept(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    return answer
