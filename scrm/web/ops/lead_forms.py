"""What people enter about leads, and the list's filters."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.selectors import user_list_visible
from leads.enums import LeadOrigin, LeadStatus, Rating
from leads.selectors import form_choices, source_choices
from scrm.web.lead_entry import LeadEntryForm
from scrm.web.ops.filters import Choices, FilterForm, offer

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


class LeadForm(LeadEntryForm):
    """A lead entered at the dashboard, for whoever is chosen."""

    owner = forms.ChoiceField(label=_("Owner"), required=False)

    def __init__(self, *args: Any, owners: Choices, role: str, **kwargs: Any) -> None:
        super().__init__(*args, role=role, **kwargs)
        offer(self, "owner", [("", _("Whose turn it is")), *owners])


class RatingForm(forms.Form):
    rating = forms.ChoiceField(label=_("Rating"), required=False, choices=[("", _("Not rated")), *Rating.choices])


class OwnerForm(forms.Form):
    owner = forms.ChoiceField(label=_("Owner"))

    def __init__(self, *args: Any, owners: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "owner", [("", _("Choose an owner")), *owners])


class LossForm(forms.Form):
    reason = forms.CharField(label=_("Why was it lost?"), max_length=80)
