"""API keys: made, shown once, recognised, revoked."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services import record_audit
from exchange.enums import ApiScope
from exchange.models import ApiKey
from scrm.core.ids import short_code

_MARK: Final = "scrm"
_USED_EVERY: Final = timedelta(minutes=10)
"""How fine `last_used_at` is: a busy key must not become a row that every request writes."""


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key with its token, which nobody can read again."""

    key: ApiKey
    token: str


def create_api_key(*, name: str, scopes: Sequence[str], by: Any = None, now: datetime) -> NewApiKey:
    """Make a key; ValidationError when a scope is unknown or none is given."""
    unknown = sorted(set(scopes) - set(ApiScope.values))
    if unknown or not scopes:
        reason = _("Choose scopes from: %(scopes)s.") % {"scopes": ", ".join(ApiScope.values)}
        raise ValidationError({"scopes": reason})
    secret = secrets.token_hex(24)
    key = ApiKey(
        name=name,
        prefix=short_code(50),
        digest=_digest(secret),
        scopes=sorted(set(scopes)),
        created_by=by,
        created_at=now,
    )
    key.full_clean()
    with transaction.atomic():
        key.save()
        record_audit(action="api_key.created", actor=by, subject=key, details={"scopes": key.scopes}, now=now)
    return NewApiKey(key=key, token=f"{_MARK}_{key.prefix}_{secret}")


def revoke_api_key(*, key: ApiKey, now: datetime, by: Any = None) -> bool:
    """The key opens nothing from now on; False when it did not before."""
    with transaction.atomic():
        revoked = bool(ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now))
        if revoked:
            record_audit(action="api_key.revoked", actor=by, subject=key, now=now)
    return revoked


def mark_api_key_used(*, key: ApiKey, now: datetime) -> None:
    if key.last_used_at is None or key.last_used_at <= now - _USED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def api_key_by_token(token: str) -> ApiKey | None:
    """The living key that this token opens with."""
    mark, _sep, rest = token.partition("_")
    prefix, _sep, secret = rest.partition("_")
    if mark != _MARK or not prefix or not secret:
        return None
    key = ApiKey.objects.filter(prefix=prefix, revoked_at=None).first()
    # Compared for a missing key too, so that the time taken says nothing about which prefixes exist.
    expected = bytes(key.digest) if key else bytes(32)
    return key if hmac.compare_digest(expected, _digest(secret)) and key else None


def _digest(secret: str) -> bytes:
    # 192 random bits need no slow hash.
    return hashlib.sha256(secret.encode()).digest()
