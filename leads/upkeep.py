"""Writes that people make by hand: ratings, interactions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from leads.enums import InteractionKind, LeadStatus, Rating
from leads.models import Interaction, Lead
from leads.services.referral import reward_leads

_PROMISING: Final = (Rating.A, Rating.B, Rating.C)
"""A lead rated so is valid, as is one with which there was an effective communication."""
_WAITING: Final = (LeadStatus.NEW, LeadStatus.ASSIGNED)


@transaction.atomic
def rate_lead(*, lead: Lead, rating: str, by: User | None, now: datetime) -> None:
    """Say how promising the lead is; empty takes the rating back."""
    before, lead.rating, lead.updated_at = lead.rating, rating, now
    lead.clean_fields(exclude={field.name for field in Lead._meta.fields} - {"rating"})
    lead.save(update_fields=["rating", "updated_at"])
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
        subject = Lead(pk=waiting[0]) if len(waiting) == 1 else None
        record_audit(action="lead.contacted", actor=by, subject=subject, details={"leads": len(waiting)}, now=now)
    return len(waiting)


@transaction.atomic
def log_interaction(
    *,
    contact_id: UUID,
    kind: str,
    text: str = "",
    effective: bool = False,
    next_on: date | None = None,
    lead: Lead | None = None,
    by: User | None,
    now: datetime,
) -> Interaction:
    """Keep what was said; anything but a note means that the lead is in contact."""
    interaction = Interaction(
        contact_id=contact_id,
        lead=lead,
        kind=kind,
        text=text.strip(),
        effective=effective,
        next_on=next_on,
        by=by,
        at=now,
    )
    interaction.clean_fields(exclude={"contact", "lead", "by"})
    interaction.save(force_insert=True)
    if lead is not None and lead.status in _WAITING and kind != InteractionKind.NOTE:
        start_working(lead_ids=[lead.pk], by=by, now=now)
    if lead is not None and effective:
        reward_leads(lead_ids=[lead.pk], now=now)
    details = {"kind": kind, "effective": effective}
    record_audit(action="interaction.logged", actor=by, subject=interaction, details=details, now=now)
    return interaction
