"""How every form reads what people enter of a person: a name, a phone, an e-mail."""

from collections.abc import Callable
from typing import TypeVar

from django import forms

from contacts.normalise import InvalidValue, normalise_email, normalise_name, normalise_phone
from leads.inputs import IdentityInput
from tenants.selectors import tenant_current

Value = TypeVar("Value")


class PersonForm(forms.Form):
    """Fields of these names come out as the business keeps them; a form has those that it asks for."""

    def clean_name(self) -> str:
        return read_value(normalise_name, self.cleaned_data["name"])

    def clean_phone(self) -> IdentityInput | None:
        text = self.cleaned_data["phone"]
        if not text:
            return None
        region = tenant_current().region
        phone = read_value(lambda value: normalise_phone(value, region=region), text)
        return IdentityInput("phone", phone.value, phone.key)

    def clean_email(self) -> IdentityInput | None:
        text = self.cleaned_data["email"]
        if not text:
            return None
        email = read_value(normalise_email, text)
        return IdentityInput("email", email.value, email.key)


def read_value(reader: Callable[[str], Value], text: str) -> Value:
    """What the reader makes of it; its refusal stands beside the field."""
    try:
        return reader(text)
    except InvalidValue as error:
        raise forms.ValidationError(f"{error.message} {error.fix}") from error
