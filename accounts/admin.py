"""A host's people in its admin, and the trail of what they did."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin_log_in import LogInAdmin
from accounts.enums import Role
from accounts.models import AuditEntry, CalendarDay, Department, Duty, Leave, OpeningHours, User
from accounts.permissions import allowed
from scrm.core.admin import HistoryAdmin, RoomAdmin


class NewPersonForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("username", "full_name", "email", "role", "department")


class PersonForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


class PeopleAdmin(RoomAdmin, LogInAdmin):
    """Roles say who is staff; nobody gives a role above their own."""

    form = PersonForm
    add_form = NewPersonForm
    search_fields = ("username", "full_name", "email")
    ordering = ("full_name", "username")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        # Whoever stands for an operator is no person of this host.
        people: QuerySet[User] = super().get_queryset(request)
        return people.filter(operator="")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed_here = super().has_change_permission(request, obj)
        return allowed_here and (obj is None or obj.role != Role.PRINCIPAL or _is_principal(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What people did stays theirs: they are made inactive instead.
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = ("role", "is_active") if obj is not None and obj.pk == request.user.pk else ()
        return [*super().get_readonly_fields(request, obj), *own]

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_choice_field(db_field, request, **kwargs)
        if db_field.name == "role" and isinstance(field, forms.ChoiceField) and not _is_principal(request):
            field.choices = [choice for choice in Role.choices if choice[0] != Role.PRINCIPAL]
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        obj.is_staff = allowed(obj.role, "admin.open")
        super().save_model(request, obj, form, change)


@admin.register(User)
class PersonAdmin(PeopleAdmin):
    list_display = ("username", "full_name", "role", "department", "takes_leads", "is_active", "last_login")
    list_filter = ("role", "is_active", "takes_leads", "department")
    list_select_related = ("department",)
    autocomplete_fields = ("department",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("full_name", "email", "language")}),
        (_("Work"), {"fields": ("role", "scope", "department", "takes_leads", "is_active")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2")}),
        (_("Person"), {"fields": ("full_name", "email")}),
        (_("Work"), {"fields": ("role", "department")}),
    )

    def response_change(self, request: HttpRequest, obj: User) -> HttpResponse:
        """Whoever made somebody inactive who is in charge of customers is asked to whom those go."""
        # A reverse relation: contacts stand above accounts.
        held: Any = obj
        if obj.is_active or not held.contacts.exists():
            return super().response_change(request, obj)
        text = _("%(name)s can’t log in any more. Now choose who looks after their customers.")
        messages.info(request, text % {"name": obj})
        return redirect(f"{reverse('ops:contact_hand_over_many')}?leaver={obj.pk}")


@admin.register(Department)
class DepartmentAdmin(RoomAdmin):
    list_display = ("name", "parent", "is_dealer")
    list_filter = ("is_dealer",)
    list_select_related = ("parent",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)


@admin.register(Duty)
class DutyAdmin(HistoryAdmin):
    list_display = ("user", "skills", "regions", "most_open", "most_a_day")
    list_select_related = ("user",)


@admin.register(Leave)
class LeaveAdmin(HistoryAdmin):
    list_display = ("user", "from_at", "until_at", "reason")
    list_select_related = ("user",)


@admin.register(OpeningHours)
class OpeningHoursAdmin(HistoryAdmin):
    list_display = ("__str__", "follows_holidays", "zone")
    list_select_related = ("department",)


@admin.register(CalendarDay)
class CalendarDayAdmin(HistoryAdmin):
    list_display = ("day", "works", "name")
    list_filter = ("works",)
    date_hierarchy = "day"


@admin.register(AuditEntry)
class AuditAdmin(HistoryAdmin):
    list_display = ("at", "actor_label", "action", "subject_type", "subject_id")
    list_filter = ("action",)
    search_fields = ("action", "actor_label", "subject_id")
    list_select_related = ("actor",)


def _is_principal(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.role == Role.PRINCIPAL
