"""Reads of the board and the list: who stands in which stage, as far as the reader sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from accounts.models import User
from accounts.selectors import owner_ids_visible, visible_to
from leads.models import Lead
from lifecycle.models import Lifecycle, Position, Stage


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Whose contacts (`none`: nobody's), by which source they came, and of which sets of contacts they are."""

    owner: str = ""
    source: str = ""
    within: Sequence[QuerySet[Any, Any]] = ()


def position_list(user: User, lifecycle: Lifecycle, narrowed: Narrowed | None = None) -> QuerySet[Position]:
    """Who stands in a lifecycle, each with owner, stage and next deadline."""
    narrowed = narrowed or Narrowed()
    rows = visible_to(user, Position.objects.filter(lifecycle=lifecycle), owner="contact__owner")
    if narrowed.owner:
        rows = rows.filter(contact__owner=None if narrowed.owner == "none" else UUID(narrowed.owner))
    if narrowed.source:
        came = Lead.objects.filter(contact=OuterRef("contact"), source=UUID(narrowed.source))
        rows = rows.filter(Exists(came))
    for ids in narrowed.within:
        rows = rows.filter(contact__in=ids)
    return rows.select_related(
        "contact__owner", "contact__company", "stage", "deadline__to_stage", "deadline__loss_reason"
    )


def position_list_everywhere(user: User) -> QuerySet[Position]:
    """Who stands in whatever lifecycle."""
    rows = visible_to(user, Position.objects.all(), owner="contact__owner")
    return rows.select_related("contact__owner")


def board_sizes(user: User, rows: QuerySet[Position], currency: str) -> dict[UUID, tuple[int, Decimal | None]]:
    """How many stand in each stage, and what those of their open deals come to that the reader sees, in the currency.

    Two statements: few of very many have a deal, and counting over both at once would sort everybody.
    """
    plain = rows.order_by().select_related(None)
    sizes = plain.values("stage").annotate(size=Count("pk"))
    asked: dict[str, Any] = {"settled_at": None, "currency": currency}
    # A customer may be another's than their deal.
    owners = owner_ids_visible(user)
    if owners is not None:
        asked["owner__in"] = owners
    # In one filter, so that all of it is asked of the same deal.
    open_deals = plain.filter(**{f"contact__opportunities__{name}": value for name, value in asked.items()})
    told = open_deals.values("stage").annotate(worth=Sum("contact__opportunities__amount"))
    worths = dict(told.values_list("stage", "worth"))
    return {stage_id: (size, worths.get(stage_id)) for stage_id, size in sizes.values_list("stage", "size")}


def board_cards(rows: QuerySet[Position], stages: Sequence[Stage], limit: int) -> dict[UUID, list[Position]]:
    """The newest contacts of each stage, all stages in one statement."""
    found: dict[UUID, list[Position]] = {stage.pk: [] for stage in stages}
    if not stages:
        return found
    columns = [rows.filter(stage=stage).order_by("-since", "-pk")[:limit] for stage in stages]
    for position in columns[0].union(*columns[1:], all=True) if len(columns) > 1 else columns[0]:
        found[position.stage_id].append(position)
    return found


def cards_after(rows: QuerySet[Position], stage: Stage, since: datetime, pk: int, limit: int) -> list[Position]:
    """The next contacts of a stage, behind a place in its column."""
    behind = Q(since__lt=since) | Q(since=since, pk__lt=pk)
    return list(rows.filter(behind, stage=stage).order_by("-since", "-pk")[:limit])
