"""Writes of campaigns: period, budget, goal and the sources that bring their leads."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from campaigns.models import Campaign
from leads.models import Source


@transaction.atomic
def save_campaign(
    *,
    campaign: Campaign | None = None,
    name: str,
    kind: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    budget: Decimal | None = None,
    currency: str = "CNY",
    goal: str = "",
    sources: Iterable[Source] = (),
    by: User | None,
    now: datetime,
) -> Campaign:
    if starts_on and ends_on and ends_on < starts_on:
        raise ValidationError({"ends_on": _("This is before the first day.")})
    campaign = campaign or Campaign(created_at=now)
    campaign.name, campaign.kind, campaign.goal = name.strip(), kind.strip(), goal.strip()
    campaign.starts_on, campaign.ends_on = starts_on, ends_on
    campaign.budget, campaign.currency = budget, currency
    campaign.full_clean()
    campaign.save()
    campaign.sources.set(sources)
    record_audit(action="campaign.saved", actor=by, subject=campaign, details={"name": campaign.name}, now=now)
    return campaign
