"""Signs small payloads for links and forms, so that a token works for one tenant and one purpose only."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing


class TokenError(Exception):
    """A token is not one of ours, or not for this tenant and purpose."""


class TokenExpired(TokenError):
    """A token is genuine and too old."""


@dataclass(frozen=True, slots=True)
class TenantSigner:
    """Signs and checks the tokens of one tenant and purpose."""

    salt: str

    def sign(self, payload: Any, *, signed_at: datetime | None = None) -> str:
        """Text safe in a URL. Only a token with `signed_at` can be checked for its age."""
        content = [payload] if signed_at is None else [payload, int(signed_at.timestamp())]
        return signing.Signer(salt=self.salt).sign_object(content)

    def unsign(self, token: str, *, max_age: timedelta | None = None, now: datetime | None = None) -> Any:
        """The payload. With `max_age`, say what time it is `now`; a token without a time is refused."""
        if max_age is not None and now is None:
            raise TypeError("max_age needs now")
        try:
            content = signing.Signer(salt=self.salt).unsign_object(token)
        except (signing.BadSignature, ValueError) as error:
            raise TokenError("The token is not valid here.") from error
        if not isinstance(content, list) or len(content) not in (1, 2):
            raise TokenError("The token is not valid here.")
        if max_age is not None and now is not None:
            if len(content) == 1:
                raise TokenError("The token carries no time.")
            if now.timestamp() - content[1] > max_age.total_seconds():
                raise TokenExpired("The token has expired.")
        return content[0]


def tenant_signer(tenant_uuid: uuid.UUID, purpose: str) -> TenantSigner:
    """The signer of one tenant for one purpose, such as "withdrawal"."""
    if not isinstance(tenant_uuid, uuid.UUID):
        raise TypeError("tenant_uuid is a UUID")
    if not purpose:
        raise ValueError("A token needs a purpose.")
    # The UUID has a fixed length, so tenant and purpose can't run into each other.
    return TenantSigner(salt=f"scrm.tenant:{tenant_uuid}:{purpose}")
