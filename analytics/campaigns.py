"""What a campaign brought within its days, what it cost, and how it stands against its goal."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.enums import Scope
from accounts.models import User
from analytics import figure_queries
from analytics.figures import Figures, total
from analytics.funnel import ReportFilters
from analytics.selectors import leads_within
from campaigns.campaign_selectors import campaign_form_ids, campaign_links
from campaigns.enums import GoalMetric
from campaigns.models import Campaign
from campaigns.pace import Pace, pace_of
from campaigns.selectors import campaign_source_ids
from leads.models import FormTally, Lead, LinkHour
from leads.selectors.sources import source_cost_sums
from tenants.selectors import tenant_current, tenant_zone


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """`visits` are openings of its links and views of its forms; a link to one of its forms counts once."""

    visits: int
    figures: Figures
    budget: Decimal | None
    currency: str
    goal: Pace | None
    spending: Pace | None

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The funnel as it is drawn; without visits it begins at the leads."""
        named = [
            (_("Visits"), self.visits),
            (_("Leads"), self.figures.leads),
            (_("Effective"), self.figures.effective),
            (_("Rated A or B"), self.figures.promising),
            (_("Won"), self.figures.won),
        ]
        return [{"label": label, "value": value} for label, value in named[not self.visits :]]


def campaign_figures(user: User, campaign: Campaign, *, today: date) -> CampaignFigures:
    """Of the leads that the user may see; costs are told to those who see all."""
    currency = tenant_current().currency
    forms = campaign_form_ids(campaign)
    links = campaign_links(campaign)
    sources = campaign_source_ids(campaign)
    leads = _leads(user, campaign, sources, forms, [link.pk for link in links])
    rows = figure_queries.figures_by_source(leads, currency=currency)
    figures = total(Figures(*counts) for _source, *counts in rows)
    if user.data_scope == Scope.ALL:
        sums = source_cost_sums(currency=currency, since=campaign.starts_on, until=campaign.ends_on)
        figures = total(
            [figures, *(Figures(cost=cost, apart=apart) for source, cost, apart in sums if source in sources)]
        )
    goal = spending = None
    if campaign.goal_metric and campaign.goal_target is not None:
        reached = Decimal(_REACHED[GoalMetric(campaign.goal_metric)](figures))
        last = campaign.goal_by or campaign.ends_on
        goal = pace_of(reached=reached, target=campaign.goal_target, first=campaign.starts_on, last=last, today=today)
    if campaign.budget is not None and campaign.currency == currency and figures.cost is not None:
        first, last = campaign.starts_on, campaign.ends_on
        spending = pace_of(reached=figures.cost, target=campaign.budget, first=first, last=last, today=today)
    elsewhere = [link.pk for link in links if link.form_id not in forms]
    return CampaignFigures(_visits(campaign, forms, elsewhere), figures, campaign.budget, currency, goal, spending)


_REACHED = {
    GoalMetric.LEADS: lambda figures: figures.leads,
    GoalMetric.EFFECTIVE: lambda figures: figures.effective,
    GoalMetric.PROMISING: lambda figures: figures.promising,
    GoalMetric.WON: lambda figures: figures.won,
    GoalMetric.REVENUE: lambda figures: figures.revenue,
}


def frozen(found: CampaignFigures) -> dict[str, Any]:
    """The figures as they are kept with a review: plain, so that they never change with the code."""
    figures = found.figures
    money = {
        name: _said(getattr(figures, name)) for name in ("cost", "revenue", "cost_per_lead", "cost_per_deal", "roi")
    }
    counts = {name: getattr(figures, name) for name in ("leads", "effective", "promising", "won", "orders")}
    goal = found.goal
    return {
        "visits": found.visits,
        **counts,
        **money,
        "currency": found.currency,
        "budget": _said(found.budget),
        "goal": {"reached": _said(goal.reached), "target": _said(goal.target)} if goal else None,
    }


def _leads(user: User, campaign: Campaign, sources: list[Any], forms: list[Any], links: list[Any]) -> QuerySet[Lead]:
    rows = leads_within(user, ReportFilters(since=campaign.starts_on, until=campaign.ends_on))
    brought = Lead.objects.filter(touches__link__in=links, touches__brought=True).values("pk")
    return rows.filter(Q(source__in=sources) | Q(form__in=forms) | Q(pk__in=brought))


def _visits(campaign: Campaign, forms: list[Any], links: list[Any]) -> int:
    tallies = FormTally.objects.filter(form__in=forms)
    hours = LinkHour.objects.filter(link__in=links)
    if campaign.starts_on:
        tallies = tallies.filter(on__gte=campaign.starts_on)
        hours = hours.filter(at__gte=_midnight(campaign.starts_on))
    if campaign.ends_on and campaign.ends_on < date.max:
        tallies = tallies.filter(on__lte=campaign.ends_on)
        hours = hours.filter(at__lt=_midnight(campaign.ends_on + timedelta(days=1)))
    views: int = tallies.aggregate(found=Sum("views", default=0))["found"]
    visits: int = hours.aggregate(found=Sum("visits", default=0))["found"]
    return views + visits


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tenant_zone())


def _said(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
