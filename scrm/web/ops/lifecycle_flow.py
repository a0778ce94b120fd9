"""The flow of a lifecycle: who went from where to where in a period, how long it took, and where people are lost."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.selectors import source_choices
from lifecycle.models import Lifecycle, Stage
from lifecycle.selectors_flow import Flow, FlowFilter, StageFlow, flow_of
from scrm.core import clock
from scrm.core.instants import instant_of
from scrm.web.access import Visit, may
from scrm.web.ops.lead_forms import owner_choices
from scrm.web.ops.lifecycle_page import frame, lifecycle_asked
from scrm.web.ops.reports import PERIODS, PeriodFilter
from scrm.web.sankey import draw
from tenants.selectors import tenant_zone

_ENTERED = None
"""Where newcomers come from."""


class FlowForm(PeriodFilter):
    def __init__(self, request: Visit) -> None:
        super().__init__(request)
        self.choose("period", gettext_lazy("Moved"), gettext_lazy("In 90 days"), PERIODS)
        self.choose("source", gettext_lazy("Source"), gettext_lazy("Any source"), source_choices())
        nobody = [("none", _("Nobody"))]
        self.choose("owner", gettext_lazy("Owner"), gettext_lazy("Any owner"), nobody + owner_choices(request.user))

    def asked(self) -> FlowFilter:
        days, chosen, zone = self.filters(), self.chosen, tenant_zone()
        since = instant_of(days.since, time(), zone) if days.since else None
        until = instant_of(days.until + timedelta(days=1), time(), zone) if days.until else None
        return FlowFilter(since, until, chosen.get("owner", ""), chosen.get("source", ""))


@may("lifecycle.view")
def flow(request: Visit) -> HttpResponse:
    current = lifecycle_asked(request)
    context = frame(current, "flow")
    if current:
        filters, now = FlowForm(request), clock.now()
        asked = filters.asked()
        told = flow_of(request.user, current, asked, now)
        context |= {"filters": filters, "kept": {"lifecycle": current.pk}, **_shown(current, told, asked, now)}
    return render(request, "ops/lifecycle_flow.html", context)


def _shown(current: Lifecycle, told: Flow, asked: FlowFilter, now: datetime) -> dict[str, Any]:
    stages = {row.stage.pk: row.stage for row in told.stages}
    lost = sum(each.people for each in told.losses)
    return {
        **_drawn(told, stages),
        "rows": [_row(row) for row in told.stages],
        "losses": [
            (stages.get(each.from_stage) if each.from_stage else None, each.reason, each.people, each.people / lost)
            for each in told.losses
        ],
        "verdict": told.verdict,
        "worst": stages.get(told.verdict.stage_id) if told.verdict.stage_id else None,
        "has_before": asked.since is not None,
        "until": asked.until or now,
        "since": asked.since,
    }


def _drawn(told: Flow, stages: dict[UUID, Stage]) -> dict[str, Any]:
    """The drawing, and the same as rows of a table."""
    order: list[UUID | None] = [_ENTERED, *stages]
    drawing = draw(told.moves, order)
    ways = sorted(told.moves, key=lambda way: -way[2])
    return {
        "drawing": drawing,
        "left": [(box, stages.get(box.key) if box.key else None) for box in drawing.left],
        "right": [(box, stages[box.key]) for box in drawing.right if box.key],
        "bands": [
            (band, stages.get(band.start) if band.start else None, stages[band.end])
            for band in drawing.bands
            if band.end
        ],
        "ways": [(stages.get(start) if start else None, stages[end], count) for start, end, count in ways],
    }


def _row(row: StageFlow) -> dict[str, Any]:
    came = row.cohort.came
    return {
        "row": row,
        "on": row.cohort.on / came if came else None,
        "lost": row.cohort.lost / came if came else None,
        "median": _days(row.times.median),
        "ninetieth": _days(row.times.ninetieth),
    }


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 86_400
