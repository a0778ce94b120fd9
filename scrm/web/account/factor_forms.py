"""The forms of second factors: attempts at a code are counted, and no secret waits in the clear."""

from datetime import datetime
from typing import Any

from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret, validate_totp_code
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.secrets import open_factor, seal_factor
from accounts.services_attempts import LockedOut, begin_code_attempt, forgive_attempt
from accounts.services_codes import take_code
from accounts.services_log_in import note_failed_log_in
from scrm.core import clock
from scrm.web.account.known_browsers import known_browser
from scrm.web.account.lock_page import locked_page


def _code_field(label: Any) -> forms.CharField:
    attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    return forms.CharField(label=label, widget=forms.TextInput(attrs=attributes))


class _Counted(forms.Form):
    """Refuses further codes of one account after too many wrong ones."""

    user: Any
    authenticator: Any

    def clean_code(self) -> str:
        now, code = clock.now(), str(self.cleaned_data["code"])
        request = context.request
        try:
            attempt = begin_code_attempt(
                user=self.user.pk,
                address=request.META.get("REMOTE_ADDR", ""),
                known=known_browser(request, now),
                now=now,
            )
        except LockedOut as lock:
            raise ImmediateHttpResponse(locked_page(request, lock.until, now, step="code")) from lock
        if not self._is_right(code, now):
            note_failed_log_in(users=[self.user.pk], locks=attempt.locks, step="code", now=now)
            raise get_adapter().validation_error("incorrect_code")
        forgive_attempt(attempt)
        return code

    def _is_right(self, code: str, now: datetime) -> bool:
        self.authenticator = take_code(user=self.user, code=code, now=now)
        return self.authenticator is not None


class CodeForm(_Counted, AuthenticateForm):
    code = _code_field(_("Code of your app, or a recovery code"))


class CodeAgainForm(_Counted, ReauthenticateForm):
    code = _code_field(_("Code of your app, or a recovery code"))


class NewAppForm(_Counted, ActivateTOTPForm):
    """The secret waits for its first code in the session, sealed as it will be in its table."""

    code = _code_field(_("Code that the app shows"))

    def __init__(self, *args: Any, **options: Any) -> None:
        self.user = options.pop("user")
        forms.Form.__init__(self, *args, **options)
        session = context.request.session
        if not self.is_bound or SECRET_SESSION_KEY not in session:
            session[SECRET_SESSION_KEY] = seal_factor(generate_totp_secret())
        self.secret = open_factor(session[SECRET_SESSION_KEY])

    def _is_right(self, code: str, now: datetime) -> bool:
        return validate_totp_code(self.secret, code)
