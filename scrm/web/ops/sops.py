"""SOPs: the list, one SOP with what became of its steps, pause, resume, stop."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from accounts.selectors_duty import work_calendar
from audiences.selectors import segment_list
from campaigns.differences import SAME, differences, when_words
from campaigns.enums import Channel, SopState, TouchState
from campaigns.forecast import forecast
from campaigns.models import Sop
from campaigns.selectors import (
    StepCounts,
    breaker_list_shut,
    draft_problems,
    enrollment_anchors,
    lane_list_held,
    planned_by_day,
    sop_get,
    sop_list,
    sop_summary,
    sop_version_list,
    step_counts,
    step_list,
    steps_by_version,
)
from campaigns.services.plans import pause_sop, resume_sop, stop_sop
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.sop_editor import as_draft
from scrm.web.ops.sop_forms import SopFilter
from tenants.selectors import tenant_zone

FORECAST_DAYS = 7
ICONS = {Channel.EMAIL: "mail", Channel.REP_TASK: "phone"}
_TOLD = (
    *(TouchState.SENT, TouchState.WITH_REP, TouchState.SKIPPED),
    *(TouchState.EXPIRED, TouchState.FAILED, TouchState.CANCELLED),
)


@may("sop.view")
def index(request: Visit) -> HttpResponse:
    filters = SopFilter(request)
    chosen = filters.chosen
    rows = sop_list(request.user, clock.now(), state=chosen.get("state", ""), search=chosen.get("q", ""))
    return render(request, "ops/sop_list.html", {"rows": rows, "filters": filters, "filtered": bool(chosen)})


@may("sop.view")
def detail(request: Visit, sop_id: UUID) -> HttpResponse:
    sop = found(sop_get(sop_id))
    live = step_list(sop.live_version)
    counts = step_counts(request.user, sop)
    context = {
        "sop": sop,
        "summary": sop_summary(request.user, sop, clock.now()),
        "drawn": [_drawn(step, counts.get(step.number, StepCounts())) for step in live],
        "rows": [(step, when_words(step.offset), _cells(counts.get(step.number, StepCounts()))) for step in live],
        "draft_drawn": [] if live else [_drafted(step) for step in sop.draft_steps],
        "versions": sop_version_list(request.user, sop),
        "draft_differs": _draft_differs(sop, live),
        "draft_missing": len(draft_problems(sop)),
        "unknown_url": f"{reverse('ops:touchpoint_list')}?sop={sop.pk}&state={TouchState.UNKNOWN.value}",
        "shut": breaker_list_shut(sop) if sop.state == SopState.LIVE else [],
        "lanes": lane_list_held(request.user, sop) if sop.state == SopState.LIVE else [],
        "segments": segment_list(request.user) if sop.state == SopState.LIVE and request.user.may("sop.edit") else [],
        "is_running": sop.state in (SopState.LIVE, SopState.PAUSED),
    }
    return render(request, "ops/sop_detail.html", context)


@may("sop.view")
def next_days(request: Visit, sop_id: UUID) -> HttpResponse:
    """The chart's numbers: what is to go out on the next days."""
    sop = found(sop_get(sop_id))
    anchors = enrollment_anchors(request.user, sop)
    now, zone = clock.now(), tenant_zone()
    days = forecast(anchors, steps_by_version(sop), now=now, zone=zone, days=FORECAST_DAYS, calendar=work_calendar())
    for due_at, channel, number in planned_by_day(request.user, sop, since=now):
        day = due_at.astimezone(zone).date()
        if day in days:
            days[day][channel] += number
    data = {
        "kind": "bar",
        "categories": [date_format(day, "MONTH_DAY_FORMAT") for day in days],
        "series": [
            {"name": str(channel.label), "data": [counts[channel] for counts in days.values()]} for channel in Channel
        ],
        "format": "number",
        "stacked": True,
    }
    return JsonResponse(data)


@require_POST
@may("sop.edit")
def pause(request: Visit, sop_id: UUID) -> HttpResponse:
    sop = found(sop_get(sop_id))
    pause_sop(sop=sop, reason=request.POST.get("reason", ""), by=request.user)
    messages.success(request, _("Paused. Nothing goes out until you resume it."))
    return redirect("ops:sop_detail", sop.pk)


@require_POST
@may("sop.edit")
def resume(request: Visit, sop_id: UUID) -> HttpResponse:
    sop = found(sop_get(sop_id))
    resume_sop(sop=sop, by=request.user)
    messages.success(
        request, _("It runs again. What became due meanwhile goes out now, what is late as the settings say.")
    )
    return redirect("ops:sop_detail", sop.pk)


@require_POST
@may("sop.edit")
def stop(request: Visit, sop_id: UUID) -> HttpResponse:
    sop = found(sop_get(sop_id))
    ended = stop_sop(sop=sop, now=clock.now(), by=request.user)
    told = ngettext("Stopped. %(count)s contact left it.", "Stopped. %(count)s contacts left it.", ended)
    messages.success(request, told % {"count": number_format(ended, force_grouping=True)})
    return redirect("ops:sop_detail", sop.pk)


def _drawn(step: Any, counts: StepCounts) -> dict[str, Any]:
    """One step on the T+N axis with what became of its touches."""
    parts = [_part(_("Waiting"), counts.waiting)]
    parts += [_part(str(state.label), counts.by_state[state], counts.reasons(state)) for state in _TOLD]
    told = " · ".join(filter(None, parts)) or _("Nothing yet")
    unknown = counts.by_state[TouchState.UNKNOWN]
    return {
        "when": when_words(step.offset),
        "icon": ICONS[Channel(step.channel)],
        "title": step.name,
        "text": told,
        "badge": _("%(count)s unknown") % {"count": _shown(unknown)} if unknown else "",
        "tone": "amber",
        "state": "done" if counts.total and not counts.waiting else "current" if counts.waiting else "",
    }


def _cells(counts: StepCounts) -> dict[str, Any]:
    return {
        "waiting": counts.waiting,
        "sent": counts.by_state[TouchState.SENT],
        "with_rep": counts.by_state[TouchState.WITH_REP],
        "skipped": counts.by_state[TouchState.SKIPPED],
        "why": counts.reasons(TouchState.SKIPPED),
        "failed": counts.by_state[TouchState.FAILED] + counts.by_state[TouchState.EXPIRED],
        "cancelled": counts.by_state[TouchState.CANCELLED],
        "unknown": counts.by_state[TouchState.UNKNOWN],
    }


def _drafted(step: dict[str, Any]) -> dict[str, Any]:
    channel = step.get("channel")
    return {
        "when": when_words(step.get("offset")),
        "icon": ICONS[Channel(channel)] if channel in Channel.values else "point",
        "title": step.get("name") or _("Step without a name"),
        "text": step.get("subject", ""),
    }


def _draft_differs(sop: Sop, live: list[Any]) -> bool:
    changes = differences([as_draft(step) for step in live], sop.draft_steps)
    return any(change.kind != SAME for change in changes)


def _part(words: str, count: int, reasons: Sequence[tuple[str, int]] = ()) -> str:
    if not count:
        return ""
    told, why = f"{words} {_shown(count)}", ""
    for reason, number in reasons:
        one = f"{reason} {_shown(number)}"
        why = pgettext("list", "%(items)s, %(next)s") % {"items": why, "next": one} if why else one
    return _("%(told)s (%(why)s)") % {"told": told, "why": why} if why else told


def _shown(count: int) -> str:
    return str(number_format(count, force_grouping=True))
