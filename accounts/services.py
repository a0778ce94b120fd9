"""Writes about people: users, the round robin's memory, the audit trail."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F

from accounts import queries
from accounts.enums import Role
from accounts.masking import masked
from accounts.models import Department, User
from scrm.core import clock
from scrm.core.origin import origin


@dataclass(frozen=True, slots=True)
class Turns:
    """Users in the order of their turns; only turns that are held are remembered."""

    user_ids: list[UUID]
    held: bool


def create_user(
    *,
    username: str,
    password: str | None,
    role: str = Role.REP,
    full_name: str = "",
    email: str = "",
    department: Department | None = None,
    takes_leads: bool = False,
    language: str = "",
    is_staff: bool = False,
    is_superuser: bool = False,
) -> User:
    """Make a user of this host; ValidationError when a field is wrong."""
    user = User(
        username=username,
        role=role,
        full_name=full_name,
        email=email,
        department=department,
        takes_leads=takes_leads,
        language=language,
        is_staff=is_staff,
        is_superuser=is_superuser,
    )
    user.set_password(password)
    user.full_clean()
    user.save()
    return user


def create_department(*, name: str, parent: Department | None = None, is_dealer: bool = False) -> Department:
    department = Department(name=name, parent=parent, is_dealer=is_dealer)
    department.full_clean()
    department.save()
    return department


def set_language(*, user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)


def take_turns() -> Turns:
    """Users of the round robin, the longest waiting first, held until the transaction ends.

    Whoever another transaction is handing leads to right now is passed over, so nobody waits here.
    When all are busy they are given unheld, in an order of chance.
    """
    takers = User.objects.filter(is_active=True, takes_leads=True)
    waiting = takers.order_by(F("last_assigned_at").asc(nulls_first=True), "pk")
    held = list(waiting.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    if held:
        return Turns(held, held=True)
    return Turns(list(takers.order_by("?").values_list("pk", flat=True)), held=False)


def mark_assigned(*, at_by_user: Mapping[UUID, datetime]) -> None:
    """Remember who last got a lead, so that the round robin goes on from there. They are held by `take_turns`."""
    users = [User(pk=pk, last_assigned_at=at) for pk, at in sorted(at_by_user.items())]
    User.objects.bulk_update(users, ["last_assigned_at"])


def record_audit(
    *,
    action: str,
    actor: User | None = None,
    actor_label: str = "",
    subject: Any = None,
    details: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> None:
    """Append one line to the trail, sealed into its chain within seconds (`accounts.audit`).

    Details name what was and what is; a phone, an e-mail or a token among them is masked.
    """
    where = origin()
    queries.insert_entry(
        (
            now or clock.now(),
            actor.pk if actor else None,
            (actor_label or (str(actor) if actor else ""))[:120],
            action,
            subject._meta.label_lower if subject is not None else "",
            str(subject.pk) if subject is not None else "",
            json.dumps(masked(details or {}), cls=DjangoJSONEncoder),
            where.ip or None,
            where.request_id,
        )
    )
