"""Writes about people: users, the round robin's memory, the audit trail."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

from accounts import queries
from accounts.duty_queries import Hold, Order, Taker, takers
from accounts.enums import Role
from accounts.masking import masked
from accounts.models import Department, User
from scrm.core import clock
from scrm.core.bulk import update_columns
from scrm.core.origin import origin


@dataclass(frozen=True, slots=True)
class Turns:
    """People in the order of their turns; only turns that are held are remembered."""

    people: list[Taker]
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


def take_turns(
    *,
    also: Collection[UUID] = (),
    departments: Collection[UUID] = (),
    wait: bool = False,
    hold: bool = True,
    now: datetime,
) -> Turns:
    """Those who can be given leads, the longest waiting first, held until the transaction ends.

    They take leads in turn, or are named, or belong to one of the departments; nobody is on leave. Whoever another
    transaction is handing leads to right now is passed over. When all are busy they are waited for, if that is wanted
    or somebody has a limit, or else given unheld, in an order of chance. Not to `hold` is only to look.
    """
    chosen = partial(takers, also=also, departments=departments, now=now)
    if not hold:
        return Turns(chosen(order=Order.WAITING, hold=Hold.NONE), held=False)
    held = chosen(order=Order.WAITING, hold=Hold.FREE)
    if held:
        return Turns(held, held=True)
    if not wait:
        anybody = chosen(order=Order.CHANCE, hold=Hold.NONE)
        if not any(taker.is_limited for taker in anybody):
            return Turns(anybody, held=False)
    # None is held, so nobody waits for us; in one order, so that two who wait don't wait for each other.
    return Turns(sorted(chosen(order=Order.ID, hold=Hold.ALL), key=_waited), held=True)


def _waited(taker: Taker) -> tuple[bool, Any, UUID]:
    return taker.last_assigned_at is not None, taker.last_assigned_at, taker.id


def hold_user(*, user_id: UUID) -> None:
    """Let whatever else is counted of this person wait until the transaction ends. Contacts are held before."""
    User.objects.select_for_update(no_key=True).filter(pk=user_id).values_list("pk").first()


def mark_assigned(*, at_by_user: Mapping[UUID, datetime]) -> None:
    """Remember who last got a lead, so that the round robin goes on from there. They are held by `take_turns`."""
    update_columns(User, {"id": list(at_by_user), "last_assigned_at": list(at_by_user.values())})


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
