"""The board of a lifecycle: who stands where, moved by hand, with a way back; and the same as a list."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from audiences.selectors import segment_contact_ids, segment_list
from leads.selectors import source_choices
from lifecycle.enums import MoveSource, StageKind
from lifecycle.models import Lifecycle, Position, Stage
from lifecycle.selectors import lifecycle_get, position_get, stage_get, stage_list, stage_list_peopled
from lifecycle.selectors_board import Narrowed, board_cards, board_sizes, cards_after, position_list
from lifecycle.selectors_guards import loss_reasons_asked
from scrm.core import clock
from scrm.flows import progress
from scrm.flows.stage_undo import move_to_undo, stage_move_undone
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import FilterForm, page_of, sorted_by
from scrm.web.ops.lead_forms import owner_choices
from scrm.web.ops.lifecycle_page import frame, lifecycle_asked, place_of
from tenants.selectors import tenant_current

_AT_ONCE: Final = 20
"""Cards of a column at first, and with each "more"."""
_ENDS: Final = (StageKind.LOST, StageKind.WON)
SORTS: Final = {"name": "contact__name", "stage": "stage__position", "since": "since", "due": "next_at"}


class BoardFilter(FilterForm):
    def __init__(self, request: Visit) -> None:
        super().__init__(request)
        del self.fields["q"]
        nobody = [("none", _("Nobody"))]
        self.choose("owner", gettext_lazy("Owner"), gettext_lazy("Any owner"), nobody + owner_choices(request.user))
        self.choose("source", gettext_lazy("Source"), gettext_lazy("Any source"), source_choices())
        segments = [(str(each.pk), each.name) for each in segment_list(request.user)]
        if segments and request.user.may("segment.view"):
            self.choose("segment", gettext_lazy("Segment"), gettext_lazy("Any segment"), segments)

    def rows(self, request: Visit, current: Lifecycle) -> Any:
        chosen = self.chosen
        within = [segment_contact_ids(UUID(chosen["segment"]))] if "segment" in chosen else []
        narrowed = Narrowed(chosen.get("owner", ""), chosen.get("source", ""), within)
        return position_list(request.user, current, narrowed)


class MoveForm(forms.Form):
    """`sure` says that whoever moves them was asked."""

    contact = forms.UUIDField()
    stage = forms.UUIDField()
    reason = forms.CharField(required=False, max_length=120)
    loss_reason = forms.UUIDField(required=False)
    sure = forms.BooleanField(required=False)


class UndoForm(forms.Form):
    """The move that is to be taken back, so that the same twice does not lead there again."""

    move = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class PlaceForm(forms.Form):
    """A place in a column, behind which it goes on."""

    stage = forms.UUIDField()
    since = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M:%S.%f%z"])
    after = forms.IntegerField(min_value=0)


@may("lifecycle.view")
def board(request: Visit) -> HttpResponse:
    current = lifecycle_asked(request)
    context = {**frame(current, "board"), "columns": []}
    if current:
        context |= _columns(request, current)
    return render(request, "ops/lifecycle_board.html", context)


@may("lifecycle.view")
def more(request: Visit) -> HttpResponse:
    """The next cards of a column, for htmx."""
    current, form = found(lifecycle_asked(request)), PlaceForm(request.GET)
    if not form.is_valid():
        return HttpResponse(status=400)
    stage = found(stage_get(form.cleaned_data["stage"]))
    rows = BoardFilter(request).rows(request, current)
    place: tuple[datetime, int] = form.cleaned_data["since"], form.cleaned_data["after"]
    cards = cards_after(rows, stage, *place, _AT_ONCE)
    context = {"current": current, "stages": list(stage_list(current)), "cards": cards, "stage": stage}
    return render(request, "ops/lifecycle_cards.html", context | _next(request, cards))


@may("lifecycle.view")
def index(request: Visit) -> HttpResponse:
    """The same people as a list."""
    current = lifecycle_asked(request)
    context = frame(current, "list")
    if current:
        filters = BoardFilter(request)
        rows = filters.rows(request, current)
        stages = [(str(stage.pk), stage.name) for stage in stage_list(current)]
        filters.choose("stage", gettext_lazy("Stage"), gettext_lazy("Any stage"), stages)
        filters.full_clean()
        if "stage" in filters.chosen:
            rows = rows.filter(stage=UUID(filters.chosen["stage"]))
        now = clock.now()
        page = page_of(request, sorted_by(request, rows, SORTS, "-since"))
        context |= {"page": page, "filters": filters, "kept": {"lifecycle": current.pk}, "now": now}
        context["lines"] = [(row, *_days_of(row, now)) for row in page]
    return render(request, "ops/lifecycle_list.html", context)


@require_POST
@may("contact.edit")
def move(request: Visit, lifecycle_id: UUID) -> HttpResponse:
    """Move one contact on the board; htmx gets the board back, with a question where there is one."""
    current, form = found(lifecycle_get(lifecycle_id)), MoveForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    position = found(position_get(request.user, current, form.cleaned_data["contact"]))
    stage = found(stage_get(form.cleaned_data["stage"]))
    if stage.lifecycle_id != current.pk:
        return HttpResponse(status=400)
    if request.htmx and stage.kind in _ENDS and not form.cleaned_data["sure"] and stage.pk != position.stage_id:
        return _board(request, current, {"ask": {"position": position, "stage": stage, **_asked(stage)}})
    said = {name: form.cleaned_data[name] for name in ("reason",)} | {
        "loss_reason_id": form.cleaned_data["loss_reason"]
    }
    now = clock.now()
    try:
        moved = progress.stage_moved(
            [position.contact_id], stage.pk, by=request.user, source=MoveSource.HAND, now=now, **said
        )
    except progress.MoveRefused as error:
        return _answer(request, current, {"refused": f"{position.contact}: {error.message}"})
    told = _("%(name)s is in “%(stage)s” now.") % {"name": position.contact, "stage": stage.name}
    undo = move_to_undo(position.contact_id, current.pk, by=request.user, now=now) if moved else None
    return _answer(request, current, {"told": told, "undo": undo})


@require_POST
@may("contact.edit")
def undo(request: Visit, lifecycle_id: UUID, contact_id: UUID) -> HttpResponse:
    """Take back one's own last move of somebody, which has just been made."""
    current = found(lifecycle_get(lifecycle_id))
    position = found(position_get(request.user, current, contact_id))
    form, person = UndoForm(request.POST), position.contact_id
    if form.is_valid() and stage_move_undone(
        person, current.pk, form.cleaned_data["move"], by=request.user, now=clock.now()
    ):
        return _answer(request, current, {"told": _("Taken back: %(name)s.") % {"name": position.contact}})
    return _answer(request, current, {"refused": _("That can't be taken back any more.")})


