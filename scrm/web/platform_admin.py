"""What operators do on the bare host: tenants, their hosts, other operators; and what they look at."""

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin import AuditAdmin, PeopleAdmin
from accounts.models import AuditEntry, User
from operations.models import Incident
from scheduler.models import Pulse, WakeUp
from scrm.core import clock
from scrm.core.admin import HistoryAdmin, HistoryInline, RoomAdmin
from scrm.flows.opening import FirstPerson, tenant_opened
from scrm.web import steps
from scrm.web.admin_site import platform_site
from scrm.web.platform_alerts import AlertAdmin
from tenants.domains import checked_host, vouch_domain
from tenants.hosts import proof_name, proof_text
from tenants.models import Domain, ReleasedDomain, Tenant, schema_name_shape
from tenants.selectors import template_choices
from tenants.services import TEMPLATE_SCHEMA


def zone_choices() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(zoneinfo.available_timezones())]


class NewTenantForm(forms.Form):
    schema_name = forms.CharField(label=_("Short name"), max_length=48, validators=[schema_name_shape])
    name = forms.CharField(label=_("Name"), max_length=120)
    domain = forms.CharField(label=_("Host"), max_length=253, help_text=_("Such as acme.example.com."))
    template = forms.ChoiceField(label=_("Made from"), choices=template_choices, initial=TEMPLATE_SCHEMA)
    zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices, initial="Asia/Shanghai")
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, initial="zh-hans")
    region = forms.CharField(label=_("Default phone region"), min_length=2, max_length=2, initial="CN")
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3, initial="CNY")
    username = forms.CharField(label=_("Principal's user name"), max_length=150)
    email = forms.EmailField(label=_("Principal's e-mail"), required=False)
    password = forms.CharField(
        label=_("Principal's first password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        validators=[validate_password],
    )


class DomainInline(HistoryInline):
    model = Domain
    fields = ("domain", "status", "is_primary")


@admin.register(Tenant, site=platform_site)
class TenantAdmin(RoomAdmin):
    list_display = ("name", "short_name", "status", "leaves_at", "zone", "language", "created_at")
    list_filter = ("status", "language")
    search_fields = ("name", "schema_name")
    fields = ("name", "short_name", "status", "leaves_at", "zone", "language", "region", "currency")
    readonly_fields = ("short_name", "status", "leaves_at")
    inlines = (DomainInline,)

    @admin.display(description=_("Short name"), ordering="schema_name")
    def short_name(self, tenant: Tenant) -> str:
        return tenant.schema_name

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A schema is cloned, not a row saved: so its own form, and its own story."""
        form = NewTenantForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            tenant = self._open(form)
            if tenant is not None:
                self.log_addition(request, tenant, [{"added": {}}])
                self.message_user(request, _("The tenant is ready."), messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:tenants_tenant_change", args=[tenant.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Add a tenant"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/tenants/new_tenant.html", context)

    def _open(self, form: NewTenantForm) -> Tenant | None:
        data = dict(form.cleaned_data)
        principal = FirstPerson(data.pop("username"), data.pop("password"), data.pop("email"))
        data["region"], data["currency"] = data["region"].upper(), data["currency"].upper()
        try:
            return tenant_opened(**data, principal=principal)
        except ValidationError as error:
            known = hasattr(error, "error_dict") and set(error.error_dict) <= set(form.fields)
            form.add_error(None, error if known else ValidationError(error.messages))
            return None

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return steps.actions(steps.TENANT_STEPS)


class HostForm(forms.ModelForm):
    """A host that the platform vouches for."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "tenant" in data and "domain" in data:
            data["domain"] = checked_host(data["domain"], tenant=data["tenant"], now=clock.now())
        return data


@admin.register(Domain, site=platform_site)
class DomainAdmin(RoomAdmin):
    """The platform vouches for what it adds; what tenants claim they prove themselves."""

    form = HostForm
    list_display = ("domain", "tenant", "status", "is_primary", "record")
    list_filter = ("status",)
    list_select_related = ("tenant",)
    search_fields = ("domain", "tenant__name")
    autocomplete_fields = ("tenant",)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        more = ("status", "is_primary", "record", "problem", "checked_at") if obj else ()
        return ("tenant", "domain", *more)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return () if obj is None else self.get_fields(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Domain, form: Any, change: bool) -> None:
        obj.pk = vouch_domain(tenant=obj.tenant, domain=obj.domain, now=clock.now()).pk

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return steps.actions(steps.HOST_STEPS)

    @admin.display(description=_("Record that proves it"))
    def record(self, claim: Domain) -> str:
        return f"{proof_name(claim.domain)} TXT {proof_text(claim.proof)}" if claim.proof else "-"


@admin.register(ReleasedDomain, site=platform_site)
class ReleasedDomainAdmin(HistoryAdmin):
    list_display = ("domain", "released_at")


@admin.register(WakeUp, site=platform_site)
class WakeUpAdmin(HistoryAdmin):
    list_display = ("tenant", "due_at")
    list_select_related = ("tenant",)
    ordering = ("due_at",)


@admin.register(Pulse, site=platform_site)
class PulseAdmin(HistoryAdmin):
    list_display = ("name", "at")


class OperatorAdmin(PeopleAdmin):
    """Without what only a business asks of its people. A name stays: businesses let operators in by it."""

    list_display = ("username", "full_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("full_name", "email", "language", "role", "is_active")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2")}),
        (_("Person"), {"fields": ("full_name", "email", "role")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = ("username",) if obj is not None else ()
        return [*super().get_readonly_fields(request, obj), *own]


platform_site.register(User, OperatorAdmin)
platform_site.register(AuditEntry, AuditAdmin)
platform_site.register(Incident, AlertAdmin)

urls = platform_site.urls
