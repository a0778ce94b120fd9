"""The questions of a hosted form, and what the answers say about a lead."""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from contacts.custom.values import Shape, show_field
from contacts.enums import ChannelKind, ConsentPurpose, FieldSubject
from contacts.inputs import ConsentInput
from contacts.lookup import read_own
from contacts.normalise import EXTERNAL_ID_MAX
from contacts.selectors import field_shapes
from contacts.selectors.kinds import own_kinds
from leads.enums import FieldKind
from leads.form_content import BETWEEN, PERSONAL, Content, Question
from leads.form_logic import shown_ids
from leads.inputs import IdentityInput, LeadInput
from leads.models import Form
from leads.readings import NOTE_MAX, read_note, read_text
from leads.row_reading import LONGEST
from scrm.web.own_inputs import input_for, read_answer, shown_in_input
from scrm.web.person_form import PersonForm, read_value
from tenants.selectors import tenant_zone

_TEXT_MAX: Final = 200
_FEW: Final = 6
"""Up to so many choices stand on the page; more are a list to open."""
_INPUTS: Final[Mapping[FieldKind, dict[str, str]]] = {
    FieldKind.NAME: {"autocomplete": "name"},
    FieldKind.PHONE: {"autocomplete": "tel", "inputmode": "tel", "type": "tel"},
    FieldKind.EMAIL: {"autocomplete": "email", "inputmode": "email"},
    FieldKind.COMPANY: {"autocomplete": "organization"},
    FieldKind.CITY: {"autocomplete": "address-level2"},
}
_LIMITS: Final = {
    FieldKind.NAME: LONGEST["name"],
    FieldKind.COMPANY: LONGEST["company"],
    FieldKind.CITY: LONGEST["city"],
    FieldKind.PHONE: 64,
    FieldKind.EMAIL: 254,
    FieldKind.TEXT: _TEXT_MAX,
    FieldKind.LONG: NOTE_MAX,
}
_WAYS: Final = ("phone", "email")
_ELSEWHERE: Final = (*PERSONAL, FieldKind.CONSENT, FieldKind.OWN, FieldKind.IDENTITY)
_IN_ONE_LINE: Final = (FieldKind.COMPANY, FieldKind.CITY, FieldKind.TEXT)


