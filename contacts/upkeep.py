"""Writes that people make by hand about a contact."""

from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from contacts.models import Contact

EDITABLE: Final = ("name", "city", "country", "note")


@transaction.atomic
def edit_contact(*, contact: Contact, by: User, now: datetime, **values: str) -> bool:
    """Change what the contact's card says; False when nothing differs. ValidationError when a value can't be."""
    changed = [name for name in EDITABLE if name in values and getattr(contact, name) != values[name]]
    for name in changed:
        setattr(contact, name, values[name])
    if not changed:
        return False
    contact.updated_at = now
    contact.clean_fields(exclude={field.name for field in Contact._meta.fields} - set(changed))
    contact.save(update_fields=[*changed, "updated_at"])
    record_audit(action="contact.edited", actor=by, subject=contact, details={"fields": changed}, now=now)
    return True
