"""API keys to make and revoke; the inbox, jobs and webhooks to look at."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from exchange.enums import ApiScope
from exchange.keys import create_api_key, revoke_api_key
from exchange.models import ApiKey, IdempotencyKey, InboxMessage, Job, Webhook, WebhookDelivery, WebhookEndpoint
from scrm.core import clock
from scrm.core.admin import HistoryAdmin, RoomAdmin


class NewKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(label=_("Scopes"), choices=ApiScope.choices, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = ApiKey
        fields = ("name", "scopes")


@admin.register(ApiKey)
class ApiKeyAdmin(RoomAdmin):
    """A key is made here, its token shown on the next page and never again."""

    form = NewKeyForm
    list_display = ("name", "prefix", "scopes", "created_by", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("revoked_at",)
    list_select_related = ("created_by",)
    search_fields = ("name", "prefix")
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The list's actions ask for it without a row; a key itself is revoked, not edited.
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("name", "scopes")
        limits = ("expires_at", "allowed_from", "rate_per_minute")
        return ("name", "prefix", "scopes", *limits, "created_by", "created_at", "last_used_at", "revoked_at")

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        made = create_api_key(
            name=form.cleaned_data["name"], scopes=form.cleaned_data["scopes"], by=request.user, now=clock.now()
        )
        # Not `messages`: those are kept in the session until they are shown.
        obj.__dict__.update(made.key.__dict__, token_shown_once=made.token)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("The new key"),
            "opts": self.opts,
            "key": obj,
            "token": obj.token_shown_once,
        }
        answer = TemplateResponse(request, "admin/exchange/api_key_made.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    @admin.action(description=_("Revoke the selected keys"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        now = clock.now()
        revoked = [key for key in queryset if revoke_api_key(key=key, now=now, by=request.user)]
        done = ngettext("%(count)s key was revoked.", "%(count)s keys were revoked.", len(revoked))
        self.message_user(request, done % {"count": len(revoked)}, messages.SUCCESS)


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(HistoryAdmin):
    list_display = ("key", "caller", "status", "created_at")
    search_fields = ("key",)


@admin.register(InboxMessage)
class InboxMessageAdmin(HistoryAdmin):
    list_display = ("received_at", "endpoint", "channel", "state", "attempt", "error")
    list_filter = ("state",)
    list_select_related = ("endpoint",)
    exclude = ("payload", "dedupe_key")


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(HistoryAdmin):
    """To look at: it is set up on the dashboard, and its secrets and its sample are shown nowhere."""

    list_display = ("name", "state", "scheme", "source", "created_by", "created_at")
    list_filter = ("state", "scheme")
    list_select_related = ("created_by",)
    search_fields = ("name",)
    exclude = ("secret", "previous_secret", "sample", "code")


@admin.register(Job)
class JobAdmin(HistoryAdmin):
    list_display = ("created_at", "kind", "title", "state", "done", "total", "created_by")
    list_filter = ("kind", "state")
    list_select_related = ("created_by",)
    search_fields = ("title",)
    exclude = ("file", "error_file")


@admin.register(Webhook)
class WebhookAdmin(HistoryAdmin):
    list_display = ("name", "url", "active", "failing_since", "created_at")
    list_filter = ("active",)
    search_fields = ("name", "url")
    exclude = ("secret", "previous_secret", "token")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(HistoryAdmin):
    list_display = ("occurred_at", "webhook", "event_type", "state", "attempt", "due_at")
    list_filter = ("state", "event_type")
    list_select_related = ("webhook",)
    exclude = ("answer",)
