"""Reads about sources and their cost."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from leads.models import Source, SourceCost, SourceMerge
from leads.source_tree import line_above


def source_list() -> QuerySet[Source]:
    """All but second names."""
    return Source.objects.select_related("parent").filter(merged_into=None)


def source_tree() -> list[Source]:
    """All but second names, by name; those in use first."""
    return sorted(source_list(), key=lambda source: (not source.active, source.name.lower()))


def source_detail(source_id: UUID) -> Source | None:
    return Source.objects.select_related("parent", "merged_into").filter(pk=source_id).first()


def source_choices(*, active_only: bool = False) -> list[tuple[str, str]]:
    rows = source_list()
    if active_only:
        rows = rows.filter(active=True)
    return [(str(pk), name) for pk, name in rows.order_by("name").values_list("pk", "name")]


def source_ids_named() -> dict[str, UUID]:
    """Sources by lower-case name; a second name is that of the source it was merged into."""
    rows = Source.objects.values_list("name", Coalesce("merged_into", "pk"))
    return {name.lower(): pk for name, pk in rows}


def source_ids_known(pks: set[UUID]) -> dict[UUID, UUID]:
    """Those of the sources that are there; what was merged leads to what it was merged into."""
    return dict(Source.objects.filter(pk__in=pks).values_list("pk", Coalesce("merged_into", "pk")))


def source_ids() -> set[UUID]:
    """All of them, second names too."""
    return set(Source.objects.values_list("pk", flat=True))


def source_costs(source_id: UUID, limit: int = 31) -> list[SourceCost]:
    """What the source cost, the newest day first."""
    return list(SourceCost.objects.filter(source=source_id).order_by("-on", "item")[:limit])


def source_cost_list(
    *, source_id: UUID | None = None, since: date | None = None, until: date | None = None
) -> QuerySet[SourceCost]:
    rows = SourceCost.objects.all()
    if source_id:
        rows = rows.filter(source=source_id)
    if since:
        rows = rows.filter(on__gte=since)
    if until:
        rows = rows.filter(on__lte=until)
    return rows


def source_cost_sums(
    *, currency: str, since: date | None, until: date | None
) -> list[tuple[UUID, Decimal | None, int]]:
    """Per source what it cost in this currency, and how many costs are in another and not in the sum."""
    rows = source_cost_list(since=since, until=until).order_by().values("source")
    own = Q(currency=currency)
    sums = rows.annotate(cost=Sum("amount", filter=own), apart=Count("pk", filter=~own))
    return [(row["source"], row["cost"], row["apart"]) for row in sums]


def merge_list(source: Source) -> list[SourceMerge]:
    """What was merged into the source and not taken back, the latest first."""
    rows = SourceMerge.objects.filter(into=source, undone_at=None, source__merged_into=F("into"))
    return list(rows.select_related("source", "by"))


def merge_get(pk: UUID) -> SourceMerge | None:
    return SourceMerge.objects.select_related("source", "into").filter(pk=pk).first()


def sources_above(ids: set[UUID]) -> dict[UUID, list[UUID]]:
    """Each of these sources with what it is part of, from itself upwards; of second names those of the first."""
    if not ids:
        return {}
    rows = list(Source.objects.values_list("pk", "parent_id", "merged_into_id"))
    parents = {pk: parent for pk, parent, _merged in rows}
    first = {pk: merged or pk for pk, _parent, merged in rows}
    return {pk: [pk, *line_above(parents, first.get(pk, pk)), first.get(pk, pk)] for pk in ids}
