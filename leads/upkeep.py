"""Writes that people make by hand: sources and their cost, ratings, interactions."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from leads.enums import InteractionKind, LeadStatus, Rating
from leads.models import Interaction, Lead, Source, SourceCost
from leads.services.referral import reward_leads

_PROMISING: Final = (Rating.A, Rating.B, Rating.C)
"""A lead rated so is valid, as is one with which there was an effective communication."""
_WAITING: Final = (LeadStatus.NEW, LeadStatus.ASSIGNED)


@transaction.atomic
def save_source(
    *,
    source: Source | None = None,
    name: str,
    kind: str,
    parent: Source | None = None,
    active: bool = True,
    by: User | None,
    now: datetime,
) -> Source:
    """Make or change a source; ValidationError when its name is taken or it would be part of itself."""
    source = source or Source(created_at=now)
    _refuse_circle(source, parent)
    source.name, source.kind, source.parent, source.active = " ".join(name.split()), kind, parent, active
    source.full_clean()
    source.save()
    record_audit(action="source.saved", actor=by, subject=source, details={"name": source.name}, now=now)
    return source


@transaction.atomic
def set_source_costs(
    *, source: Source, amounts: Mapping[date, Decimal], currency: str, by: User | None, now: datetime
) -> int:
    """What the source cost on each of these days; said again, the later figure stands."""
    if min(amounts.values(), default=Decimal(0)) < 0:
        raise ValidationError({"amount": _("A cost can't be below zero.")})
    costs = [SourceCost(source=source, on=on, amount=amount, currency=currency) for on, amount in amounts.items()]
    for cost in costs:
        cost.clean_fields(exclude={"source"})
    SourceCost.objects.bulk_create(
        costs, update_conflicts=True, unique_fields=["source", "on"], update_fields=["amount", "currency"]
    )
    details = {"amounts": {on.isoformat(): str(amount) for on, amount in amounts.items()}, "currency": currency}
    record_audit(action="source.cost_set", actor=by, subject=source, details=details, now=now)
    return len(costs)


@transaction.atomic
def remove_source_cost(*, source: Source, on: date, by: User | None, now: datetime) -> bool:
    removed, _per_model = SourceCost.objects.filter(source=source, on=on).delete()
    if removed:
        record_audit(action="source.cost_removed", actor=by, subject=source, details={"on": on.isoformat()}, now=now)
    return bool(removed)


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


def _refuse_circle(source: Source, parent: Source | None) -> None:
    above = parent
    while above is not None:
        if above.pk == source.pk:
            raise ValidationError({"parent": _("A source can't be part of itself.")})
        above = above.parent
