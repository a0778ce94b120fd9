"""The questions of a hosted form, and what the answers say about a lead."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

from contacts.enums import ChannelKind
from contacts.inputs import ConsentInput
from leads.mapping import LONGEST, LeadInput
from leads.models import Form
from leads.readings import read_text
from scrm.web.person_form import PersonForm, read_value

_ANSWER_MAX: Final = 500
_FEW: Final = 6
"""Up to so many choices stand on the page; more are a list to open."""


class HostedForm(PersonForm):
    """A form as its makers want it."""

    def __init__(self, hosted: Form, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="field_%s")
        self.hosted = hosted
        both = hosted.ask_phone and hosted.ask_email
        if hosted.ask_name:
            self._ask("name", _("Your name"), required=True, limit=LONGEST["name"], autocomplete="name")
        if hosted.ask_phone:
            self._ask(
                "phone",
                _("Your phone number"),
                required=not both,
                limit=64,
                autocomplete="tel",
                inputmode="tel",
                type="tel",
            )
            if both:
                self.fields["phone"].help_text = _("A phone number or an e-mail address is enough.")
        if hosted.ask_email:
            self._ask(
                "email", _("Your e-mail address"), required=not both, limit=254, autocomplete="email", inputmode="email"
            )
        if hosted.ask_city:
            self._ask("city", _("Your city"), limit=LONGEST["city"], autocomplete="address-level2")
        for place, question in enumerate(hosted.questions):
            self.fields[f"question_{place}"] = _question(question)
        if hosted.consent_text:
            missing = _("Please tick this, so that we may answer you.")
            self.fields["consent"] = forms.BooleanField(label=hosted.consent_text, error_messages={"required": missing})

    def _ask(self, name: str, label: str, *, limit: int, required: bool = False, **attributes: str) -> None:
        widget = forms.TextInput(attributes)
        self.fields[name] = forms.CharField(label=label, required=required, max_length=limit, widget=widget)

    def clean_city(self) -> str:
        return read_value(read_text, self.cleaned_data["city"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.fields:
            if name.startswith("question_") and cleaned.get(name):
                try:
                    cleaned[name] = read_value(read_text, cleaned[name])
                except forms.ValidationError as error:
                    self.add_error(name, error)
        asked = [name for name in ("phone", "email") if name in self.fields]
        if not any(cleaned.get(name) or name in self.errors for name in asked):
            self.add_error(asked[0], _("Give a phone number or an e-mail address, else nobody can answer you."))
        return cleaned

    def lead(self) -> LeadInput:
        values = self.cleaned_data
        answers = {
            question["key"]: values[f"question_{place}"]
            for place, question in enumerate(self.hosted.questions)
            if values.get(f"question_{place}")
        }
        return LeadInput(
            row=1,
            name=values.get("name", ""),
            identities=tuple(filter(None, [values.get("phone"), values.get("email")])),
            source=self.hosted.source.name,
            city=values.get("city", ""),
            attributes=answers,
        )

    def consents(self) -> tuple[ConsentInput, ...]:
        """What they agreed to: the text they saw, and a fingerprint by which its versions are told apart."""
        text = self.hosted.consent_text
        if not self.cleaned_data.get("consent"):
            return ()
        version = hashlib.sha256(text.encode()).hexdigest()[:12]
        proof = {"text": text, "form": str(self.hosted.pk)}
        return (ConsentInput(ChannelKind.ALL, text_version=version, proof=proof),)


def _question(question: dict[str, Any]) -> forms.Field:
    label, choices = str(question["label"]), [str(choice) for choice in question.get("choices", [])]
    if not choices:
        return forms.CharField(label=label, required=False, max_length=_ANSWER_MAX)
    offered = [(choice, choice) for choice in choices]
    if len(choices) > _FEW:
        return forms.ChoiceField(label=label, required=False, choices=[("", _("Choose")), *offered])
    return forms.ChoiceField(label=label, required=False, choices=offered, widget=forms.RadioSelect)
