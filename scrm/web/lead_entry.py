"""A lead by hand, at the dashboard or on the phone: its form, who is known already, and the source chosen last."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from contacts.enums import FieldSubject
from contacts.lookup import people_known_as, read_identity
from contacts.normalise import InvalidValue
from contacts.selectors import fields_writable
from contacts.selectors.kinds import own_kinds
from leads.arrival_payloads import payload_of
from leads.enums import LeadOrigin
from leads.inputs import Arrival, LeadInput
from leads.selectors import source_choices
from scrm.core.ids import short_code
from scrm.core.rates import spend
from scrm.web.access import Visit
from scrm.web.own_fields import OwnInputs
from scrm.web.own_identities import OwnIdentities
from scrm.web.person_form import PersonForm
from tenants.selectors import tenant_current

_REMEMBERED: Final = 90 * 24 * 3600
_ASKS_A_MINUTE: Final = 60
_CARD: Final = ("title", "wechat", "address")


class LeadEntryForm(OwnInputs, OwnIdentities, PersonForm):
    """What stands on a business card, and by which way it came. `once` makes a form sent twice one lead."""

    once = forms.CharField(widget=forms.HiddenInput, max_length=40, initial=lambda: short_code(120))
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=120)
    phone = forms.CharField(
        label=_("Phone"), max_length=64, required=False, help_text=_("A phone or an e-mail is enough.")
    )
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False)
    company = forms.CharField(label=_("Company"), max_length=200, required=False)
    title = forms.CharField(label=_("Job title"), max_length=120, required=False)
    wechat = forms.CharField(label=_("WeChat number"), max_length=80, required=False)
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    note = forms.CharField(label=_("Note"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_for(fields_writable(role, FieldSubject.LEAD))
        self.ask_by(own_kinds())
        for name in ("name", "phone", "email", "company"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["name"].widget.attrs["autofocus"] = True
        self.fields["name"].widget.attrs["enterkeyhint"] = "next"
        self.fields["phone"].widget.attrs["inputmode"] = "tel"
        self.fields["email"].widget.attrs["inputmode"] = "email"
        names = [name for _pk, name in source_choices(active_only=True)]
        source = self.fields["source"]
        if isinstance(source, forms.ChoiceField):
            source.choices = [("", _("No source")), *zip(names, names, strict=True)]

    @property
    def has_card(self) -> bool:
        """Whether more than the first few fields is filled in, or wrong."""
        return any(self[name].value() or self[name].errors for name in (*_CARD, "city", "note"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("phone") and not cleaned.get("email"):
            self.add_error("phone", _("Give a phone or an e-mail, else nobody can answer."))
        return cleaned

    def arrival(self, *, owner_id: UUID | None = None, suggested_owner_id: UUID | None = None) -> Arrival:
        values = self.cleaned_data
        lead = LeadInput(
            row=1,
            name=values["name"],
            company=values["company"],
            identities=tuple(filter(None, [values["phone"], values["email"], *self.own_identities])),
            source=values["source"],
            city=values["city"],
            note=values["note"],
            attributes={name: values[name] for name in _CARD if values[name]},
            lead_fields=self.own_values,
        )
        return Arrival(
            lead=lead,
            came_by=LeadOrigin.HAND,
            dedupe_key=f"hand:{values['once']}",
            owner_id=owner_id,
            suggested_owner_id=suggested_owner_id,
            payload=payload_of(
                {name: self.data[name] for name in self.fields if name != "once" and self.data.get(name)}
            ),
        )


def known_answer(request: Visit, template: str) -> HttpResponse:
    """Who is known already by the phone or the e-mail that is being typed; those of others without a word of whose."""
    budget = spend(f"known:{request.user.pk}", limit=_ASKS_A_MINUTE, seconds=60)
    people = []
    if budget is None or not budget.is_overdrawn:
        people = people_known_as(request.user, _typed(request))
    answer = render(request, template, {"people": people})
    answer["Cache-Control"] = "no-store"
    return answer


def _typed(request: Visit) -> list[Any]:
    typed = []
    for kind in ("phone", "email"):
        text = request.POST.get(kind, "").strip()[:254]
        if text:
            try:
                typed.append(read_identity(kind, text, region=tenant_current().region))
            except InvalidValue:
                # Still being typed.
                continue
    return typed


def last_source(user: User) -> str:
    """What this user chose last, on whatever device; empty when it was long ago."""
    return str(cache.get(_key(user)) or "")


def remember_source(user: User, name: str) -> None:
    cache.set(_key(user), name, _REMEMBERED)


def _key(user: User) -> str:
    return f"last_source:{user.pk}"
