"""API keys: made, shown once, recognised, rotated, revoked."""

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
from exchange.key_limits import FASTEST, networks_in
from exchange.models import ApiKey
from exchange.queries import living_key
from scrm.core.ids import short_code

LONGEST_OVERLAP: Final = timedelta(days=7)

_MARK: Final = "scrm"
_USED_EVERY: Final = timedelta(minutes=10)
"""How fine `last_used_at` is: a busy key must not become a row that every request writes."""


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key with its token, which nobody can read again."""

    key: ApiKey
    token: str


def create_api_key(
    *,
    name: str,
    scopes: Sequence[str],
    by: Any = None,
    expires_at: datetime | None = None,
    allowed_from: Sequence[str] = (),
    rate_per_minute: int | None = None,
    now: datetime,
) -> NewApiKey:
    """Make a key; ValidationError when a scope is unknown or none is given, or a limit makes no sense."""
    secret = secrets.token_hex(24)
    key = ApiKey(
        name=name,
        prefix=short_code(50),
        digest=_digest(secret),
        scopes=_known_scopes(scopes),
        created_by=by,
        created_at=now,
        expires_at=expires_at,
        allowed_from=_known_networks(allowed_from),
        rate_per_minute=rate_per_minute,
    )
    if expires_at is not None and expires_at <= now:
        raise ValidationError({"expires_at": _("Choose a time that is still to come.")})
    if rate_per_minute is not None and not 1 <= rate_per_minute <= FASTEST:
        raise ValidationError({"rate_per_minute": _("Give a number from 1 to %(most)s.") % {"most": FASTEST}})
    key.full_clean()
    details = {
        "name": name,
        "scopes": key.scopes,
        "expires_at": expires_at,
        "allowed_from": key.allowed_from,
        "rate_per_minute": rate_per_minute,
    }
    with transaction.atomic():
        key.save()
        record_audit(action="api_key.created", actor=by, subject=key, details=details, now=now)
    return NewApiKey(key=key, token=_token(key, secret))


def rotate_api_key(*, key: ApiKey, overlap: timedelta, by: Any = None, now: datetime) -> NewApiKey | None:
    """Give the key a new secret; the old one opens for `overlap` more. None when the key opens nothing itself.

    A secret from before the old one stops at once: at most two open the same key.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise ValidationError({"overlap": _("The old secret can work for a week at most.")})
    secret = secrets.token_hex(24)
    with transaction.atomic():
        held = ApiKey.objects.select_for_update().filter(pk=key.pk, revoked_at=None).first()
        if held is None or _has_expired(held, now):
            return None
        held.previous_digest, held.previous_until = held.digest, now + overlap
        held.digest = _digest(secret)
        held.save(update_fields=["digest", "previous_digest", "previous_until"])
        details = {"name": held.name, "old_until": held.previous_until}
        record_audit(action="api_key.rotated", actor=by, subject=held, details=details, now=now)
    return NewApiKey(key=held, token=_token(held, secret))


def revoke_api_key(*, key: ApiKey, now: datetime, by: Any = None) -> bool:
    """The key opens nothing from now on, by neither secret; False when it did not before."""
    with transaction.atomic():
        revoked = bool(ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now))
        if revoked:
            record_audit(action="api_key.revoked", actor=by, subject=key, details={"name": key.name}, now=now)
    return revoked


def mark_api_key_used(*, key: ApiKey, now: datetime) -> None:
    if key.last_used_at is None or key.last_used_at <= now - _USED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def api_key_by_token(token: str, *, now: datetime) -> ApiKey | None:
    """The living key that this token opens now."""
    mark, _sep, rest = token.partition("_")
    prefix, _sep, secret = rest.partition("_")
    if mark != _MARK or not prefix or not secret:
        return None
    key = living_key(prefix)
    given = _digest(secret)
    # Compared for a missing key too, so that the time taken says nothing about which prefixes exist.
    fits = hmac.compare_digest(bytes(key.digest) if key else bytes(32), given)
    fits_previous = hmac.compare_digest(bytes((key and key.previous_digest) or bytes(32)), given)
    if key is None or _has_expired(key, now):
        return None
    overlapping = key.previous_until is not None and now < key.previous_until
    return key if fits or (fits_previous and overlapping) else None


def _has_expired(key: ApiKey, now: datetime) -> bool:
    return key.expires_at is not None and key.expires_at <= now


def _known_scopes(scopes: Sequence[str]) -> list[str]:
    if not scopes or set(scopes) - set(ApiScope.values):
        reason = _("Choose scopes from: %(scopes)s.") % {"scopes": ", ".join(ApiScope.values)}
        raise ValidationError({"scopes": reason})
    return sorted(set(scopes))


def _known_networks(texts: Sequence[str]) -> list[str]:
    try:
        return networks_in(texts)
    except ValueError as error:
        reason = _("Write addresses such as 203.0.113.7 or networks such as 203.0.113.0/24, 20 at most.")
        raise ValidationError({"allowed_from": reason}) from error


def _token(key: ApiKey, secret: str) -> str:
    return f"{_MARK}_{key.prefix}_{secret}"


def _digest(secret: str) -> bytes:
    # 192 random bits need no slow hash.
    return hashlib.sha256(secret.encode()).digest()
