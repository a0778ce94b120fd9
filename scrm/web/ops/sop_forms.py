"""What people enter about SOPs: their settings, and the steps of the draft."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from audiences.models import Segment
from campaigns import drafts
from campaigns.enums import OF_SEGMENTS, Channel, LatePolicy, SopState, TouchState, Trigger
from campaigns.models import Campaign, Sop
from content.selectors import material_list_active
from scrm.web.counts import small_count
from scrm.web.ops.filters import Choices, FilterForm, offer
from scrm.web.ops.offset_forms import OffsetForm, date_choices
from tagging.models import Tag

MAX_STEPS = drafts.MAX_STEPS


class SopFilter(FilterForm):
    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.choose("state", _("State"), _("Any state"), SopState.choices)


class TouchpointFilter(FilterForm):
    def __init__(self, request: HttpRequest, sops: Choices) -> None:
        super().__init__(request)
        self.choose("sop", _("SOP"), _("Any SOP"), sops)
        states = [(str(value), label) for value, label in TouchState.choices]
        self.choose("state", _("State"), _("Any state"), states)
        periods = [
            ("today", _("Today")),
            ("next7", _("Next 7 days")),
            ("7", _("Last 7 days")),
            ("28", _("Last 28 days")),
        ]
        self.choose("period", _("Due"), _("Any time"), periods)


class SopForm(forms.Form):
    """The settings; they count at once, other than steps."""

    name = forms.CharField(label=_("Name"), max_length=120)
    summary = forms.CharField(label=_("What it is for"), max_length=300, required=False)
    trigger = forms.ChoiceField(label=_("Starts when"), choices=Trigger.choices)
    trigger_tag = forms.ModelChoiceField(
        Tag.objects.none(),
        label=_("This tag"),
        required=False,
        empty_label=_("None"),
        help_text=_("Only where a tag starts it."),
    )
    trigger_segment = forms.ModelChoiceField(
        Segment.objects.none(),
        label=_("This segment"),
        required=False,
        empty_label=_("None"),
        help_text=_("Only where a segment starts it."),
    )
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label=_("Campaign"), required=False, empty_label=_("None")
    )
    exit_when_won = forms.BooleanField(
        label=_("Ends when won"),
        required=False,
        initial=True,
        help_text=_("Whoever becomes a deal leaves it at once; what was still planned is cancelled."),
    )

    late_policy = forms.ChoiceField(
        label=_("A touch that comes too late"),
        choices=LatePolicy.choices,
        required=False,
        help_text=_("Late because the system was down, its provider did not answer, or the SOP was paused."),
    )
    late_after_minutes = forms.IntegerField(
        label=_("Late after so many minutes"), required=False, min_value=1, max_value=30 * 24 * 60
    )
    catch_up_per_minute = forms.IntegerField(
        label=_("Late touches per minute"),
        required=False,
        min_value=1,
        max_value=60_000,
        help_text=_("So many of a backlog go out per minute on each channel; what is on time does not wait for them."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("late_policy", "late_after_minutes", "catch_up_per_minute"):
            if cleaned.get(name) in (None, ""):
                cleaned.pop(name, None)
        if cleaned.get("trigger") != Trigger.TAG_ADDED:
            cleaned["trigger_tag"] = None
        elif not cleaned.get("trigger_tag") and "trigger_tag" not in self.errors:
            self.add_error("trigger_tag", _("Choose the tag that starts it."))
        if cleaned.get("trigger") not in OF_SEGMENTS:
            cleaned["trigger_segment"] = None
        elif not cleaned.get("trigger_segment") and "trigger_segment" not in self.errors:
            self.add_error("trigger_segment", _("Choose the segment that starts it."))
        return cleaned

    @staticmethod
    def initial_of(sop: Sop) -> dict[str, Any]:
        return {
            "name": sop.name,
            "summary": sop.summary,
            "trigger": sop.trigger,
            "trigger_tag": sop.trigger_tag_id,
            "trigger_segment": sop.trigger_segment_id,
            "campaign": sop.campaign_id,
            "exit_when_won": sop.exit_when_won,
            "late_policy": sop.late_policy,
            "late_after_minutes": sop.late_after_minutes,
            "catch_up_per_minute": sop.catch_up_per_minute,
        }


class StartForm(forms.Form):
    segment = forms.UUIDField()


class StepForm(OffsetForm):
    """One step of the draft. It may be saved unfinished: what is missing is told, not refused."""

    number = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    channel = forms.ChoiceField(label=_("What it does"), choices=Channel.choices)
    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    body = forms.CharField(label=_("Text"), max_length=20_000, required=False, widget=forms.Textarea({"rows": 7}))
    material = forms.ChoiceField(label=_("Material"), required=False)

    def __init__(self, *args: Any, materials: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "material", materials)
        self.problems: dict[str, str] = {}

    @property
    def is_email(self) -> bool:
        return self["channel"].value() == Channel.EMAIL

    def to_step(self) -> dict[str, Any]:
        """The step as the draft keeps it; a field that can't be read is left out."""
        values = self.cleaned_data
        step = {name: values.get(name) for name in ("number", "name", "channel", "subject", "body", "material")}
        return {**step, "offset": self.to_offset()}

    @staticmethod
    def initial_of(step: Mapping[str, Any]) -> dict[str, Any]:
        return {**step, **StepForm.initial_of_offset(step.get("offset") or {})}


