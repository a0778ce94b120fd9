"""Writes of how promising a person is in somebody's eyes."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from contacts.models import Contact
from leads.enums import Rating
from leads.models import ContactRating, RatingChange


@transaction.atomic
def rate_contact(*, contact_id: UUID, rating: str, by: User | None, now: datetime) -> bool:
    """Say how promising somebody is; empty leaves it to their leads. False when it was so already."""
    if rating and rating not in Rating.values:
        raise ValidationError({"rating": _("Choose a rating.")})
    # The contact's row orders those who rate at once.
    Contact.objects.select_for_update(no_key=True).get(pk=contact_id)
    held = ContactRating.objects.filter(contact=contact_id).first()
    before = held.rating if held else ""
    if before == rating:
        return False
    if rating:
        said = {"rating": rating, "by": by, "at": now}
        ContactRating.objects.update_or_create(contact_id=contact_id, defaults=said)
    else:
        ContactRating.objects.filter(contact=contact_id).delete()
    change = RatingChange.objects.create(contact_id=contact_id, before=before, after=rating, by=by, at=now)
    details = {"contact": str(contact_id), "from": before, "to": rating}
    record_audit(action="contact.rated", actor=by, subject=change, details=details, now=now)
    return True
