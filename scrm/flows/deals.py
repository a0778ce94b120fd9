"""The story of a possible deal: made with what it is about, and changed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from commerce.services_voices import set_opportunity_products
from contacts.models import Contact
from leads.models import Lead, Opportunity, OpportunityStage
from leads.services.opportunities import Deal, change_opportunity, create_opportunity


@transaction.atomic
def deal_made(
    contact: Contact,
    deal: Deal,
    *,
    lead: Lead | None = None,
    stage: OpportunityStage | None = None,
    product_ids: Collection[UUID] = (),
    by: User | None,
    now: datetime,
) -> Opportunity:
    """A possible deal of a contact and their company, about these products. ValidationError."""
    made = create_opportunity(
        contact_id=contact.pk, company_id=contact.company_id, lead=lead, deal=deal, stage=stage, by=by, now=now
    )
    set_opportunity_products(opportunity_id=made.pk, product_ids=product_ids)
    return made


@transaction.atomic
def deal_changed(
    opportunity: Opportunity, deal: Deal, *, product_ids: Collection[UUID] | None = None, by: User | None, now: datetime
) -> bool:
    """What is said of it differs now; False when it does not. ValidationError."""
    changed = change_opportunity(opportunity=opportunity, deal=deal, by=by, now=now)
    if product_ids is not None:
        changed = set_opportunity_products(opportunity_id=opportunity.pk, product_ids=product_ids) or changed
    return changed
