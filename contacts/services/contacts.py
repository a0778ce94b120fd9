"""Hold contacts, hand them over, remove them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from contacts import queries
from contacts.enums import OwnerWhy
from contacts.models import Contact, Identity, OwnerChange
from contacts.sealing import lock_number
from scrm.core.bulk import insert_columns, update_columns


def lock_contacts(*, contact_ids: Collection[UUID], of: Collection[UUID] | None = None) -> set[UUID]:
    """Hold these contacts until the transaction ends; gives those that exist and were not erased.

    A contact's row is the lock of all that belongs to it: tags, positions, enrollments. With `of` only those that,
    once they are held, are one of these people's.
    """
    wanted = Contact.objects.filter(pk__in=set(contact_ids), erased_at=None).select_for_update(no_key=True)
    if of is not None:
        wanted = wanted.filter(owner__in=list(of))
    return set(wanted.order_by("pk").values_list("pk", flat=True))


def hold_contact(*, contact_id: UUID) -> None:
    """Nobody else writes to the contact until the transaction ends. ValidationError where it was merged or erased
    meanwhile: what somebody types about nobody is not kept."""
    if not lock_contacts(contact_ids=[contact_id]):
        raise ValidationError({"contact": _("This contact is no longer there.")})


def hold_for_removal(*, contact_ids: Collection[UUID], also: Iterable[bytes]) -> set[UUID]:
    """Hold these contacts against everything until the transaction ends; gives those that exist.

    Also against whoever arrives by one of their identities, and, as `lock_people` does, by `also`.
    """
    blinds = Identity.objects.filter(contact_id__in=set(contact_ids)).values_list("blind", flat=True)
    queries.lock_numbers(lock_number(bytes(blind)) for blind in [*blinds, *also])
    # A row that begins to point to one of them takes a weaker lock, which only this one keeps out.
    wanted = Contact.objects.filter(pk__in=set(contact_ids)).select_for_update().order_by("pk")
    return set(wanted.values_list("pk", flat=True))


def changed_since(*, moments: Mapping[UUID, datetime]) -> set[UUID]:
    """Those of the contacts that were changed later than their moment."""
    rows = Contact.objects.filter(pk__in=list(moments)).values_list("pk", "updated_at")
    return {pk for pk, updated_at in rows if updated_at > moments[pk]}


def remove_contacts(*, contact_ids: Collection[UUID]) -> None:
    """Delete held contacts with all that hangs on them, in whatever room."""
    Contact.objects.filter(pk__in=set(contact_ids)).delete()


def set_owner(
    *,
    contact_ids: Collection[UUID],
    owner_id: UUID | None,
    why: OwnerWhy = OwnerWhy.HAND_OVER,
    reason: str = "",
    by: User | None = None,
    now: datetime,
) -> dict[UUID, UUID | None]:
    """Put somebody, or nobody, in charge of locked contacts that are not theirs yet; gives who had each before."""
    return set_owners(to=dict.fromkeys(contact_ids, owner_id), why=why, reason=reason, by=by, now=now)


def set_owners(
    *,
    to: Mapping[UUID, UUID | None],
    why: OwnerWhy = OwnerWhy.HAND_OVER,
    reason: str = "",
    by: User | None = None,
    now: datetime,
) -> dict[UUID, UUID | None]:
    """The same, with an owner of its own for each contact."""
    rows = Contact.objects.filter(pk__in=list(to)).order_by("pk").values_list("pk", "owner_id")
    before: dict[UUID, UUID | None] = {pk: owner_id for pk, owner_id in rows if owner_id != to[pk]}
    update_columns(Contact, {"id": list(before), "owner_id": [to[pk] for pk in before]}, {"updated_at": now})
    remember_owners(before=before, after={pk: to[pk] for pk in before}, why=why, reason=reason, by=by, now=now)
    return before


def remember_owners(
    *,
    before: Mapping[UUID, UUID | None],
    after: Mapping[UUID, UUID | None],
    why: OwnerWhy,
    reason: str = "",
    by: User | None = None,
    now: datetime,
) -> None:
    """Append to the history of contacts that changed hands."""
    columns: dict[str, list[Any]] = {
        "contact_id": list(after),
        "before_id": [before[pk] for pk in after],
        "after_id": list(after.values()),
    }
    insert_columns(
        OwnerChange, columns, {"why": why.value, "reason": reason, "by_id": by.pk if by else None, "at": now}
    )
