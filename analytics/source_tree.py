"""What each source of the tree brought and cost, with its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounts.enums import Scope
from accounts.models import User
from analytics import figure_queries
from analytics.figures import Figures, total
from analytics.funnel import ReportFilters
from analytics.selectors import leads_within
from leads.models import Source
from leads.selectors.sources import source_cost_sums, source_tree
from leads.source_tree import in_order
from tenants.selectors import tenant_current


@dataclass(frozen=True, slots=True)
class SourceNode:
    """A source as a line of the tree: `own` is what came by itself, `whole` includes its parts."""

    source: Source
    depth: int
    parts: int
    own: Figures
    whole: Figures


@dataclass(frozen=True, slots=True)
class SourceTree:
    nodes: list[SourceNode]
    unknown: Figures
    """What came by no source."""
    total: Figures


def source_figures(user: User, *, since: date | None, until: date | None, archived: bool = True) -> SourceTree:
    """The tree, with the leads of the period that the user may see.

    A cost belongs to the whole source, so it is told only to those who see all of its leads.
    """
    own = _own_figures(user, since, until)
    placed = list(in_order(source_tree()))
    nodes = [_node(placed, place, own) for place in range(len(placed))]
    unknown = own.get(None, Figures())
    whole = total(own.values())
    shown = [node for node in nodes if archived or node.source.active or node.whole != Figures()]
    return SourceTree(shown, unknown, whole)


def _own_figures(user: User, since: date | None, until: date | None) -> dict[UUID | None, Figures]:
    currency = tenant_current().currency
    leads = leads_within(user, ReportFilters(since=since, until=until))
    found = {
        source_id: Figures(*counts) for source_id, *counts in figure_queries.figures_by_source(leads, currency=currency)
    }
    if user.data_scope == Scope.ALL:
        for source_id, cost, apart in source_cost_sums(currency=currency, since=since, until=until):
            found[source_id] = found.get(source_id, Figures()) + Figures(cost=cost, apart=apart)
    return found


def _node(placed: Sequence[tuple[Source, int]], place: int, own: dict[UUID | None, Figures]) -> SourceNode:
    source, depth = placed[place]
    below = []
    for part, deep in placed[place + 1 :]:
        if deep <= depth:
            break
        below.append((part, deep))
    whole = total(own.get(each.pk, Figures()) for each in [source, *(part for part, _deep in below)])
    parts = sum(deep == depth + 1 for _part, deep in below)
    return SourceNode(source, depth, parts, own.get(source.pk, Figures()), whole)
