"""Reads of sensitive fields, masked."""

from collections.abc import Collection
from uuid import UUID

from accounts.models import User
from accounts.selectors import visible_to
from contacts.enums import Sight
from contacts.models import SealedValue


def sealed_of(contact_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], SealedValue]:
    """What is kept of these contacts, without the values, by contact and field."""
    rows = SealedValue.objects.filter(contact__in=list(contact_ids)).defer("sealed")
    return {(row.contact_id, row.field_id): row for row in rows}


def sealed_visible(viewer: User, contact_id: UUID, value_id: UUID) -> SealedValue | None:
    """One value of a contact that the viewer may see, of a field that their role sees."""
    rows = visible_to(viewer, SealedValue.objects.filter(pk=value_id, contact=contact_id), owner="contact__owner")
    row = rows.select_related("contact", "field").first()
    if row is None or row.field.archived or row.field.sight_of(viewer.role) == Sight.HIDDEN:
        return None
    return row
