"""What happened to a contact's card: who was in charge, and what they agreed to."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from contacts.enums import OwnerWhy
from contacts.models import Consent, OwnerChange
from scrm.core.pagination import earlier


def owner_change_list_of_contact(
    contact_id: UUID, *, before: datetime | None = None, before_id: int | None = None, text: str = "", limit: int = 30
) -> list[OwnerChange]:
    """How a contact changed hands, newest first, older than a place in the timeline."""
    rows = OwnerChange.objects.filter(contact=contact_id).select_related("before", "after", "by")
    if text:
        rows = rows.filter(after__full_name__icontains=text)
    return list(rows.filter(earlier("at", before, before_id)).order_by("-at", "-pk")[:limit])


def owners_before(contact_ids: Iterable[UUID], *, among: Iterable[UUID]) -> dict[UUID, UUID]:
    """Who of these people was in charge of each contact last."""
    rows = OwnerChange.objects.filter(contact__in=list(contact_ids), before__in=list(among))
    rows = rows.order_by("contact_id", "-at", "-pk").distinct("contact_id")
    return {contact_id: before_id for contact_id, before_id in rows.values_list("contact_id", "before_id") if before_id}


def handed_on_by_stage_since(contact_id: UUID, at: datetime) -> bool:
    """Whether a stage gave the contact another owner at that moment or after it."""
    return OwnerChange.objects.filter(contact=contact_id, why=OwnerWhy.STAGE, at__gte=at).exists()


def consent_list_of_contact(
    contact_id: UUID, *, before: datetime | None = None, before_id: int | None = None, text: str = "", limit: int = 30
) -> list[Consent]:
    """What a contact agreed to or withdrew, newest first, older than a place in the timeline."""
    rows = Consent.objects.filter(contact=contact_id).select_related("by")
    if text:
        rows = rows.filter(channel__iexact=text)
    return list(rows.filter(earlier("at", before, before_id)).order_by("-at", "-pk")[:limit])
