"""A new password, by the old one or by a mailed link, whose key waits in the session sealed."""

from typing import Any

from allauth.account.views import INTERNAL_RESET_SESSION_KEY as KEY
from allauth.account.views import PasswordChangeView, PasswordResetFromKeyView
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.secrets import open_waiting, seal_waiting
from accounts.selectors_log_in import user_has_factor
from scrm.core import clock
from scrm.web.account.known_browsers import known_browser, remember_browser


class ChangePassword(PasswordChangeView):
    """allauth's; the browser stays known, unlike those that knew the old password."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        remember_browser(answer, form.user, clock.now())
        return answer


class NewPassword(PasswordResetFromKeyView):
    """allauth's, which moves the key out of the address and into the session: until it is used, it opens an account."""

    def dispatch(self, request: HttpRequest, uidb36: str, key: str, **more: Any) -> HttpResponseBase:
        session = request.session
        if KEY in session:
            session[KEY] = open_waiting(session[KEY])
        try:
            answer: HttpResponseBase = super().dispatch(request, uidb36, key, **more)
        finally:
            if KEY in session:
                session[KEY] = seal_waiting(session[KEY])
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        self.request.session.pop(KEY, None)
        user, now = self.reset_user, clock.now()
        known = known_browser(self.request, now)
        name = known.name if known and known.user == user.pk else ""
        answer: HttpResponse = super().form_valid(form)
        # Where codes are asked for, a mailbox alone must not get a new place to guess them in.
        if name or not user_has_factor(user):
            remember_browser(answer, user, now, name=name)
        return answer
