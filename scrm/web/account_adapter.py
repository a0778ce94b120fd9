"""Who may log in: people made by an administrator; nobody signs up by themselves."""

from typing import cast

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from scrm.core.tenancy import schema_name


class ClosedAccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Representatives begin on their phone page, operators of the platform in its admin."""
        if schema_name() == "public":
            return reverse("admin:index")
        return reverse("ops:home") if cast(User, request.user).may("desk.open") else reverse("rep:today")
