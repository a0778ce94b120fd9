"""Writes about campaigns: themselves, and what was learnt from them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from campaigns.models import Campaign, CampaignReview, NextAction
from leads.models import Source


@transaction.atomic
def save_campaign(*, campaign: Campaign, sources: Sequence[Source]) -> Campaign:
    """ValidationError names the field that is wrong."""
    if campaign.starts_on and campaign.ends_on and campaign.ends_on < campaign.starts_on:
        raise ValidationError({"ends_on": _("This is before the first day.")})
    if bool(campaign.goal_metric) != (campaign.goal_target is not None):
        raise ValidationError({"goal_target": _("A goal has both what is counted and how much of it.")})
    campaign.full_clean()
    campaign.save()
    campaign.sources.set(sources)
    return campaign


@transaction.atomic
def copy_campaign(*, campaign: Campaign, by: User | None, now: datetime) -> Campaign:
    """The same plan once more, without days: they are chosen anew."""
    name = _("%(name)s (copy)") % {"name": campaign.name[:100]}
    copy = Campaign(
        name=name,
        kind=campaign.kind,
        budget=campaign.budget,
        currency=campaign.currency,
        goal=campaign.goal,
        goal_metric=campaign.goal_metric,
        goal_target=campaign.goal_target,
        created_at=now,
    )
    save_campaign(campaign=copy, sources=list(campaign.sources.all()))
    details = {"from": str(campaign.pk), "name": campaign.name}
    record_audit(action="campaign.copied", actor=by, subject=copy, details=details, now=now)
    return copy


@transaction.atomic
def review_campaign(
    *,
    campaign: Campaign,
    figures: dict[str, Any],
    worked: str,
    repeat: str,
    stop: str,
    by: User | None,
    now: datetime,
) -> CampaignReview:
    """Write down what was learnt. The first time the figures are kept as they are; from then on they stand."""
    said = {"worked": worked.strip(), "repeat": repeat.strip(), "stop": stop.strip()}
    # One after another, for the figures are those of whoever was first.
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    first = {"figures": figures, "reviewed_at": now, "reviewed_by": by}
    review, made = CampaignReview.objects.get_or_create(campaign=campaign, defaults={**first, **said})
    if not made:
        for name, text in said.items():
            setattr(review, name, text)
        review.save(update_fields=list(said))
    action = "campaign.reviewed" if made else "campaign.review_changed"
    record_audit(action=action, actor=by, subject=campaign, details={"name": campaign.name}, now=now)
    return review


@transaction.atomic
def add_next_action(
    *, review: CampaignReview, text: str, owner: User | None, due_on: date | None, by: User | None, now: datetime
) -> NextAction:
    action = NextAction(review=review, text=" ".join(text.split()), owner=owner, due_on=due_on)
    action.full_clean(exclude={"review", "owner"})
    action.save(force_insert=True)
    details = {"owner": str(owner.pk) if owner else ""}
    record_audit(action="campaign.action_added", actor=by, subject=review.campaign, details=details, now=now)
    return action


@transaction.atomic
def finish_next_action(*, action: NextAction, done: bool, by: User | None, now: datetime) -> None:
    """Say that it was done, or that it was not after all."""
    rows = NextAction.objects.filter(pk=action.pk, done_at__isnull=done)
    if rows.update(done_at=now if done else None):
        subject = action.review.campaign
        details = {"action": str(action.pk), "done": done}
        record_audit(action="campaign.action_settled", actor=by, subject=subject, details=details, now=now)


def move_source_of_campaigns(*, source: Source, into: Source) -> None:
    """Campaigns that count the leads of one source count those of another as well."""
    for campaign in Campaign.objects.filter(sources=source).order_by("pk"):
        campaign.sources.add(into)
