"""What is asked about an entry link, one or many, and how a list of them is narrowed."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.selectors import user_list_visible, user_visible
from campaigns.link_selectors import campaign_choices, campaign_get
from leads.enums import LinkKind
from leads.link_targets import UTM
from leads.models import EntryLink
from leads.selectors import (
    department_choices,
    department_get,
    form_choices_published,
    form_detail,
    source_choices,
    source_detail,
)
from scrm.web.ops.filters import FilterForm, offer
from tenants.selectors import tenant_zone

_LABELS = {
    "utm_source": _("Campaign source"),
    "utm_medium": _("Campaign medium"),
    "utm_campaign": _("Campaign name"),
    "utm_term": _("Campaign term"),
    "utm_content": _("Campaign content"),
}
KINDS = [choice for choice in LinkKind.choices if choice[0] != LinkKind.REFERRAL]
_NOBODY = [("", _("Nobody"))]


class LinkFilter(FilterForm):
    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.choose("kind", _("Kind"), _("Any kind"), LinkKind.choices)
        states = [("active", _("Active")), ("paused", _("Paused")), ("over", _("Over"))]
        self.choose("state", _("State"), _("Any state"), states)


class LinkForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    source = forms.ChoiceField(label=_("Source"), required=False)
    campaign = forms.ChoiceField(label=_("Campaign"), required=False)
    rep = forms.ChoiceField(
        label=_("Representative"), required=False, help_text=_("New people become theirs, unless somebody has them.")
    )
    department = forms.ChoiceField(
        label=_("Dealer or team"), required=False, help_text=_("New people go to its members in turn.")
    )
    place = forms.CharField(label=_("Place"), max_length=120, required=False)
    form = forms.ChoiceField(label=_("Leads to the form"), required=False)
    url = forms.CharField(
        label=_("or to a page elsewhere"),
        max_length=500,
        required=False,
        widget=forms.TextInput({"inputmode": "url", "placeholder": "https://"}),
        help_text=_("Only on sites that are allowed. Who arrives there is counted, but leaves no lead here."),
    )
    expires_on = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in UTM:
            self.fields[name] = forms.CharField(label=_LABELS[name], max_length=200, required=False, help_text=name)
        offer(self, "source", [("", _("The form's own")), *source_choices(active_only=True)])
        offer(self, "campaign", [("", _("None")), *campaign_choices()])
        offer(self, "rep", [*_NOBODY, *((str(user.pk), str(user)) for user in user_list_visible(viewer))])
        offer(self, "department", [*_NOBODY, *department_choices()])
        offer(self, "form", [("", _("None")), *form_choices_published()])
        self._viewer = viewer

    def values(self) -> dict[str, Any]:
        """As the service takes them."""
        said = self.cleaned_data
        ids = {name: UUID(said[name]) if said[name] else None for name in ("source", "rep", "department", "form")}
        return {
            **{name: said[name] for name in ("kind", "place", "url") if name in said},
            **({"name": said["name"]} if "name" in said else {}),
            "source": ids["source"] and source_detail(ids["source"]),
            "rep": ids["rep"] and user_visible(self._viewer, ids["rep"]),
            "department": ids["department"] and department_get(ids["department"]),
            "form": ids["form"] and form_detail(ids["form"]),
            "utm": {name: said[name] for name in UTM if said[name]},
            "expires_at": datetime.combine(said["expires_on"], time.max, tenant_zone()) if said["expires_on"] else None,
        }

    @property
    def utm_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in UTM]

    @property
    def has_utm(self) -> bool:
        """Whether one of the campaign's parameters is filled in, or wrong."""
        return any(each.value() or each.errors for each in self.utm_fields)

    @property
    def chosen_campaign(self) -> Any:
        chosen = self.cleaned_data["campaign"]
        return campaign_get(UUID(chosen)) if chosen else None


class PlacesForm(LinkForm):
    """The same for many places at once."""

    places = forms.CharField(
        label=_("Places"),
        max_length=80_000,
        widget=forms.Textarea({"rows": 8}),
        help_text=_("One to a line: each gets a link and a QR code of its own."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "kind", "place"):
            del self.fields[name]
        self.order_fields(["places", "form", "url", "source", "campaign", "rep", "department"])

    def values(self) -> dict[str, Any]:
        return {**super().values(), "kind": LinkKind.PLACE}

    @property
    def listed(self) -> list[str]:
        return str(self.cleaned_data["places"]).splitlines()


class HostForm(forms.Form):
    host = forms.CharField(
        label=_("Site"), max_length=260, widget=forms.TextInput({"placeholder": "www.example.com", "inputmode": "url"})
    )


def initial_of(link: EntryLink, campaign_id: UUID | None) -> dict[str, Any]:
    """What a form about this link begins with."""
    ends = link.expires_at.astimezone(tenant_zone()).date() if link.expires_at else None
    ids = {name: str(getattr(link, f"{name}_id") or "") for name in ("source", "rep", "department", "form")}
    plain = {name: getattr(link, name) for name in ("name", "kind", "place", "url")}
    return {**plain, **ids, **link.utm, "campaign": str(campaign_id or ""), "expires_on": ends}