class HostedForm(PersonForm):
    """A version of a form as its makers want it. What is not asked, given the answers, is neither checked nor kept."""

    def __init__(self, content: Content, data: MultiValueDict[str, str] | None = None) -> None:
        super().__init__(data, auto_id="field_%s")
        self.content = content
        shapes = field_shapes(content.fields, archived=False)
        kinds = {kind.code: kind for kind in own_kinds()} if content.kinds else {}
        there = {FieldKind.OWN: shapes.keys(), FieldKind.IDENTITY: kinds.keys()}
        # What is archived meanwhile is not asked for any more.
        asked = [each for each in content.questions if not each.field or each.field in there[each.kind]]
        self.shapes = {each.name: shapes[each.field] for each in asked if each.kind == FieldKind.OWN}
        self.kinds = {each.name: kinds[each.field] for each in asked if each.kind == FieldKind.IDENTITY}
        self.questions = {question.name: question for question in asked}
        for name, question in self.questions.items():
            self.fields[name] = _field(question, self.shapes.get(name))
        raw = {each.id: data.getlist(each.name) for each in content.questions} if data is not None else {}
        self.shown = shown_ids(content.questions, raw)

    def rows(self) -> list[tuple[forms.BoundField, Question]]:
        """Each question's field, in order."""
        return [(self[name], question) for name, question in self.questions.items()]

    def focus_first_error(self) -> None:
        """Whoever is sent back goes on where something is missing."""
        wrong = next((name for name in self.questions if self.errors.get(name)), None)
        if wrong:
            self.fields[wrong].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, question in self.questions.items():
            if question.id not in self.shown:
                self.errors.pop(name, None)
                cleaned[name] = None
            elif cleaned.get(name):
                try:
                    cleaned[name] = self._read(name, question, cleaned[name])
                except forms.ValidationError as error:
                    self.add_error(name, error)
        asked = [name for name in _WAYS if name in self.questions and self.questions[name].id in self.shown]
        if not any(cleaned.get(name) or name in self.errors for name in asked):
            missing = _("Give a phone number or an e-mail address, else nobody can answer you.")
            self.add_error(asked[0] if asked else None, missing)
        return cleaned

    def lead(self, hosted: Form) -> LeadInput:
        values = self.cleaned_data
        answers = {
            question.key: _said(values[name])
            for name, question in self.questions.items()
            if question.kind not in _ELSEWHERE and values.get(name)
        }
        own = {name: values[name] for name in self.shapes if values.get(name) not in (None, "", [])}
        zone = tenant_zone()
        answers |= {
            self.questions[name].key: show_field(self.shapes[name], own[name], zone=zone)
            for name in own
            if not self.shapes[name].sealed
        }
        lead = LeadInput(
            row=1,
            name=values.get("name") or "",
            company=values.get("company") or "",
            identities=tuple(filter(None, [values.get(name) for name in (*_WAYS, *self.kinds)])),
            source=hosted.source.name,
            city=values.get("city") or "",
            attributes=answers,
        )
        # What somebody took out of a lead's field is not to begin with it all the same.
        own |= dict.fromkeys(filter(self._is_left_out, self.shapes.keys() - own.keys()))
        for name, value in own.items():
            lead.note_field(self.questions[name].field, self.shapes[name], value)
        return lead

    def _is_left_out(self, name: str) -> bool:
        shape = self.shapes[name]
        offered = shape.default is not None and shape.subject is FieldSubject.LEAD
        return offered and self.questions[name].id in self.shown

    def _read(self, name: str, question: Question, value: Any) -> Any:
        if name in self.shapes:
            return read_answer(self.shapes[name], value, zone=tenant_zone())
        if name in self.kinds:
            known = read_value(partial(read_own, self.kinds[name]), value)
            return IdentityInput(*known)
        return _read(question, value)

    def tag_ids(self) -> tuple[str, ...]:
        """What the choices give."""
        found: dict[str, None] = {}
        for name, question in self.questions.items():
            value = self.cleaned_data.get(name)
            chosen = {value} if isinstance(value, str) else set(value or ()) if isinstance(value, list) else set()
            for choice in question.choices:
                if choice.label in chosen:
                    found |= dict.fromkeys(choice.tags)
        return tuple(found)

    def consents(self, hosted: Form, version: int) -> tuple[ConsentInput, ...]:
        """What they agreed to: the text they saw with its version; of words of the form's own a fingerprint of them."""
        given = []
        for name, question in self.questions.items():
            if question.kind == FieldKind.CONSENT and self.cleaned_data.get(name):
                fingerprint = hashlib.sha256(question.label.encode()).hexdigest()[:12]
                proof = {"text": question.label, "form": str(hosted.pk), "version": version}
                said: dict[str, Any] = {"text_version": question.version or fingerprint, "proof": proof}
                purpose = ConsentPurpose(question.purpose or ConsentPurpose.MARKETING)
                given.append(ConsentInput(ChannelKind.ALL, purpose=purpose, **said))
        return tuple(given)


def _field(question: Question, shape: Shape | None) -> forms.Field:
    said: dict[str, Any] = {"label": question.label, "help_text": question.help, "required": question.required}
    if shape is not None:
        return input_for(shape, **said, initial=shown_in_input(shape, shape.default, zone=tenant_zone()))
    offered = [(each, each) for each in question.offered]
    match question.kind:
        case FieldKind.CONSENT:
            missing = _("Please tick this, so that we may answer you.")
            return forms.BooleanField(**said, error_messages={"required": missing})
        case FieldKind.CHOICES:
            return forms.MultipleChoiceField(**said, choices=offered, widget=forms.CheckboxSelectMultiple)
        case FieldKind.CHOICE if len(offered) > _FEW:
            return forms.ChoiceField(**said, choices=[("", _("Choose")), *offered])
        case FieldKind.CHOICE:
            return forms.ChoiceField(**said, choices=offered, widget=forms.RadioSelect)
        case FieldKind.RATING:
            return forms.ChoiceField(**said, choices=offered, widget=forms.RadioSelect({"class": "rating"}))
        case FieldKind.DATE:
            return forms.DateField(**said, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    if question.kind == FieldKind.IDENTITY:
        return forms.CharField(**said, max_length=EXTERNAL_ID_MAX, widget=forms.TextInput({"autocomplete": "off"}))
    attributes = dict(_INPUTS.get(question.kind, {}))
    if question.placeholder:
        attributes["placeholder"] = question.placeholder
    widget = forms.Textarea(attributes) if question.kind == FieldKind.LONG else forms.TextInput(attributes)
    return forms.CharField(**said, max_length=_LIMITS[question.kind], widget=widget)


def _read(question: Question, value: Any) -> Any:
    if question.kind in _IN_ONE_LINE:
        return read_value(read_text, value)
    return read_value(read_note, value) if question.kind == FieldKind.LONG else value


def _said(value: Any) -> str:
    return BETWEEN.join(value) if isinstance(value, list) else str(value)
