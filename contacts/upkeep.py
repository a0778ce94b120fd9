"""Writes that people make by hand about a contact."""

from datetime import datetime
from typing import Final

from accounts.models import User
from accounts.services import record_audit
from contacts.models import Contact
from contacts.services.contacts import hold_contact
from exchange.enums import HookEvent
from exchange.outbox import Change, publish
from scheduler.services import due_work

EDITABLE: Final = ("name", "city", "country", "note")


def edit_contact(*, contact: Contact, by: User, now: datetime, **values: str) -> bool:
    """Change what the contact's card says; False when nothing differs. ValidationError when a value can't be, or
    there is no such contact any more."""
    changed = [name for name in EDITABLE if name in values and getattr(contact, name) != values[name]]
    for name in changed:
        setattr(contact, name, values[name])
    if not changed:
        return False
    contact.updated_at = now
    contact.clean_fields(exclude={field.name for field in Contact._meta.fields} - set(changed))
    with due_work():
        hold_contact(contact_id=contact.pk)
        contact.save(update_fields=[*changed, "updated_at"])
        told = {"contact_id": str(contact.pk), "fields": changed}
        publish([Change(HookEvent.CONTACT_UPDATED, told, now)])
        record_audit(action="contact.edited", actor=by, subject=contact, details={"fields": changed}, now=now)
    return True
