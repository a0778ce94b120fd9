"""Today: what to do now, in which words, and one tap to say that it is done."""

import json
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from accounts.enums import Scope
from campaigns.models import RepTask
from campaigns.task_selectors import (
    task_count_due,
    task_detail,
    task_list_due,
    task_list_ended,
    task_list_later,
    task_numbers,
)
from scrm.core import clock
from scrm.flows.tasks import ASKED_TO_STOP, task_finished, task_given_up, task_snoozed
from scrm.web.access import Visit, found
from scrm.web.rep.page import cards_of, day_began, is_mine, local, on_phone, show
from scrm.web.rep.snoozing import LONGEST, read_moment, snooze_choices

AT_ONCE: Final = 30
"""Cards on one page."""
_MOST: Final = 300

VIEWS: Final = (
    ("due", pgettext_lazy("task list", "Due")),
    ("later", gettext_lazy("Later")),
    ("done", gettext_lazy("Done")),
)
REASONS: Final = (
    ("no_answer", gettext_lazy("No answer")),
    ("wrong_number", gettext_lazy("Wrong number")),
    ("not_interested", gettext_lazy("Not interested")),
    (ASKED_TO_STOP, gettext_lazy("Asked us to stop")),
    ("already_done", gettext_lazy("Settled already")),
)


@on_phone()
def index(request: Visit) -> HttpResponse:
    now, mine = clock.now(), is_mine(request)
    if request.GET.get("part") == "count":
        return render(request, "rep/today.html#count", {"open_tasks": task_count_due(request.user, now, mine=True)})
    numbers = task_numbers(request.user, now=now, day_began=day_began(now), mine=mine)
    if request.GET.get("part") == "counters":
        return render(request, "rep/today.html#counters", {"numbers": numbers})
    asked = request.GET.get("view", "")
    chosen = asked if asked in dict(VIEWS) else "due"
    shown = _at_most(request.GET.get("show", ""))
    rows = {
        "due": lambda: task_list_due(request.user, now, mine=mine),
        "later": lambda: task_list_later(request.user, now, mine=mine),
        "done": lambda: task_list_ended(request.user, day_began(now), mine=mine),
    }[chosen]()
    tasks = list(rows[: shown + 1])
    cards = cards_of(tasks[:shown], now)
    context = {
        "numbers": numbers,
        "views": VIEWS,
        "view": chosen,
        "groups": _grouped(cards) if chosen == "due" else [{"cards": cards}] if cards else [],
        "more": shown + AT_ONCE if len(tasks) > shown and shown < _MOST else None,
        "mine": mine,
        "has_team": request.user.data_scope != Scope.OWN,
    }
    return show(request, "rep/today.html", "today", context)


@require_POST
@on_phone()
def done(request: Visit, task_id: UUID) -> HttpResponse:
    task = _task(request, task_id)
    fresh = task_finished(task, by=request.user, now=clock.now())
    return _gone(request, task, _("Done.") if fresh else _("This was settled already."))


@on_phone()
def snooze(request: Visit, task_id: UUID) -> HttpResponse:
    """The sheet with times to choose from, and the choice."""
    task = _task(request, task_id)
    now = local(clock.now())
    choices = snooze_choices(now)
    context: dict[str, Any] = {"task": task, "choices": choices, "earliest": now, "latest": now + LONGEST}
    if request.method != "POST":
        return render(request, "rep/task_sheets.html#snooze", context)
    asked = request.POST.get("until", "")
    until = next((each.until for each in choices if each.code == asked), None)
    if until is None:
        until = read_moment(request.POST.get("at", ""), now)
    if until is None:
        context["error"] = _("Pick a time ahead, within three months.")
        return _sheet_again(render(request, "rep/task_sheets.html#snooze", context, status=422))
    if not task_snoozed(task, until=until, by=request.user, now=now):
        return _gone(request, task, _("This was settled already."))
    when = date_format(until, "TIME_FORMAT" if until.date() == now.date() else "SHORT_DATETIME_FORMAT")
    return _gone(request, task, _("Comes back at %(when)s.") % {"when": when})


@on_phone()
def give_up(request: Visit, task_id: UUID) -> HttpResponse:
    """The sheet with reasons, and the reason."""
    task = _task(request, task_id)
    context: dict[str, Any] = {"task": task, "reasons": REASONS}
    if request.method != "POST":
        return render(request, "rep/task_sheets.html#give_up", context)
    known = dict(REASONS)
    asked = request.POST.get("reason", "")
    reason = str(known[asked]) if asked in known else " ".join(request.POST.get("other", "").split())[:200]
    if not reason or not reason.isprintable():
        context["error"] = _("Say why, so that the next one knows.")
        return _sheet_again(render(request, "rep/task_sheets.html#give_up", context, status=422))
    code = asked if asked in known else ""
    if not task_given_up(task, reason=code, words=reason, by=request.user, now=clock.now()):
        return _gone(request, task, _("This was settled already."))
    if code == ASKED_TO_STOP:
        return _gone(request, task, _("Noted. Nothing goes to them any more."))
    return _gone(request, task, _("Noted: %(reason)s") % {"reason": reason})


def _task(request: Visit, task_id: UUID) -> RepTask:
    return found(task_detail(request.user, task_id))


def _at_most(text: str) -> int:
    return min(max(int(text), AT_ONCE), _MOST) if text.isascii() and text.isdigit() and len(text) < 6 else AT_ONCE


def _grouped(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cards that ask for the same thing stand together, so that one can work through them."""
    groups: dict[Any, dict[str, Any]] = {}
    for card in cards:
        task = card["task"]
        touch = task.touchpoint
        key = (touch.lane.sop_id, touch.step_number) if touch else task.title
        name = touch.step.name if touch else task.title
        groups.setdefault(key, {"name": name, "sop": touch.lane.sop.name if touch else "", "cards": []})
        groups[key]["cards"].append(card)
    return list(groups.values())


def _gone(request: Visit, task: RepTask, text: str) -> HttpResponse:
    """The card leaves; without a script the page comes again."""
    if not request.htmx:
        messages.success(request, text)
        return redirect("rep:today")
    answer = HttpResponse()
    answer["HX-Trigger"] = json.dumps({"toast": {"text": text, "tone": "green"}, "closeDialog": "", "taskEnded": ""})
    return answer


def _sheet_again(answer: HttpResponse) -> HttpResponse:
    answer["HX-Retarget"], answer["HX-Reswap"] = "#sheet", "innerHTML"
    return answer
