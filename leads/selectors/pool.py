"""Reads of the public pool: what may be offered to whom, and how they stand who would claim."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.enums import Scope
from accounts.models import User
from accounts.selectors import department_ids_below
from contacts.enums import OwnerWhy
from contacts.models import OwnerChange
from leads.enums import OPEN_STATUSES
from leads.inputs import CREATED
from leads.models import Lead, LeadArrival, PoolPolicy, PoolRule, PoolWarning, Touch
from leads.selectors.sources import sources_above

_POOLED = Q(owner=None, status__in=OPEN_STATUSES, contact__owner=None, contact__erased_at=None)


def pool_policy() -> PoolPolicy:
    """The rules of the business; what the model says where nobody said anything."""
    return PoolPolicy.objects.first() or PoolPolicy()


def pool_list(viewer: User, *, policy: PoolPolicy, now: datetime) -> QuerySet[Lead]:
    """Of each customer in the pool who may be offered to the viewer the newest open lead; who came last first.

    `since` is when they came into the pool, `left_by` who had them last, `left_why` a `PutBack`, `left_me_at` when the
    viewer gave or lost them lately.
    """
    newer = Lead.objects.filter(
        contact=OuterRef("contact"), owner=None, status__in=OPEN_STATUSES, pk__gt=OuterRef("pk")
    )
    rows = offered_to(viewer, Lead.objects.filter(_POOLED), policy=policy).filter(~Exists(newer))
    mine = _left().filter(before=viewer.pk, why=OwnerWhy.POOL, at__gt=now - timedelta(days=policy.barred_days))
    return (
        rows.select_related("contact__company", "source")
        .annotate(
            since=Coalesce(Subquery(_left().values("at")[:1]), "captured_at", output_field=DateTimeField()),
            left_by=Subquery(_left().values("before__full_name")[:1]),
            left_why=Subquery(_left().values("reason")[:1]),
            left_me_at=Subquery(mine.values("at")[:1]),
        )
        .order_by("-updated_at", "-pk")
    )


def offered_to(viewer: User, rows: QuerySet[Lead], *, policy: PoolPolicy) -> QuerySet[Lead]:
    """Those of the leads that come from no department, or from one where the viewer may claim.

    From that of whoever had the customer last; else of the link that brought the lead, or the rule that put it here.
    """
    if policy.across_departments or viewer.data_scope == Scope.ALL:
        return rows
    brought = Touch.objects.filter(lead=OuterRef("pk"), brought=True).values("link__department")[:1]
    ruled = LeadArrival.objects.filter(lead=OuterRef("pk"), outcome=CREATED).values("rule__department")[:1]
    last = _left().values("before__department")[:1]
    rows = rows.annotate(from_department=Coalesce(Subquery(last), Subquery(brought), Subquery(ruled)))
    below = department_ids_below(viewer.department_id)
    return rows.filter(Q(from_department=None) | Q(from_department__in=below))


def pool_list_filtered(
    rows: QuerySet[Lead], *, city: str = "", source: str = "", rating: str = "", came_by: str = ""
) -> QuerySet[Lead]:
    """Narrow the pool; `source` and `rating` may be `none`."""
    if city:
        rows = rows.filter(contact__city=city)
    if source:
        rows = rows.filter(source=None if source == "none" else UUID(source))
    if rating:
        rows = rows.filter(rating="" if rating == "none" else rating)
    if came_by:
        rows = rows.filter(came_by=came_by)
    return rows


def pool_cities(rows: QuerySet[Lead], limit: int = 30) -> list[str]:
    """Where most of the pool's customers are."""
    cities = rows.exclude(contact__city="").order_by().values("contact__city").annotate(leads=Count("pk"))
    return [row["contact__city"] for row in cities.order_by("-leads", "contact__city")[:limit]]


