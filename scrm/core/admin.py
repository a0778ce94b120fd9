"""What every room's admin is built from: roles, audited writes, histories that nobody writes by hand."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from scrm.core import clock
from scrm.core.conditions import ConditionInvalid, Scope, explain, facts, parse


class RecordingSite(AdminSite):
    """An admin site that writes what is done on it into the audit trail."""

    def record(self, request: HttpRequest, verb: str, subject: Model, details: dict[str, Any]) -> None:
        raise NotImplementedError


class Watched(admin.options.BaseModelAdmin):
    """Whoever may enter the site may look at everything registered on it."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.admin_site.has_permission(request)


class Unchangeable(Watched):
    """To look at: what the product itself writes is not written by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RoomAdmin(Watched, admin.ModelAdmin):
    """Set-up that an administrator may add, change and delete."""

    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    stamped: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> Any:
        given = super().get_exclude(request, obj) or []
        return [*given, *self._stamps()] if obj is None else given

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        given = super().get_readonly_fields(request, obj)
        return given if obj is None else [*given, *self._stamps()]

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        for name in self._stamps():
            if name != "created_at" or not change:
                setattr(obj, name, clock.now())
        super().save_model(request, obj, form, change)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._record(request, "added", obj, {})
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._record(request, "changed", obj, {"fields": _fields_in(message)})
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for obj in queryset:
            self._record(request, "deleted", obj, {})
        return super().log_deletions(request, queryset)

    def _stamps(self) -> list[str]:
        names = {field.name for field in self.model._meta.get_fields()}
        return [name for name in self.stamped if name in names]

    def _record(self, request: HttpRequest, verb: str, obj: Model, details: dict[str, Any]) -> None:
        if isinstance(self.admin_site, RecordingSite):
            self.admin_site.record(request, f"{self.model._meta.model_name}.{verb}", obj, details)


class HistoryAdmin(Unchangeable, RoomAdmin):
    """What is written by the product only: histories, the ledger, and rows that a story moves."""

    actions = None


class SetupInline(Watched, admin.TabularInline):
    """Rows edited with the row that they belong to."""

    extra = 0


class HistoryInline(Unchangeable, admin.TabularInline):
    """Rows shown with the row that they belong to."""

    extra = 0
    can_delete = False


class RuleForm(forms.ModelForm):
    """Refuses a `condition` that the rule language can't read, so that no event meets a broken rule."""

    scope: ClassVar[Scope] = Scope.EVENT

    def clean_condition(self) -> Any:
        condition = self.cleaned_data["condition"] or {}
        try:
            parse(condition, facts, scope=self.scope)
        except ConditionInvalid as invalid:
            raise ValidationError([explain(problem) for problem in invalid.problems]) from invalid
        return condition


def _fields_in(message: Any) -> list[str]:
    """Names of changed fields, never their values."""
    if not isinstance(message, list):
        return []
    names: list[str] = []
    for part in message:
        for what in part.values():
            names.extend(map(str, what.get("fields", [])))
    return names
