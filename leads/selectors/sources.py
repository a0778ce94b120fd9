"""Reads about sources and their cost."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from accounts.enums import Scope
from accounts.models import User
from accounts.selectors import visible_to
from leads.enums import LeadStatus
from leads.models import Lead, Source, SourceCost


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source with what it brought and cost in a period."""

    source: Source
    leads: int
    won: int
    cost: Decimal | None

    @property
    def won_share(self) -> float | None:
        return self.won / self.leads if self.leads else None

    @property
    def cost_per_lead(self) -> Decimal | None:
        return self.cost / self.leads if self.cost is not None and self.leads else None


def source_rows(viewer: User, *, since: datetime, first_day: date) -> list[SourceRow]:
    """Every source, the one that brought most leads since then first.

    A cost belongs to the whole source, so it is told only to those who see all of its leads.
    """
    leads = visible_to(viewer, Lead.objects.filter(captured_at__gte=since)).order_by().values("source")
    brought = {
        row["source"]: row
        for row in leads.annotate(leads=Count("pk"), won=Count("pk", filter=Q(status=LeadStatus.WON)))
    }
    costs = SourceCost.objects.filter(on__gte=first_day).order_by().values("source").annotate(cost=Sum("amount"))
    told = viewer.data_scope == Scope.ALL
    cost_of = {row["source"]: row["cost"] for row in costs} if told else {}
    nothing = {"leads": 0, "won": 0}
    rows = [
        SourceRow(source, found["leads"], found["won"], cost_of.get(source.pk))
        for source in Source.objects.select_related("parent")
        for found in [brought.get(source.pk, nothing)]
    ]
    return sorted(rows, key=lambda row: (not row.source.active, -row.leads, row.source.name))


def source_list() -> QuerySet[Source]:
    return Source.objects.select_related("parent")


def source_detail(source_id: UUID) -> Source | None:
    return Source.objects.select_related("parent").filter(pk=source_id).first()


def source_choices(*, active_only: bool = False) -> list[tuple[str, str]]:
    rows = Source.objects.filter(active=True) if active_only else Source.objects.all()
    return [(str(pk), name) for pk, name in rows.order_by("name").values_list("pk", "name")]


def source_costs(source_id: UUID, limit: int = 31) -> list[SourceCost]:
    """What the source cost, the newest day first."""
    return list(SourceCost.objects.filter(source=source_id).order_by("-on")[:limit])
