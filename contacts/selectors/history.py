"""What happened to a contact's card: who was in charge, and what they agreed to."""

from datetime import datetime
from uuid import UUID

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


def consent_list_of_contact(
    contact_id: UUID, *, before: datetime | None = None, before_id: int | None = None, text: str = "", limit: int = 30
) -> list[Consent]:
    """What a contact agreed to or withdrew, newest first, older than a place in the timeline."""
    rows = Consent.objects.filter(contact=contact_id).select_related("by")
    if text:
        rows = rows.filter(channel__iexact=text)
    return list(rows.filter(earlier("at", before, before_id)).order_by("-at", "-pk")[:limit])
