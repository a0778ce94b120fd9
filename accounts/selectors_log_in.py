"""Reads about logging in: whom a name means, who has which second factor, where somebody is logged in."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.log_in_models import Session
from accounts.models import User

STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What stands by itself; recovery codes only stand in for one of them."""


def user_ids_named(typed: str) -> list[UUID]:
    """Those whose user name or e-mail address it is; several may share an address."""
    named = User.objects.filter(Q(username__iexact=typed) | Q(email__iexact=typed))
    return sorted(named.values_list("pk", flat=True))


def session_hash_of(user: UUID) -> str:
    """What changes with the user's password and nothing else; empty where there is no such user."""
    found = User.objects.only("password").filter(pk=user).first()
    return found.get_session_auth_hash() if found else ""


def user_has_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=STRONG).exists()


def factor_is_last(factor: Any) -> bool:
    """Whether its owner has no other that stands by itself."""
    others = Authenticator.objects.filter(user=factor.user_id, type__in=STRONG).exclude(pk=factor.pk)
    return not others.exists()


def session_list(user: User) -> QuerySet[Session]:
    """Where the user is logged in, the latest first."""
    return Session.objects.filter(user=user, expire_date__gt=Now()).order_by("-seen_at")


def user_by_username(username: str) -> User | None:
    return User.objects.filter(username=username).first()


def sessions_open(keys: Collection[str]) -> set[str]:
    """Those of the sessions that stand under `keys` which are not over, of people who may log in."""
    rows = Session.objects.filter(session_key__in=list(keys), expire_date__gt=Now(), user__is_active=True)
    return set(rows.values_list("session_key", flat=True))
