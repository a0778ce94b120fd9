"""Writes what fields of the business hold of a lead."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from contacts.custom.values import written
from contacts.enums import FieldSubject
from contacts.services import hold_contact, read_values
from leads.models import Lead


def set_lead_fields(
    *, lead_id: UUID, values: Mapping[str, Any], role: str, by: User | None, now: datetime, zone: ZoneInfo
) -> list[str]:
    """Write fields of one lead by their codes, as the role may; gives those that changed.

    ValidationError names each field that there is not, that the role may not change, or whose value can't be; or says
    that its contact is no longer there.
    """
    read = read_values(values, of=FieldSubject.LEAD, role=role, zone=zone)
    with transaction.atomic():
        hold_contact(contact_id=Lead.objects.values_list("contact", flat=True).get(pk=lead_id))
        return write_lead_fields(lead_id=lead_id, read=read, by=by, now=now)


def write_lead_fields(*, lead_id: UUID, read: Mapping[str, Any], by: User | None, now: datetime) -> list[str]:
    """The same with values as `read_values` gives them."""
    with transaction.atomic():
        lead = Lead.objects.select_for_update(no_key=True, of=("self",)).only("pk", "fields").get(pk=lead_id)
        changed, said = written(lead.fields, read)
        if changed:
            Lead.objects.filter(pk=lead_id).update(fields=said, updated_at=now)
            details = {"fields": changed}
            record_audit(action="lead.fields_set", actor=by, subject=lead, details=details, now=now)
    return changed
