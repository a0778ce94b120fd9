"""Reads about possible deals, within what the reader may see."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from accounts.selectors import visible_to
from leads.enums import DealKind
from leads.forecast import Expected, Month, forecast
from leads.models import Opportunity, OpportunityMove, OpportunityStage
from scrm.core.pagination import earlier


def opportunity_moves_of_contact(
    viewer: User,
    contact_id: UUID,
    *,
    before: datetime | None = None,
    before_id: int | None = None,
    text: str = "",
    limit: int = 30,
) -> list[OpportunityMove]:
    """How a contact's deals went, as far as the viewer sees them, newest first, older than a place in the timeline."""
    rows = OpportunityMove.objects.filter(opportunity__contact=contact_id)
    rows = visible_to(viewer, rows, owner="opportunity__owner")
    if text:
        rows = rows.filter(Q(opportunity__name__icontains=text) | Q(reason__icontains=text))
    rows = rows.select_related("opportunity", "to_stage", "by")
    return list(rows.filter(earlier("at", before, before_id)).order_by("-at", "-pk")[:limit])


def opportunity_list(
    viewer: User,
    *,
    search: str = "",
    stage: str = "",
    owner: str = "",
    state: str = "",
    contact: UUID | None = None,
    today: date | None = None,
) -> QuerySet[Opportunity]:
    """Deals that the viewer may see. `state` is open, overdue, won or lost."""
    rows = visible_to(viewer, Opportunity.objects.select_related("contact", "company", "stage", "owner"))
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(contact__name__icontains=search))
    if stage:
        rows = rows.filter(stage=UUID(stage))
    if owner:
        rows = rows.filter(owner=None if owner == "none" else UUID(owner))
    if contact:
        rows = rows.filter(contact=contact)
    if state == "overdue":
        rows = rows.filter(settled_at=None, expected_on__lt=today)
    elif state == "open":
        rows = rows.filter(settled_at=None)
    elif state:
        rows = rows.filter(stage__kind=state)
    return rows


def opportunity_list_of_companies(viewer: User, company_ids: Collection[UUID]) -> QuerySet[Opportunity]:
    """Deals of these companies, or of people who belong to them, that the viewer may see."""
    ids = list(company_ids)
    return opportunity_list(viewer).filter(Q(company__in=ids) | Q(company=None, contact__company__in=ids))


def opportunity_detail(viewer: User, opportunity_id: UUID) -> Opportunity | None:
    return opportunity_list(viewer).filter(pk=opportunity_id).first()


def opportunity_history(opportunity: Opportunity) -> list[OpportunityMove]:
    """How it came to where it is, the latest move first."""
    rows = OpportunityMove.objects.filter(opportunity=opportunity).select_related("from_stage", "to_stage", "by")
    return list(rows.order_by("-at", "-pk"))


def opportunity_stages(*, archived: bool = False) -> list[OpportunityStage]:
    """The pipeline in its order."""
    rows = OpportunityStage.objects.order_by("position", "name")
    return list(rows if archived else rows.filter(archived=False))


def opportunity_stage_rows() -> QuerySet[OpportunityStage]:
    """All of them, archived ones too."""
    return OpportunityStage.objects.all()


def opportunity_stage_first(kind: str) -> OpportunityStage | None:
    """The first stage of the pipeline that means this."""
    return OpportunityStage.objects.filter(kind=kind, archived=False).order_by("position", "name").first()


def opportunity_stage_get(stage_id: UUID) -> OpportunityStage | None:
    return OpportunityStage.objects.filter(pk=stage_id).first()


def opportunity_sizes(viewer: User) -> dict[UUID | None, int]:
    """How many deals that the viewer may see stand at each stage."""
    return dict(opportunity_list(viewer).order_by().values_list("stage").annotate(deals=Count("pk")))


def opportunity_worth(rows: QuerySet[Opportunity]) -> list[tuple[str, Decimal]]:
    """What these come to, per currency: amounts of two are never added."""
    known = rows.exclude(amount=None).order_by().values("currency")
    return list(known.annotate(total=Sum("amount")).order_by("currency").values_list("currency", "total"))


@dataclass(frozen=True, slots=True)
class Column:
    """A stage of the pipeline with its first deals, how many there are, and what all of them come to per currency."""

    stage: OpportunityStage
    deals: list[Opportunity]
    size: int
    sums: list[tuple[str, Decimal]]


def opportunity_board(viewer: User, each: int = 30) -> list[Column]:
    """Every stage of the pipeline, its deals soonest expected first."""
    counted = opportunity_list(viewer).order_by().values_list("stage", "currency")
    sizes: Counter[UUID | None] = Counter()
    sums: dict[UUID | None, list[tuple[str, Decimal]]] = {}
    for stage_id, currency, deals, amount in counted.annotate(Count("pk"), Sum("amount")).order_by("currency"):
        sizes[stage_id] += deals
        if amount is not None:
            sums.setdefault(stage_id, []).append((currency, amount))
    place = Window(RowNumber(), partition_by="stage", order_by=[F("expected_on").asc(nulls_last=True), F("pk").asc()])
    first = opportunity_list(viewer).annotate(place=place).filter(place__lte=each)
    by_stage: dict[UUID | None, list[Opportunity]] = {}
    for deal in first.order_by("place"):
        by_stage.setdefault(deal.stage_id, []).append(deal)
    return [
        Column(stage, by_stage.get(stage.pk, []), sizes[stage.pk], sums.get(stage.pk, []))
        for stage in opportunity_stages()
    ]


def opportunity_forecast(viewer: User, *, currency: str, today: date) -> list[Month]:
    """What open deals that the viewer may see are likely to bring, month by month."""
    rows = opportunity_list(viewer, state="open").values_list("expected_on", "amount", "currency", "stage__probability")
    deals = [Expected(on, amount, held, share or 0) for on, amount, held, share in rows if amount is not None]
    return forecast(deals, currency=currency, today=today)


def opportunity_totals(rows: QuerySet[Opportunity], today: date) -> dict[str, int]:
    """How many of these are open, overdue, won and lost."""
    is_open = Q(settled_at=None)
    return rows.order_by().aggregate(
        open=Count("pk", filter=is_open),
        overdue=Count("pk", filter=is_open & Q(expected_on__lt=today)),
        won=Count("pk", filter=Q(stage__kind=DealKind.WON)),
        lost=Count("pk", filter=Q(stage__kind=DealKind.LOST)),
    )
