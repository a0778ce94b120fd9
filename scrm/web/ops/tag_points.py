"""A group whose tag points find: what counts for which tag, what it would do to everybody, and what it did."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from contacts.selectors import contact_names
from scrm.core import clock
from scrm.flows.tag_points import points_run_of, scoring_switched
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer, offer_rows, page_of
from scrm.web.ops.replies import first_message, form_page, take_errors
from scrm.web.ops.rules import event_type_choices
from tagging.models import Tag, TagGroup, TagSignal
from tagging.points import Move, told
from tagging.points_selectors import points_hits, points_tried, scoring_get, signal_list
from tagging.selectors import tag_group_get, tag_list_active, tag_names_of_group
from tagging.services_points import add_signal, remove_signal, save_scoring

_SCHEME = ("half_life_days", "least", "lead", "takes", "over_hand")


class ScoringForm(forms.Form):
    half_life_days = forms.IntegerField(
        label=gettext_lazy("Half-life in days"),
        min_value=1,
        max_value=365,
        initial=14,
        help_text=gettext_lazy("After so many days half of an event’s points are left."),
    )
    least = forms.IntegerField(label=gettext_lazy("Points needed"), min_value=1, max_value=1000, initial=3)
    lead = forms.DecimalField(
        label=gettext_lazy("Times as many as the next tag"),
        min_value=Decimal("1.01"),
        max_value=Decimal(10),
        decimal_places=2,
        initial=Decimal("1.5"),
        help_text=gettext_lazy("So that two tags that are close don’t take turns."),
    )
    takes = forms.BooleanField(label=gettext_lazy("Take the tag again when its points have faded"), required=False)
    over_hand = forms.BooleanField(label=gettext_lazy("Also against what people decided by hand"), required=False)


class SignalForm(forms.Form):
    tag = forms.ModelChoiceField(Tag.objects.none(), label=gettext_lazy("For the tag"), empty_label=None)
    event_type = forms.ChoiceField(label=gettext_lazy("When this happens"))
    named = forms.CharField(
        label=gettext_lazy("Property"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Such as category. Empty: each such event counts."),
    )
    value = forms.CharField(label=gettext_lazy("Is"), max_length=200, required=False)
    points = forms.IntegerField(label=pgettext_lazy("score", "Points"), min_value=1, max_value=1000, initial=1)


@require_safe
@may("tag.view")
def points(request: Visit, group_id: UUID) -> HttpResponse:
    group = found(tag_group_get(group_id))
    return _page(request, group, _scoring_form(group), _signal_form(group))


@require_POST
@may("tag.edit")
def save(request: Visit, group_id: UUID) -> HttpResponse:
    """How points find the tag; a changed scheme is off until somebody has seen what it would do."""
    group = found(tag_group_get(group_id))
    form = _scoring_form(group, request.POST)
    if form.is_valid():
        try:
            save_scoring(group=group, **form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("ops:tag_points", group.pk)
    return _page(request, group, form, _signal_form(group))


@require_POST
@may("tag.edit")
def signal(request: Visit, group_id: UUID) -> HttpResponse:
    """One more event that counts for a tag of the group."""
    group = found(tag_group_get(group_id))
    form = _signal_form(group, request.POST)
    if form.is_valid():
        try:
            add_signal(**form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("ops:tag_points", group.pk)
    return _page(request, group, _scoring_form(group), form)


@require_POST
@may("tag.edit")
def signal_remove(request: Visit, group_id: UUID, signal_id: UUID) -> HttpResponse:
    group = found(tag_group_get(group_id))
    row: TagSignal = found(signal_list(group.pk).filter(pk=signal_id).first())
    remove_signal(signal=row, by=request.user, now=clock.now())
    return redirect("ops:tag_points", group.pk)


@require_POST
@may("tag.edit")
def switch(request: Visit, group_id: UUID) -> HttpResponse:
    """On or off; `apply` counts everybody right now."""
    scoring = found(scoring_get(group_id))
    on = "apply" in request.POST or not scoring.active
    try:
        job = scoring_switched(scoring, active=on, by=request.user, now=clock.now())
    except ValidationError as error:
        messages.error(request, first_message(error))
        return redirect("ops:tag_points", scoring.pk)
    if job is not None:
        return redirect("ops:tag_run", job.pk)
    messages.success(request, _("It is on now.") if on else _("It is off now."))
    return redirect("ops:tag_points", scoring.pk)


def _scoring_form(group: TagGroup, said: Any = None) -> ScoringForm:
    scoring = scoring_get(group.pk)
    return ScoringForm(said, initial={name: getattr(scoring, name) for name in _SCHEME} if scoring else None)


def _signal_form(group: TagGroup, said: Any = None) -> SignalForm:
    form = SignalForm(said, auto_id="signal-%s")
    offer_rows(form, "tag", tag_list_active().filter(group=group))
    offer(form, "event_type", event_type_choices())
    return form


def _page(request: Visit, group: TagGroup, form: ScoringForm, signal_form: SignalForm) -> HttpResponse:
    scoring, types, now = scoring_get(group.pk), dict(event_type_choices()), clock.now()
    signals = list(signal_list(group.pk))
    page = page_of(request, points_hits(group.pk, request.user), 20)
    names = contact_names(request.user, [hit.contact_id for hit in page])
    context: dict[str, Any] = {
        "group": group,
        "scoring": scoring,
        "signals": [(each, types.get(each.event_type, each.event_type)) for each in signals],
        "signal_form": signal_form,
        "page": page,
        "hits": [(hit, names.get(str(hit.contact_id), "")) for hit in page],
        "run": points_run_of(scoring) if scoring else None,
        **(_tried(request, group, now) if scoring and signals and group.exclusive else {}),
    }
    answer = form_page(request, "ops/tag_points.html", form, context)
    answer.status_code = 422 if signal_form.errors else answer.status_code
    return answer


def _tried(request: Visit, group: TagGroup, now: datetime) -> dict[str, Any]:
    """What counting everybody would do now, and of those whom the reader sees some."""
    tried, tags = points_tried(group.pk, request.user, now), tag_names_of_group(group.pk)
    people = contact_names(request.user, [move.contact_id for move in tried.moves])

    def row(move: Move) -> dict[str, Any]:
        named = {"pk": move.contact_id, "name": people[str(move.contact_id)], "told": told(move, tags)}
        return named | {
            "before": tags.get(move.before, "") if move.before else "",
            "after": tags.get(move.after, "") if move.after else "",
        }

    return {"tried": tried.counts, "moves": [row(move) for move in tried.moves if str(move.contact_id) in people]}
