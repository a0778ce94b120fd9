"""What people enter about campaigns."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import User
from campaigns.enums import GoalMetric
from leads.models import Source
from scrm.web.ops.filters import offer


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _lines() -> forms.Textarea:
    return forms.Textarea({"rows": 3})


class CampaignForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    kind = forms.CharField(
        label=gettext_lazy("Kind"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Such as live event, referral, launch."),
    )
    starts_on = forms.DateField(label=gettext_lazy("From"), required=False, widget=_day())
    ends_on = forms.DateField(label=gettext_lazy("To"), required=False, widget=_day())
    budget = forms.DecimalField(
        label=gettext_lazy("Budget"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    goal = forms.CharField(
        label=gettext_lazy("Goal"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("One sentence with a number in it, such as 20 opportunities from the live event."),
    )
    goal_metric = forms.ChoiceField(
        label=gettext_lazy("What the goal counts"),
        required=False,
        choices=[("", gettext_lazy("Nothing")), *GoalMetric.choices],
    )
    goal_target = forms.DecimalField(
        label=gettext_lazy("Target"), required=False, min_value=1, max_digits=14, decimal_places=2
    )
    goal_by = forms.DateField(
        label=gettext_lazy("Deadline"),
        required=False,
        widget=_day(),
        help_text=gettext_lazy("Empty: the last day."),
    )
    sources = forms.ModelMultipleChoiceField(
        Source.objects.none(),
        label=gettext_lazy("Sources"),
        required=False,
        help_text=gettext_lazy(
            "The leads of these sources during the period are the campaign's, as are those of its forms and links."
        ),
    )


class ReviewForm(forms.Form):
    worked = forms.CharField(label=gettext_lazy("What worked"), max_length=4000, required=False, widget=_lines())
    repeat = forms.CharField(label=gettext_lazy("What to repeat"), max_length=4000, required=False, widget=_lines())
    stop = forms.CharField(label=gettext_lazy("What to stop"), max_length=4000, required=False, widget=_lines())


class ActionForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("What to do"), max_length=300)
    owner = forms.ChoiceField(label=gettext_lazy("Owner"), required=False)
    due_on = forms.DateField(label=gettext_lazy("Until"), required=False, widget=_day())

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", [("", gettext_lazy("Nobody")), *((str(user.pk), str(user)) for user in people)])
