"""The story of a possible deal: made with what it is about, changed, and moved on to its end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.models import User
from commerce.services_voices import set_opportunity_products
from contacts.models import Contact
from contacts.services import hold_contact
from exchange.enums import HookEvent
from leads.enums import DealKind
from leads.models import Lead, Opportunity, OpportunityStage
from leads.services.opportunities import Deal, change_opportunity, create_opportunity, move_opportunity
from scheduler.services import due_work
from scrm.flows.telling import told

_ENDS: Final = {DealKind.WON: HookEvent.OPPORTUNITY_WON, DealKind.LOST: HookEvent.OPPORTUNITY_LOST}


@dataclass(frozen=True, slots=True)
class DealChange:
    """What becomes of a deal; None is left as it is."""

    deal: Deal | None = None
    product_ids: Collection[UUID] | None = None
    stage: OpportunityStage | None = None
    reason: str = ""


def deal_made(
    contact: Contact,
    deal: Deal,
    *,
    lead: Lead | None = None,
    stage: OpportunityStage | None = None,
    product_ids: Collection[UUID] = (),
    reason: str = "",
    by: User | None,
    now: datetime,
) -> Opportunity:
    """A possible deal of a contact and their company, about these products. ValidationError."""
    with due_work():
        hold_contact(contact_id=contact.pk)
        made = create_opportunity(
            contact_id=contact.pk,
            company_id=contact.company_id,
            lead=lead,
            deal=deal,
            stage=stage,
            reason=reason,
            by=by,
            now=now,
        )
        set_opportunity_products(opportunity_id=made.pk, product_ids=product_ids)
        told(HookEvent.OPPORTUNITY_CREATED, [_ids(made)], now=now)
        _tell_end(made, now)
        return made


def deal_changed(
    opportunity: Opportunity, deal: Deal, *, product_ids: Collection[UUID] | None = None, by: User | None, now: datetime
) -> bool:
    """What is said of it differs now; False when it does not. ValidationError."""
    return deal_updated(opportunity, DealChange(deal, product_ids), by=by, now=now)


def deal_moved(
    opportunity: Opportunity, stage: OpportunityStage, *, reason: str = "", by: User | None, now: datetime
) -> bool:
    """It came to another stage, perhaps its last; False when it is there. ValidationError."""
    return deal_updated(opportunity, DealChange(stage=stage, reason=reason), by=by, now=now)


def deal_updated(opportunity: Opportunity, change: DealChange, *, by: User | None, now: datetime) -> bool:
    """All of the change, or nothing; False when nothing differs. ValidationError."""
    with due_work():
        changed = change.deal is not None and change_opportunity(
            opportunity=opportunity, deal=change.deal, by=by, now=now
        )
        if change.product_ids is not None:
            said = set_opportunity_products(opportunity_id=opportunity.pk, product_ids=change.product_ids)
            changed = said or changed
        if change.stage is None:
            return changed
        moved = move_opportunity(opportunity=opportunity, stage=change.stage, reason=change.reason, by=by, now=now)
        if moved is None:
            return changed
        held, before = moved
        told(HookEvent.OPPORTUNITY_MOVED, [_ids(held) | {"previous_stage_id": before}], now=now)
        _tell_end(held, now)
        return True


def _tell_end(deal: Opportunity, now: datetime) -> None:
    end = _ENDS.get(DealKind(deal.stage.kind)) if deal.stage else None
    if end is not None:
        told(end, [_ids(deal)], now=now)


def _ids(deal: Opportunity) -> dict[str, object]:
    return {"opportunity_id": deal.pk, "contact_id": deal.contact_id, "stage_id": deal.stage_id}
