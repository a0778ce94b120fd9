"""Writes about logging in: passwords, second factors, locks, and what follows for sessions and the trail."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.lockout import Kind
from accounts.models import User
from accounts.secrets import is_fresh, open_factor, seal_factor
from accounts.services import record_audit
from accounts.services_attempts import forget_guesses, unlock_user
from accounts.services_sessions import end_session, end_sessions
from scrm.core.crypto import CryptoError


@transaction.atomic
def change_password(*, user: User, password: str, by: User | None, besides: str | None = None) -> None:
    """Give the user a new password. `besides` is the cookie whose session goes on."""
    user.set_password(password)
    user.save(update_fields=["password"])
    password_changed(user=user, by=by, besides=besides)


@transaction.atomic
def password_changed(*, user: User, by: User | None, besides: str | None = None) -> None:
    """After that: other sessions end, and so does a lock."""
    end_sessions(user=user.pk, besides=besides)
    forget_guesses(user=user.pk)
    record_audit(action="password.changed", actor=by, subject=user)


@transaction.atomic
def reset_factors(*, user: User, by: User | None) -> int:
    """Take all second factors from somebody who lost them, and end their sessions; how many there were."""
    count, _by_model = Authenticator.objects.filter(user=user).delete()
    end_sessions(user=user.pk)
    record_audit(action="second_factor.reset", actor=by, subject=user, details={"count": count})
    return count


@contextmanager
def changing_factors(*, user: UUID) -> Iterator[None]:
    """One change of a user's factors at a time: else two at once, each of which leaves one, would leave none."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user)
        yield


@transaction.atomic
def factor_changed(*, user: User, action: str, kind: str, besides: str | None) -> None:
    """After a factor came or went: what was logged in without it ends."""
    end_sessions(user=user.pk, besides=besides)
    record_audit(action=action, actor=user, subject=user, details={"kind": kind})


@transaction.atomic
def end_sessions_of(*, user: User, by: User | None, reason: str) -> int:
    """End every session of somebody, and say so in the trail; how many there were."""
    count = end_sessions(user=user.pk)
    record_audit(action="session.ended", actor=by, subject=user, details={"count": count, "reason": reason})
    return count


@transaction.atomic
def unlock(*, user: User, by: User | None) -> bool:
    """Let somebody try again at once; False when nothing was counted."""
    if not unlock_user(user=user.pk):
        return False
    record_audit(action="login.unlocked", actor=by, subject=user)
    return True


def note_failed_log_in(*, users: Sequence[UUID], locks: Sequence[Kind], step: str, now: datetime) -> None:
    """Write down that somebody failed, and what is locked by it; never what was typed."""
    subject = User(pk=users[0]) if len(users) == 1 else None
    record_audit(action="login.failed", subject=subject, details={"step": step}, now=now)
    if locks:
        record_audit(action="login.locked", subject=subject, details={"what": list(locks), "step": step}, now=now)


@transaction.atomic
def end_own_session(*, user: User, key: str) -> bool:
    """End the one that stands under `key`; False when it is not there or somebody else's."""
    ended = end_session(user=user.pk, key=key)
    if ended:
        record_audit(action="session.ended", actor=user, subject=user, details={"count": 1, "reason": "owner"})
    return ended


@transaction.atomic
def end_own_sessions(*, user: User, besides: str) -> int:
    """End all but the one with the cookie `besides`; how many there were."""
    count = end_sessions(user=user.pk, besides=besides)
    record_audit(action="session.ended", actor=user, subject=user, details={"count": count, "reason": "owner"})
    return count


def reseal_factors() -> tuple[int, int]:
    """Seal second factors with the master key of now: how many were, and how many can't be opened."""
    changed, lost = [], 0
    with transaction.atomic():
        for factor in Authenticator.objects.select_for_update().order_by("pk"):
            sealed = {name: factor.data[name] for name in ("secret", "seed") if factor.data.get(name)}
            stale = {name: value for name, value in sealed.items() if not is_fresh(value)}
            try:
                factor.data.update({name: seal_factor(open_factor(value)) for name, value in stale.items()})
            except CryptoError:
                lost += 1
                continue
            if stale:
                changed.append(factor)
        Authenticator.objects.bulk_update(changed, ["data"])
    return len(changed), lost