class StepForms:
    """The draft's steps in order, with the buttons that add, remove and move them."""

    def __init__(self, forms_in_order: Iterable[StepForm]) -> None:
        self.forms = list(forms_in_order)

    @classmethod
    def from_draft(cls, steps: Sequence[Mapping[str, Any]]) -> "StepForms":
        return cls._begun([StepForm.initial_of(step) for step in steps], _offers())

    @classmethod
    def from_post(cls, data: QueryDict) -> "StepForms":
        """As posted, then changed as the pressed button says: add, remove:N, up:N or down:N."""
        offers = _offers()
        size = min(small_count(data.get("steps-count")) or 0, MAX_STEPS)
        posted = [StepForm(data, prefix=f"steps-{index}", **offers) for index in range(size)]
        action, _colon, place = data.get("steps-action", "").partition(":")
        if not action:
            return cls(posted)
        steps = [_raw(form) for form in posted]
        at = small_count(place)
        _change(steps, action, -1 if at is None else at)
        return cls._begun(steps, offers)

    @classmethod
    def _begun(cls, steps: Sequence[Mapping[str, Any]], offers: Mapping[str, Choices]) -> "StepForms":
        return cls(StepForm(prefix=f"steps-{index}", initial=dict(step), **offers) for index, step in enumerate(steps))

    def to_steps(self) -> list[dict[str, Any]]:
        for form in self.forms:
            form.is_valid()
        return [form.to_step() for form in self.forms]

    def show_problems(self, problems: Mapping[str, Any]) -> list[str]:
        """Put what is missing beside its field; what belongs to no field is given back."""
        rest = []
        for place, told in problems.items():
            _steps, index, field = [*place.split("."), "", ""][:3]
            text = told if isinstance(told, str) else " ".join(map(str, told))
            if not index.isdecimal() or int(index) >= len(self.forms):
                rest.append(text)
                continue
            self.forms[int(index)].problems[field] = text
        return rest


def _change(steps: list[dict[str, Any]], action: str, place: int) -> None:
    if action == "add" and len(steps) < MAX_STEPS:
        steps.append({"channel": Channel.EMAIL, "kind": "days" if steps else "immediately", "n": 1, "at": "10:00"})
    elif action == "remove" and 0 <= place < len(steps):
        del steps[place]
    elif action == "up" and 0 < place < len(steps):
        steps[place - 1 : place + 1] = reversed(steps[place - 1 : place + 1])
    elif action == "down" and 0 <= place < len(steps) - 1:
        steps[place : place + 2] = reversed(steps[place : place + 2])


def _raw(form: StepForm) -> dict[str, Any]:
    """What was typed, as it was typed."""
    return {name: form[name].value() for name in form.fields}


def _offers() -> dict[str, Choices]:
    """What the fields of each step offer, read once for all of them."""
    materials = [("", _("None")), *((str(material.pk), material.title) for material in material_list_active())]
    return {"materials": materials, "dates": date_choices()}
