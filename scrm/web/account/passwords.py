"""A new password by a mailed link, whose key waits in the session sealed."""

from typing import Any

from allauth.account.views import INTERNAL_RESET_SESSION_KEY as KEY
from allauth.account.views import PasswordResetFromKeyView
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.secrets import open_waiting, seal_waiting


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
        answer: HttpResponse = super().form_valid(form)
        return answer
