"""What suits whom, and when: a table whose first row that fits is somebody's next best."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from audiences.match_selectors import match_get, match_list
from audiences.match_words import moment_told
from audiences.models import Match, MatchMoment, Segment
from audiences.selectors import segment_list_offered
from audiences.services_matches import order_matches, remove_match, save_match, switch_match
from commerce.selectors import product_groups
from contacts.enums import ChannelKind
from content.models import Material
from content.selectors import material_list_active
from scrm.core import clock
from scrm.web.access import Visit, found, may
from scrm.web.ops.filters import offer, offer_rows
from scrm.web.ops.replies import form_page, take_errors
from scrm.web.ordering import ordered

_ASKED = ("segment", "city", "product_group", "moment", "from_day", "to_day", "weekdays", "from_time", "to_time")
_SHOWN = ("material", "channel", "words", "active")


class MatchForm(forms.Form):
    segment = forms.ModelChoiceField(
        Segment.objects.none(), label=gettext_lazy("Segment"), required=False, empty_label=gettext_lazy("Everybody")
    )
    city = forms.CharField(
        label=gettext_lazy("City"), max_length=80, required=False, help_text=gettext_lazy("Empty: any.")
    )
    moment = forms.ChoiceField(label=gettext_lazy("When"), choices=MatchMoment.choices)
    product_group = forms.ChoiceField(label=gettext_lazy("Product group"), required=False)
    from_day = forms.IntegerField(
        label=gettext_lazy("From day"),
        required=False,
        min_value=0,
        max_value=3650,
        help_text=gettext_lazy("After the purchase; before one that is expected."),
    )
    to_day = forms.IntegerField(
        label=gettext_lazy("To day"),
        required=False,
        min_value=0,
        max_value=3650,
        help_text=gettext_lazy("After the purchase, or behind one that was expected."),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        required=False,
        coerce=int,
        choices=[(day + 1, name) for day, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: every day."),
    )
    from_time = forms.TimeField(
        label=gettext_lazy("From"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    to_time = forms.TimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
        help_text=gettext_lazy("In the customer’s time zone; may lie behind midnight."),
    )
    material = forms.ModelChoiceField(
        Material.objects.none(), label=gettext_lazy("Show"), empty_label=gettext_lazy("Choose …")
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"), choices=[each for each in ChannelKind.choices if each[0] != ChannelKind.ALL]
    )
    words = forms.CharField(
        label=gettext_lazy("What to say"),
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("The representative reads it beside the material."),
    )
    active = forms.BooleanField(label=gettext_lazy("Active"), required=False, initial=True)


@require_safe
@may("match.view")
def index(request: Visit) -> HttpResponse:
    rows = [{"match": match, "when": moment_told(match)} for match in match_list()]
    return render(request, "ops/match_list.html", {"rows": rows})


@may("match.edit")
def create(request: Visit) -> HttpResponse:
    return _match_page(request, None)


@may("match.edit")
def edit(request: Visit, match_id: UUID) -> HttpResponse:
    return _match_page(request, found(match_get(match_id)))


@require_POST
@may("match.edit")
def order(request: Visit) -> HttpResponse:
    rows: Sequence[Match] = list(match_list())
    order_matches(matches=ordered(request.POST, rows), by=request.user, now=clock.now())
    return redirect("ops:match_list")


@require_POST
@may("match.edit")
def switch(request: Visit, match_id: UUID) -> HttpResponse:
    match = found(match_get(match_id))
    switch_match(match=match, active=not match.active, by=request.user, now=clock.now())
    messages.success(request, _("It is off now.") if match.active else _("It is on now."))
    return redirect("ops:match_list")


@require_POST
@may("match.edit")
def remove(request: Visit, match_id: UUID) -> HttpResponse:
    remove_match(match=found(match_get(match_id)), by=request.user, now=clock.now())
    messages.success(request, _("Removed."))
    return redirect("ops:match_list")


def _match_page(request: Visit, match: Match | None) -> HttpResponse:
    initial: dict[str, Any] = {name: getattr(match, name) for name in (*_ASKED, *_SHOWN)} if match else {}
    form = MatchForm(request.POST or None, initial={"active": True, **initial})
    offer_rows(form, "segment", segment_list_offered(also=match.segment_id if match else None))
    offer_rows(form, "material", material_list_active())
    groups = dict.fromkeys([*product_groups(), *([match.product_group] if match and match.product_group else [])])
    offer(form, "product_group", [("", _("Any product")), *((name, name) for name in groups)])
    if request.method == "POST" and form.is_valid():
        try:
            save_match(match=match, **form.cleaned_data, by=request.user, now=clock.now())
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, _("Saved. It counts from now on."))
            return redirect("ops:match_list")
    return form_page(request, "ops/match_form.html", form, {"match": match})
