"""Who calls: another system by its API key, or a person by their session."""

from datetime import datetime
from typing import Final, cast

import structlog
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts.enums import Role
from accounts.models import User
from exchange.key_limits import admits
from exchange.keys import api_key_by_token, mark_api_key_used
from exchange.models import ApiKey
from scrm.core import clock

log = structlog.get_logger(__name__)
_MOMENT: Final = "moment"


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer scrm_<prefix>_<secret>`."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        word, _space, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if word.lower() != "bearer":
            return None
        now = moment_of(request)
        key = api_key_by_token(token.strip(), now=now)
        if key is None:
            raise AuthenticationFailed(_("This API key is not valid."), code="invalid_key")
        if not admits(key.allowed_from, request.META.get("REMOTE_ADDR", "")):
            log.warning("api_key.used_elsewhere", prefix=key.prefix)
            raise PermissionDenied(_("This API key may not be used from your address."), code="address_not_allowed")
        mark_api_key_used(key=key, now=now)
        return system_user(key), key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def moment_of(request: Request) -> datetime:
    """When the request came, by the database's clock, which is asked once."""
    moment: datetime | None = vars(request).get(_MOMENT)
    if moment is None:
        moment = vars(request)[_MOMENT] = clock.now()
    return moment


def system_user(key: ApiKey) -> User:
    """Whom a key acts as: somebody who sees the whole business. Never saved."""
    return User(id=key.pk, username=f"api:{key.prefix}", full_name=key.name, role=Role.PRINCIPAL)


def viewer_of(request: Request) -> User:
    """As whom the caller sees; permissions have let nobody else pass."""
    return cast(User, request.user)


def actor_of(request: Request) -> User | None:
    """The person to write into the history; None for another system."""
    return request.user if request.auth is None and isinstance(request.user, User) else None


def caller_of(request: Request) -> str:
    """Whose idempotency keys and request budget these are."""
    if isinstance(request.auth, ApiKey):
        return f"key:{request.auth.pk}"
    if request.user and request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return f"host:{request.META.get('REMOTE_ADDR', '')}"
