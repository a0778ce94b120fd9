"""Writes that people make by hand about a lead: how promising it is, and that somebody is at it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from leads.enums import LeadStatus, Rating
from leads.models import Lead, RatingChange
from leads.services.referral import reward_leads
from leads.services.responses import end_clocks

_PROMISING: Final = (Rating.A, Rating.B, Rating.C)
"""A lead rated so is valid, as is one with which there was an effective communication."""
_WAITING: Final = (LeadStatus.NEW, LeadStatus.ASSIGNED)


@transaction.atomic
def rate_lead(*, lead: Lead, rating: str, by: User | None, now: datetime) -> None:
    """Say how promising the lead is; empty takes the rating back."""
    before, lead.rating, lead.updated_at = lead.rating, rating, now
    lead.clean_fields(exclude={field.name for field in Lead._meta.fields} - {"rating"})
    lead.save(update_fields=["rating", "updated_at"])
    if before != rating:
        RatingChange.objects.create(contact_id=lead.contact_id, lead=lead, before=before, after=rating, by=by, at=now)
    if rating in _PROMISING:
        reward_leads(lead_ids=[lead.pk], now=now)
    record_audit(action="lead.rated", actor=by, subject=lead, details={"from": before, "to": rating}, now=now)


@transaction.atomic
def start_working(*, lead_ids: Sequence[UUID], by: User | None, now: datetime) -> int:
    """Mark leads that wait as in contact; those that are further stay as they are."""
    waiting = list(
        Lead.objects.select_for_update()
        .filter(pk__in=list(lead_ids), status__in=_WAITING)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    if waiting:
        Lead.objects.filter(pk__in=waiting).update(status=LeadStatus.WORKING, updated_at=now)
        end_clocks(lead_ids=waiting, answered=True, now=now)
        subject = Lead(pk=waiting[0]) if len(waiting) == 1 else None
        record_audit(action="lead.contacted", actor=by, subject=subject, details={"leads": len(waiting)}, now=now)
    return len(waiting)
