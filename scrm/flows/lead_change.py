"""How another system, or a person through the API, changes a lead: all of it, or nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import contacts.services
import leads.services
from accounts.models import User
from leads.enums import LeadStatus
from leads.models import Lead
from leads.services.fields import write_lead_fields
from leads.upkeep import rate_lead, start_working
from scheduler.services import due_work
from scrm.flows.progress import lead_lost, lead_reassigned, lead_won


@dataclass(frozen=True, slots=True)
class LeadChange:
    """What becomes of a lead; None is left as it is."""

    rating: str | None = None
    status: str | None = None
    lost_reason: str = ""
    owner_id: UUID | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Of the business, as `read_values` gives them."""


def lead_changed(
    lead: Lead, change: LeadChange, *, read: Callable[[], Lead | None], by: User | None, now: datetime
) -> bool:
    """Change a lead, if `read` still gives it while nobody else may write to it; False when it does not."""
    with due_work():
        contacts.services.lock_contacts(contact_ids=[lead.contact_id])
        leads.services.hold_lead(lead_id=lead.pk)
        held = read()
        if held is None:
            return False
        if change.rating is not None and change.rating != held.rating:
            rate_lead(lead=held, rating=change.rating, by=by, now=now)
        if change.fields:
            write_lead_fields(lead_id=lead.pk, read=change.fields, by=by, now=now)
        match change.status:
            case LeadStatus.WORKING:
                start_working(lead_ids=[lead.pk], by=by, now=now)
            case LeadStatus.WON:
                lead_won(lead.pk, by=by, now=now)
            case LeadStatus.LOST:
                lead_lost(lead.pk, by=by, reason=change.lost_reason, now=now)
        if change.owner_id is not None:
            lead_reassigned([lead.pk], change.owner_id, by=by, now=now)
        return True
