"""What people enter about leads, and the list's filters."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.selectors import user_list_visible
from leads.enums import InteractionKind, LeadOrigin, LeadStatus, Rating
from leads.mapping import LeadInput
from leads.selectors import form_choices, source_choices
from scrm.core.ids import short_code
from scrm.web.ops.filters import Choices, FilterForm, offer
from scrm.web.person_form import PersonForm

PERIODS = (("today", _("Today")), ("7", _("7 days")), ("28", _("28 days")), ("90", _("90 days")))


def owner_choices(viewer: User) -> list[tuple[str, str]]:
    return [(str(user.pk), str(user)) for user in user_list_visible(viewer)]


class LeadFilter(FilterForm):
    def __init__(self, request: HttpRequest, owners: Choices) -> None:
        super().__init__(request)
        self.choose(
            "status", _("Status"), _("Any status"), [("open", pgettext_lazy("leads", "Open")), *LeadStatus.choices]
        )
        self.choose("source", _("Source"), _("Any source"), [("none", _("No source")), *source_choices()])
        self.choose("owner", _("Owner"), _("Any owner"), [("none", _("Nobody")), *owners])
        self.choose("came_by", _("Came by"), _("Any way in"), LeadOrigin.choices)
        self.choose("form", _("Form"), _("Any form"), form_choices())
        self.choose("period", _("Captured"), _("Any time"), PERIODS)


class LeadForm(PersonForm):
    """A lead entered by hand. `once` makes a form sent twice one lead."""

    once = forms.CharField(widget=forms.HiddenInput, max_length=40, initial=lambda: short_code(120))
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=120)
    phone = forms.CharField(label=_("Phone"), max_length=64, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False)
    company = forms.CharField(label=_("Company"), max_length=200, required=False)
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    note = forms.CharField(label=_("Note"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, owners: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}
        self.fields["email"].widget.attrs |= {"inputmode": "email", "autocomplete": "off"}
        names = [name for _pk, name in source_choices(active_only=True)]
        offer(self, "source", [("", _("No source")), *zip(names, names, strict=True)])
        offer(self, "owner", [("", _("Whose turn it is")), *owners])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("phone") and not cleaned.get("email"):
            self.add_error("phone", _("Give a phone or an e-mail, else nobody can answer."))
        return cleaned

    def said(self) -> dict[str, str]:
        """What was typed, as it was typed."""
        return {name: self.data[name] for name in self.fields if self.data.get(name) and name != "once"}

    def lead(self) -> LeadInput:
        values = self.cleaned_data
        return LeadInput(
            row=1,
            name=values["name"],
            company=values["company"],
            identities=tuple(filter(None, [values["phone"], values["email"]])),
            source=values["source"],
            city=values["city"],
            note=values["note"],
        )


class InteractionForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=InteractionKind.choices)
    text = forms.CharField(
        label=_("What was said"), max_length=4000, required=False, widget=forms.Textarea({"rows": 3})
    )
    effective = forms.BooleanField(label=_("Effective communication"), required=False)
    next_on = forms.DateField(
        label=_("Next date"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class RatingForm(forms.Form):
    rating = forms.ChoiceField(label=_("Rating"), required=False, choices=[("", _("Not rated")), *Rating.choices])


class OwnerForm(forms.Form):
    owner = forms.ChoiceField(label=_("Owner"))

    def __init__(self, *args: Any, owners: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", [("", _("Choose an owner")), *owners])


class LossForm(forms.Form):
    reason = forms.CharField(label=_("Why was it lost?"), max_length=80)
