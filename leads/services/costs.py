"""Writes about what sources cost."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from leads.costs import AMOUNT_MOST, DAYS_MOST, EARLIEST, Cost, per_day, worth
from leads.enums import CostOrigin
from leads.models import Source, SourceCost

_BATCH: Final = 2_000
_DAYS_AT_ONCE: Final = 50_000


def check_cost(cost: Cost, currency: str) -> dict[str, str]:
    """What is wrong with a cost as stated, by field; nothing where it can be kept."""
    problems = {}
    days = (cost.last - cost.first).days + 1
    if cost.first < EARLIEST:
        problems["first"] = _("Choose a day from the year 2000 on.")
    if days < 1:
        problems["last"] = _("This is before the first day.")
    elif days > DAYS_MOST:
        problems["last"] = _("A cost is spread over %(most)s days at most.") % {"most": DAYS_MOST}
    if cost.amount < 0:
        problems["amount"] = _("A cost can't be below zero.")
    if cost.currency == currency and cost.rate not in (None, 1):
        problems["rate"] = _("No rate is needed: this is the business's own currency.")
    elif cost.currency != currency and cost.rate is None:
        reason = _("Say what one %(foreign)s is worth in %(own)s.")
        problems["rate"] = reason % {"foreign": cost.currency, "own": currency}
    elif cost.rate is not None and cost.rate <= 0:
        problems["rate"] = _("A rate is above zero.")
    if not problems and worth(cost, currency) > AMOUNT_MOST:
        problems["amount"] = _("This amount is too large.")
    return problems


@transaction.atomic
def set_source_costs(
    *,
    costs: Sequence[tuple[UUID, Cost]],
    currency: str,
    came_by: str = CostOrigin.HAND,
    by: User | None,
    now: datetime,
) -> int:
    """Keep what sources cost, spread over the days of each; gives the number of days that were set.

    A day, item and source said again take the later figure. ValidationError names what can't be kept.
    """
    if sum((cost.last - cost.first).days + 1 for _source_id, cost in costs) > _DAYS_AT_ONCE:
        raise ValidationError(_("These are costs of too many days at once; send them in parts."))
    days: dict[tuple[UUID, date, str], SourceCost] = {}
    for source_id, cost in costs:
        problems = check_cost(cost, currency)
        if problems:
            raise ValidationError({field: [reason] for field, reason in problems.items()})
        for day in per_day(cost, currency):
            days[source_id, day.on, day.item] = SourceCost(
                source_id=source_id,
                on=day.on,
                item=day.item,
                amount=day.amount,
                currency=currency,
                stated_amount=day.stated_amount,
                stated_currency=day.stated_currency,
                rate=day.rate,
                came_by=came_by,
            )
    SourceCost.objects.bulk_create(
        # In the order of the index, so that two batches can't wait for each other.
        [days[key] for key in sorted(days)],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["source", "on", "item"],
        update_fields=["amount", "currency", "stated_amount", "stated_currency", "rate", "came_by"],
    )
    told = {"costs": len(costs), "days": len(days), "amount": str(sum(cost.amount for cost in days.values()))}
    sources = {source_id for source_id, _cost in costs}
    subject = Source.objects.filter(pk__in=sources).first() if len(sources) == 1 else None
    details = {**told, "currency": currency, "came_by": came_by}
    record_audit(action="source.cost_set", actor=by, subject=subject, details=details, now=now)
    return len(days)


@transaction.atomic
def remove_source_cost(*, source: Source, on: date, item: str = "", by: User | None, now: datetime) -> bool:
    removed, _per_model = SourceCost.objects.filter(source=source, on=on, item=item).delete()
    if removed:
        details = {"on": on.isoformat(), "item": item}
        record_audit(action="source.cost_removed", actor=by, subject=source, details=details, now=now)
    return bool(removed)
