"""What an administrator does about somebody's log-in: end sessions, take lost second factors away, unlock."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.services_log_in import end_sessions_of, password_changed, reset_factors, unlock

_ENDING = {"role", "is_active", "scope", "department"}
"""Whoever has another of these may see something else: they log in anew."""


class LogInAdmin(UserAdmin):
    """Only for those whom the administrator may change."""

    actions = ("end_the_sessions", "reset_the_factors", "unlock_the_log_in")

    @admin.action(description=_("End all sessions"))
    def end_the_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        count = sum(
            end_sessions_of(user=user, by=_by(request), reason="admin") for user in self._own(request, queryset)
        )
        text = ngettext("Ended %(count)s session.", "Ended %(count)s sessions.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.action(description=_("Remove all second factors"))
    def reset_the_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in self._own(request, queryset):
            reset_factors(user=user, by=_by(request))
        self.message_user(request, _("Removed. Who needs one sets it up at the next log-in."), messages.SUCCESS)

    @admin.action(description=_("Unlock log-in"))
    def unlock_the_log_in(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in self._own(request, queryset):
            unlock(user=user, by=_by(request))
        self.message_user(request, _("Unlocked: they may try again at once."), messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        changed = _ENDING.intersection(form.changed_data)
        if change and changed:
            end_sessions_of(user=obj, by=_by(request), reason=", ".join(sorted(changed)))

    def user_change_password(self, request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        user = self.get_object(request, unquote(named["id"]))
        if user is not None and user.pk == request.user.pk:
            # Where the old one is asked for.
            return redirect("account_change_password")
        answer: HttpResponse = super().user_change_password(request, *given, **named)
        if request.method == "POST" and answer.status_code == 302 and user is not None:
            password_changed(user=user, by=_by(request))
        return answer

    def _own(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        return [user for user in queryset if self.has_change_permission(request, user)]


def _by(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
