"""Second factors in this house: sealed, bound to the host, and not to be given up by who must have one."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.second_factor import needs_second_factor
from accounts.secrets import open_factor, seal_factor
from accounts.selectors_log_in import STRONG, factor_is_last
from scrm.core.tenancy import schema_name


class HouseFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This code is not right. Take the newest one."),
        "cannot_delete_authenticator": gettext_lazy(
            "Your role needs a second factor: add another one before you remove this one."
        ),
    }

    def encrypt(self, text: str) -> str:
        return seal_factor(text)

    def decrypt(self, encrypted_text: str) -> str:
        return open_factor(encrypted_text)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        must = settings.SCRM_REQUIRE_MFA and needs_second_factor(
            authenticator.user.role, is_operator=schema_name() == "public"
        )
        return not (must and authenticator.type in STRONG and factor_is_last(authenticator))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The host itself, so that a passkey of one business is nothing to another."""
        return {"id": self._host(), "name": self._name()}

    def get_totp_issuer(self) -> str:
        return self._name()

    def generate_authenticator_name(self, user: Any, kind: Any) -> str:
        return _("Passkey")

    def _host(self) -> str:
        return str(self.request.get_host()).lower().partition(":")[0].removesuffix(".")

    def _name(self) -> str:
        return str(getattr(self.request.tenant, "name", "") or self._host())
