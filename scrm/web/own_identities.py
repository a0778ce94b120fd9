"""Identities of the business's own kinds, as a form asks for them."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from django import forms

from contacts.custom.kinds import OwnKind
from contacts.lookup import read_own
from contacts.normalise import EXTERNAL_ID_MAX
from leads.inputs import IdentityInput
from scrm.web.person_form import read_value

PREFIX: Final = "identity-"


class OwnIdentities(forms.Form):
    """A form that asks by what else somebody is known."""

    kinds: Sequence[OwnKind] = ()

    def ask_by(self, kinds: Sequence[OwnKind]) -> None:
        self.kinds = kinds
        for kind in kinds:
            widget = forms.TextInput({"autocomplete": "off", "placeholder": ", ".join(kind.patterns)})
            said: dict[str, Any] = {"label": kind.label, "help_text": kind.help, "required": False}
            self.fields[PREFIX + kind.code] = forms.CharField(**said, max_length=EXTERNAL_ID_MAX, widget=widget)

    @property
    def identity_rows(self) -> list[forms.BoundField]:
        return [self[PREFIX + kind.code] for kind in self.kinds]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for kind in self.kinds:
            name = PREFIX + kind.code
            try:
                said = cleaned.get(name)
                cleaned[name] = IdentityInput(*read_value(partial(read_own, kind), said)) if said else None
            except forms.ValidationError as error:
                self.add_error(name, error)
        return cleaned

    @property
    def own_identities(self) -> list[IdentityInput]:
        """Those that were entered."""
        return [each for kind in self.kinds if (each := self.cleaned_data.get(PREFIX + kind.code))]
