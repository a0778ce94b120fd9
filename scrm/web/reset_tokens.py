"""Password-reset tokens that work in one tenant only."""

from typing import Any

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator

from tenants.selectors import tenant_mark


class TenantTokenGenerator(EmailAwarePasswordResetTokenGenerator):
    """allauth's, for a user of this tenant: one with the same id and password elsewhere has another token."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{tenant_mark()}:{super()._make_hash_value(user, timestamp)}"
