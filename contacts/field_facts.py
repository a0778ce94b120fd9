"""What a rule may ask about fields of contacts, and a list about those of its rows: always one fact per field."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from contacts.custom.values import Shape
from contacts.enums import FieldKind, FieldSubject
from contacts.models import CustomField
from scrm.core.conditions import Fact, Registry, Type
from scrm.core.conditions.json_values import number_sql

PREFIX: Final = "contact.field."
LISTED: Final = {
    FieldSubject.CONTACT: "contacts_contact",
    FieldSubject.LEAD: "leads_lead",
    FieldSubject.COMPANY: "contacts_company",
}
"""What a list calls its row."""
_TYPES: Final = {
    FieldKind.TEXT: Type.TEXT,
    FieldKind.LINK: Type.TEXT,
    FieldKind.NUMBER: Type.NUMBER,
    FieldKind.MONEY: Type.MONEY,
    FieldKind.DATE: Type.DATE,
    FieldKind.MOMENT: Type.MOMENT,
    FieldKind.YES_NO: Type.BOOLEAN,
    FieldKind.CHOICE: Type.CHOICE,
    FieldKind.CHOICES: Type.KEYS,
}
_READ: Final[dict[FieldKind, Callable[[Any], Any]]] = {
    FieldKind.NUMBER: Decimal,
    FieldKind.MONEY: Decimal,
    FieldKind.DATE: date.fromisoformat,
    FieldKind.MOMENT: datetime.fromisoformat,
}


def field_fact(key: str) -> Fact | None:
    """The fact of a field, of an archived one too: rules that speak of it stay readable."""
    code = key.removeprefix(PREFIX)
    field = CustomField.objects.filter(code=code, subject=FieldSubject.CONTACT).first()
    return _fact(field.code, field.shape, field.name) if field else None


def field_facts() -> Iterable[Fact]:
    return [
        _fact(field.code, field.shape, field.name)
        for field in CustomField.objects.filter(archived=False, subject=FieldSubject.CONTACT)
    ]


def listed_facts(fields: Iterable[CustomField]) -> Registry:
    """The facts of these fields alone, of the rows of a list: for conditions that were typed into an address."""
    registry = Registry()
    registry.register(*(_fact(field.code, field.shape, field.name, LISTED[field.shape.subject]) for field in fields))
    return registry


@lru_cache(maxsize=1024)
def _fact(code: str, shape: Shape, name: str, row: str = "c") -> Fact:
    # One object for the same field, as rules compare facts by identity; two businesses may share it.
    if shape.sealed:
        return _sealed_fact(code, name, row)
    return Fact(
        key=f"{PREFIX}{code}",
        label=name,
        group=_("Fields of contacts"),
        type=_TYPES[shape.kind],
        sql=field_sql(code, shape.kind, row=row),
        oracle=_oracle(code, shape.kind),
        choices=(lambda: shape.choices) if shape.choices else None,
    )


def _sealed_fact(code: str, name: str, row: str) -> Fact:
    """Of a sensitive field nobody asks more than whether it is known."""
    return Fact(
        key=f"{PREFIX}{code}",
        label=name,
        group=_("Fields of contacts"),
        type=Type.BOOLEAN,
        sql=f"""CASE WHEN EXISTS (
            SELECT 1 FROM contacts_sealedvalue kept JOIN contacts_customfield own ON own.id = kept.field_id
            WHERE kept.contact_id = {row}.id AND own.code = '{code}') THEN true END""",
        oracle=lambda subject, args, now: True if code in subject["contact"].get("sealed", ()) else None,
    )


def _oracle(code: str, kind: FieldKind) -> Callable[[Any, Any, datetime], Any]:
    read = _READ.get(kind, lambda value: value)

    def asked(subject: Any, args: Any, now: datetime) -> Any:
        value = subject["contact"]["fields"].get(code)
        return None if value is None else read(value)

    return asked


def field_sql(code: str, kind: FieldKind, *, row: str = "c") -> str:
    """What a field holds in a row that has fields; of several choices of a contact a SELECT, as facts have it."""
    # A code is of letters, digits and _ alone.
    text = f"{row}.fields ->> '{code}'"
    match kind:
        case FieldKind.NUMBER | FieldKind.MONEY:
            return number_sql(f"({text})")
        case FieldKind.YES_NO:
            return f"CASE {text} WHEN 'true' THEN true WHEN 'false' THEN false END"
        case FieldKind.DATE:
            return f"CASE WHEN {text} ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$' THEN ({text})::date END"
        case FieldKind.MOMENT:
            return f"CASE WHEN {text} ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T' THEN ({text})::timestamptz END"
        case FieldKind.CHOICES:
            return f"""
                SELECT held.id, key.value FROM contacts_contact held, jsonb_array_elements_text(
                    CASE jsonb_typeof(held.fields -> '{code}') WHEN 'array' THEN held.fields -> '{code}' ELSE '[]' END
                ) AS key(value)
            """
    return text
