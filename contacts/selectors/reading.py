"""Contacts that somebody reads on about, though they are others' now: until a time, and to read alone."""

from datetime import datetime
from uuid import UUID

from accounts.models import User
from contacts.models import Contact, ReadingRight


def contact_kept(viewer: User, contact_id: UUID, *, now: datetime) -> tuple[Contact, datetime] | None:
    """The contact if the viewer may read on about it, and until when. Whoever sees it anyway needs none of this."""
    rights = ReadingRight.objects.filter(contact=contact_id, user=viewer, until_at__gt=now, contact__erased_at=None)
    right = rights.select_related("contact__owner", "contact__company").first()
    return (right.contact, right.until_at) if right else None


def contact_names_kept(viewer: User, ids: list[str], *, now: datetime) -> dict[str, str]:
    """How those of these contacts are called that the viewer may read on about, by id as text."""
    rows = ReadingRight.objects.filter(
        contact__in=[UUID(pk) for pk in ids], user=viewer, until_at__gt=now, contact__erased_at=None
    )
    return {str(right.contact_id): str(right.contact) for right in rows.select_related("contact")} if ids else {}
