"""Forms of a lifecycle's draft: a stage, where the people of one go that is taken out, which of them leave one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from contacts.selectors import field_list
from lifecycle.enums import StageColour, StageKind
from lifecycle.plan import StagePlan
from scrm.web.ops.filters import offer


class StageForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=StageKind.choices)
    typical_days = forms.IntegerField(
        label=gettext_lazy("Typical days"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=gettext_lazy("How long contacts usually stay here."),
    )
    asks = forms.MultipleChoiceField(
        label=gettext_lazy("Needed from here on"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Fields that must be filled in before somebody is moved here, or further, by hand."),
    )

    moves_to = forms.MultipleChoiceField(
        label=gettext_lazy("From here one goes to"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("By hand. None ticked: to every stage."),
    )
    colour = forms.ChoiceField(
        label=gettext_lazy("Colour"),
        required=False,
        choices=[("", gettext_lazy("By its kind")), *StageColour.choices],
    )

    def __init__(self, *args: Any, others: Sequence[StagePlan] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if others:
            offer(self, "moves_to", [(each.id, each.name) for each in others])
        else:
            del self.fields["moves_to"]
        fields = [(field.code, field.name) for field in field_list()]
        if fields:
            offer(self, "asks", fields)
        else:
            del self.fields["asks"]


class HeirForm(forms.Form):
    """Who takes the people of a stage."""

    heir = forms.ChoiceField(label=gettext_lazy("Its people go to"))

    def __init__(self, *args: Any, heirs: Sequence[StagePlan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "heir", [("", gettext_lazy("Choose …")), *((each.id, each.name) for each in heirs)])


class RevisionForm(forms.Form):
    """Which state of the draft was looked at."""

    revision = forms.IntegerField(min_value=1)