def _asked(stage: Stage) -> dict[str, object]:
    return {"reasons": loss_reasons_asked(stage.pk), "lost": stage.kind == StageKind.LOST}


def _answer(request: Visit, current: Lifecycle, told: dict[str, Any]) -> HttpResponse:
    if request.htmx:
        return _board(request, current, told)
    if told.get("refused"):
        messages.error(request, told["refused"])
    else:
        messages.success(request, told["told"])
    return redirect(place_of("ops:lifecycle_board", current))


def _board(request: Visit, current: Lifecycle, told: dict[str, Any]) -> HttpResponse:
    context = {**frame(current, "board"), **_columns(request, current), **told}
    return render(request, "ops/lifecycle_board.html#board", context)


def _columns(request: Visit, current: Lifecycle) -> dict[str, object]:
    stages = list(stage_list_peopled(current))
    filters = BoardFilter(request)
    rows = filters.rows(request, current)
    currency = tenant_current().currency
    sizes = board_sizes(request.user, rows, currency)
    cards = board_cards(rows, stages, _AT_ONCE)
    columns = []
    for stage in stages:
        size, worth = sizes.get(stage.pk, (0, None))
        held = {"stage": stage, "size": size, "worth": worth, "cards": cards[stage.pk]}
        columns.append(held | _next(request, cards[stage.pk]))
    return {
        "columns": columns,
        "stages": [stage for stage in stages if stage.retired_at is None],
        "filters": filters,
        "kept": {"lifecycle": current.pk},
        "currency": currency,
        "query": request.GET.urlencode(),
    }


def _next(request: Visit, cards: list[Position]) -> dict[str, object]:
    """Where the column goes on; empty when all of it is shown."""
    if len(cards) < _AT_ONCE:
        return {"more": ""}
    query = request.GET.copy()
    query["stage"], query["after"] = str(cards[-1].stage_id), str(cards[-1].pk)
    query["since"] = cards[-1].since.strftime("%Y-%m-%dT%H:%M:%S.%f%z")
    return {"more": query.urlencode()}


def _days_of(row: Position, now: datetime) -> tuple[int, bool]:
    """Whole days in the stage, and whether that is longer than usual."""
    days = (now - row.since).days
    return days, row.stage.typical_days is not None and days > row.stage.typical_days