def pool_numbers(viewer: User, *, policy: PoolPolicy, now: datetime, day_began: datetime) -> dict[str, int]:
    """How many wait that the viewer may be offered; and, of the viewer's colleagues, what moved in seven days."""
    week = day_began - timedelta(days=6)
    moves = OwnerChange.objects.filter(why=OwnerWhy.POOL, at__gte=week)
    if viewer.data_scope != Scope.ALL:
        below = department_ids_below(viewer.department_id)
        moves = moves.filter(Q(before__department__in=below) | Q(after__department__in=below))
    counted: dict[str, Any] = moves.aggregate(
        claimed=Count("pk", filter=Q(after__isnull=False)), came=Count("pk", filter=Q(after=None))
    )
    return {"waiting": pool_list(viewer, policy=policy, now=now).count(), **counted}


def pool_lead(viewer: User, lead_id: UUID, *, policy: PoolPolicy) -> Lead | None:
    """A lead of a customer in the pool who may be offered to the viewer."""
    rows = offered_to(viewer, Lead.objects.filter(_POOLED, pk=lead_id), policy=policy)
    return rows.select_related("contact").first()


def claimed_lead(viewer: User, lead_id: UUID, *, policy: PoolPolicy) -> Lead | None:
    """A lead that somebody claimed out of what was offered to the viewer too, with its owner."""
    claims = OwnerChange.objects.filter(
        contact=OuterRef("contact"), why=OwnerWhy.POOL, after=OuterRef("contact__owner")
    )
    rows = Lead.objects.filter(Exists(claims), pk=lead_id, contact__erased_at=None)
    return offered_to(viewer, rows, policy=policy).select_related("contact__owner").first()


def claim_count(user_id: UUID, *, since: datetime) -> int:
    """How many customers they claimed for themselves since then."""
    return OwnerChange.objects.filter(after=user_id, by=user_id, why=OwnerWhy.POOL, at__gte=since).count()


def left_at(contact_id: UUID, user_id: UUID, *, since: datetime) -> datetime | None:
    """When the customer left this person for the pool, at last, since then."""
    rows = OwnerChange.objects.filter(contact=contact_id, before=user_id, after=None, why=OwnerWhy.POOL, at__gt=since)
    return rows.order_by("-at").values_list("at", flat=True).first()


def pool_rule_list() -> list[PoolRule]:
    rows = PoolRule.objects.select_related("source")
    return sorted(rows, key=lambda rule: (rule.source is None, rule.source.name.lower() if rule.source else ""))


def pool_rule_detail(pk: UUID) -> PoolRule | None:
    return PoolRule.objects.select_related("source").filter(pk=pk).first()


def days_by_source(source_ids: set[UUID]) -> tuple[dict[UUID, int], int | None]:
    """After how many days customers of these sources go, where a rule says so; and those of all others."""
    days: dict[UUID | None, int] = dict(PoolRule.objects.filter(active=True).values_list("source", "days"))
    found = {}
    for pk, line in sources_above(source_ids).items():
        nearest = next((days[each] for each in line if each in days), None)
        if nearest is not None:
            found[pk] = nearest
    return found, days.get(None)


def warning_list(viewer: User, *, limit: int = 50) -> list[PoolWarning]:
    """The viewer's own customers that go to the pool next."""
    rows = PoolWarning.objects.filter(owner=viewer, contact__owner=viewer, contact__erased_at=None)
    return list(rows.select_related("contact").order_by("due_at", "pk")[:limit])


def contact_ids_warned(*, limit: int, now: datetime) -> list[UUID]:
    """Customers whose time to go has come."""
    due = PoolWarning.objects.filter(due_at__lte=now).order_by("due_at")
    return list(due.values_list("pk", flat=True)[:limit])


def _left() -> QuerySet[OwnerChange]:
    """How the customer of a lead came to be nobody's, the last time first."""
    return OwnerChange.objects.filter(contact=OuterRef("contact"), after=None).order_by("-at", "-pk")
