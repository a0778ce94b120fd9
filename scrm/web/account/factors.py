"""Second factors come and go: what allauth's pages do, and what follows from it here."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy

from accounts.services import record_audit
from accounts.services_codes import take_code
from accounts.services_log_in import changing_factors, factor_changed
from scrm.core import clock


class AddApp(ActivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        # What set it up logs nobody in.
        take_code(user=self.request.user, code=form.cleaned_data["code"], now=clock.now())
        _added(self.request, "totp")
        return answer


class _OneAtATime:
    """Looks whether the factor is the last one, and removes it, while nobody else removes another."""

    def dispatch(self, request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        if request.method != "POST" or not request.user.is_authenticated:
            return self._go_on(request, *args, **named)
        with changing_factors(user=request.user.pk):
            return self._go_on(request, *args, **named)

    def _go_on(self, request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        answer: HttpResponseBase = super().dispatch(request, *args, **named)  # type: ignore[misc]
        return answer


class RemoveApp(_OneAtATime, DeactivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        _changed(self.request, "second_factor.removed", "totp")
        return answer


class AddPasskey(AddWebAuthnView):
    """Always one that knows its owner and checks who holds it: two factors in one."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**more)
        context["js_data"] = {"creation_options": auth.begin_registration(self.request.user, passwordless=True)}
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        _added(self.request, "webauthn")
        return answer


class RenamePasskey(EditWebAuthnView):
    success_url = reverse_lazy("mfa_index")


class RemovePasskey(_OneAtATime, RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.object):
            messages.error(self.request, str(adapter.error_messages["cannot_delete_authenticator"]))
            return redirect("mfa_index")
        answer = super().form_valid(form)
        _changed(self.request, "second_factor.removed", "webauthn")
        return answer


class NewCodes(GenerateRecoveryCodesView):
    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        user: Any = self.request.user
        record_audit(action="recovery_codes.made", actor=user, subject=user)
        return answer


def _added(request: HttpRequest, kind: str) -> None:
    """Who has just shown the new factor has passed it, in this session."""
    record_authentication(request, request.user, "mfa", type=kind)
    _changed(request, "second_factor.added", kind)


def _changed(request: HttpRequest, action: str, kind: str) -> None:
    user: Any = request.user
    factor_changed(user=user, action=action, kind=kind, besides=request.session.session_key)
