"""Reads of tiers: schemes, how many are where, and who moved."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, QuerySet

from accounts.models import User
from accounts.selectors import visible_to
from commerce.enums import TierKind
from commerce.models import Tier, TierMove, TierPlace, TierScheme
from scrm.core.counting import count_of

SCORES = range(1, 6)


class Cell(NamedTuple):
    """How many customers have these scores of recency and frequency, and how much they are beside the fullest."""

    recency: int
    frequency: int
    customers: int
    share: int


class Filled(NamedTuple):
    """A tier, and how many customers are in it."""

    tier: Tier
    customers: int


class Flow(NamedTuple):
    """How many went from one tier to another; None is outside."""

    before: str | None
    after: str | None
    customers: int


def scheme_list(user: User) -> QuerySet[TierScheme]:
    """Every scheme, with how many customers that the user may see are in it."""
    places = visible_to(user, TierPlace.objects.all(), owner="contact__owner")
    return TierScheme.objects.annotate(customers=count_of(places, "scheme")).prefetch_related("tiers")


def scheme_get(pk: UUID) -> TierScheme | None:
    return TierScheme.objects.filter(pk=pk).first()


def rule_schemes() -> list[TierScheme]:
    """Those in use whose tiers are rules."""
    return list(TierScheme.objects.filter(kind=TierKind.RULE, active=True).prefetch_related("tiers").order_by("pk"))


def tier_conditions() -> list[tuple[str, dict[str, Any]]]:
    """Name, with that of its scheme, and rule of each tier that has one; of schemes that are off too."""
    rows = Tier.objects.filter(scheme__kind=TierKind.RULE).order_by("scheme__name", "position")
    return [(f"{scheme}: {name}", rule) for scheme, name, rule in rows.values_list("scheme__name", "name", "condition")]


def tier_get(pk: UUID) -> Tier | None:
    return Tier.objects.filter(pk=pk).select_related("scheme").first()


def tiers_of(user: User, scheme: TierScheme) -> list[Filled]:
    """The tiers of a scheme in their order, with how many customers that the user may see are in each."""
    places = visible_to(user, TierPlace.objects.all(), owner="contact__owner")
    rows = scheme.tiers.select_related("scheme").annotate(customers=count_of(places, "tier"))
    return [Filled(tier, tier.customers) for tier in rows.order_by("position", "pk")]


def tier_rows(user: User) -> QuerySet[Tier]:
    """Every tier with its scheme and how many customers that the user may see are in it."""
    places = visible_to(user, TierPlace.objects.all(), owner="contact__owner")
    return Tier.objects.select_related("scheme").annotate(customers=count_of(places, "tier"))


def rfm_grid(user: User, scheme: TierScheme) -> list[list[Cell]]:
    """Customers by their scores: rows of frequency, the highest first, of columns of recency."""
    places = visible_to(user, TierPlace.objects.filter(scheme=scheme), owner="contact__owner").order_by()
    counted = {
        (recency, frequency): count
        for recency, frequency, count in places.values_list("recency", "frequency").annotate(Count("pk"))
    }
    most = max(counted.values(), default=1)
    return [
        [
            Cell(recency, frequency, count, -(-5 * count // most))
            for recency in SCORES
            for count in [counted.get((recency, frequency), 0)]
        ]
        for frequency in reversed(SCORES)
    ]


def movement(user: User, scheme: TierScheme, *, since: datetime) -> list[Flow]:
    """Who moved between tiers since a moment, the most frequent way first; first placings are no moves."""
    rows = visible_to(user, TierMove.objects.filter(scheme=scheme, at__gte=since), owner="contact__owner")
    counted: Any = (
        rows.order_by().values(source=F("before__name"), target=F("after__name")).annotate(customers=Count("pk"))
    )
    flows = [Flow(each["source"], each["target"], each["customers"]) for each in counted]
    return sorted(flows, key=lambda flow: (-flow.customers, flow.before or "", flow.after or ""))


def places_of_contact(contact_id: UUID) -> list[TierPlace]:
    """In which tiers somebody is."""
    rows = TierPlace.objects.filter(contact=contact_id).exclude(tier=None)
    return list(rows.select_related("tier", "scheme").order_by("scheme__name"))
