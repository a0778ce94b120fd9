"""Fields of the business: which there are, and what they hold for a reader. Of contacts, unless it is said."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from contacts.custom.undoing import FieldsSet, taken_back
from contacts.custom.values import Shape, show_field
from contacts.enums import FieldKind, FieldSubject, Sight
from contacts.models import Contact, CustomField, SealedValue
from contacts.selectors.sealed_fields import sealed_of

CONTACT = FieldSubject.CONTACT


class HasFields(Protocol):
    """A row with what its fields hold."""

    pk: Any
    fields: Any


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field with its value for one reader: as it is kept and in words."""

    field: CustomField
    value: Any
    text: str
    editable: bool
    sealed: SealedValue | None = None
    """Of a sensitive field: what is kept, to be shown in clear; then `text` is masked."""


def field_rows(*of: FieldSubject) -> QuerySet[CustomField]:
    """Those that are shown, of some subjects or of all."""
    rows = CustomField.objects.filter(archived=False)
    return rows.filter(subject__in=of) if of else rows


def field_list(of: FieldSubject = CONTACT, *, archived: bool = False) -> list[CustomField]:
    return list(CustomField.objects.filter(subject=of, archived=archived))


def field_codes() -> list[str]:
    """Of fields that a message may speak of."""
    return list(field_rows(CONTACT).filter(sealed=False).values_list("code", flat=True))


def date_names() -> dict[str, str]:
    """The dates of a contact that a plan may count from, by code."""
    return {field.code: field.name for field in field_rows(CONTACT).filter(kind=FieldKind.DATE, sealed=False)}


def field_dates_of(contact_ids: Collection[UUID], code: str) -> dict[UUID, date]:
    """That date of each contact of whom it is known."""
    rows = Contact.objects.filter(pk__in=list(contact_ids), fields__has_key=code).order_by()
    return {pk: date.fromisoformat(fields[code]) for pk, fields in rows.values_list("pk", "fields") if fields[code]}


def sealed_codes(codes: Collection[str]) -> set[str]:
    """Those of the codes whose fields are sensitive."""
    return (
        set(CustomField.objects.filter(sealed=True, code__in=codes).values_list("code", flat=True)) if codes else set()
    )


def field_shapes(codes: Collection[str], *, archived: bool = True) -> dict[str, Shape]:
    """What these fields of contacts and leads hold, by their codes; archived ones too, unless they are left out."""
    rows = CustomField.objects.exclude(subject=FieldSubject.COMPANY).filter(code__in=codes) if codes else ()
    return {field.code: field.shape for field in rows if archived or not field.archived}


def field_get(pk: UUID) -> CustomField | None:
    return CustomField.objects.filter(pk=pk).first()


def field_defaults(of: FieldSubject) -> dict[str, Any]:
    """What fields hold in a row that is made without them."""
    return dict(field_rows(of).exclude(default=None).values_list("code", "default"))


def fields_told(sets: Sequence[FieldsSet], *, role: str, zone: ZoneInfo) -> list[list[tuple[str, str, str]]]:
    """What each set wrote, of what the role sees: name, before and after in words, in the fields' order."""
    if not any(sets):
        return [[] for _each in sets]

    def told(field: CustomField, before: Any, after: Any) -> tuple[str, str, str]:
        return field.name, show_field(field.shape, before, zone=zone), show_field(field.shape, after, zone=zone)

    seen = [field for field in CustomField.objects.all() if field.sight_of(role) != Sight.HIDDEN]
    return [[told(field, *each[field.code]) for field in seen if field.code in each] for each in sets]


def fields_visible(role: str, of: FieldSubject = CONTACT) -> list[CustomField]:
    """Those that the role sees."""
    return [field for field in field_list(of) if field.sight_of(role) != Sight.HIDDEN]


def fields_writable(role: str, *of: FieldSubject) -> list[CustomField]:
    """Those that the role changes; all of them without one."""
    return [field for field in field_rows(*(of or (CONTACT,))) if field.sight_of(role) == Sight.EDITS]


def fields_without(contacts: Iterable[Contact], steps: Sequence[tuple[UUID, FieldsSet]]) -> dict[UUID, dict[str, Any]]:
    """What these contacts' fields would hold without these steps, the last first; those alone that would change."""
    by_contact: dict[UUID, list[FieldsSet]] = {}
    for contact_id, step in steps:
        by_contact.setdefault(contact_id, []).append(step)
    found = [(contact, taken_back(contact.fields, by_contact[contact.pk])) for contact in contacts]
    return {contact.pk: fields for contact, fields in found if fields != contact.fields}


def fields_restorable(steps: Sequence[tuple[UUID, FieldsSet]]) -> int:
    """How many contacts would change if these steps were taken back."""
    rows = Contact.objects.filter(pk__in={contact_id for contact_id, _step in steps}, erased_at=None)
    return len(fields_without(rows.only("pk", "fields"), steps))


def fields_shown(row: HasFields, *, role: str, zone: ZoneInfo, of: FieldSubject = CONTACT) -> list[FieldShown]:
    """The fields of one contact, lead or company that the role sees, in their order."""
    fields = fields_visible(role, of)
    kept = _sealed(row, fields)
    return [
        FieldShown(
            field,
            row.fields.get(field.code),
            kept[field.pk].hint if field.pk in kept else show_field(field.shape, row.fields.get(field.code), zone=zone),
            field.sight_of(role) == Sight.EDITS,
            kept.get(field.pk),
        )
        for field in fields
    ]


def _sealed(row: HasFields, fields: Iterable[CustomField]) -> dict[UUID, SealedValue]:
    """What is kept of a contact's sensitive fields, by the field."""
    if not any(field.sealed for field in fields):
        return {}
    return {field_id: value for (_contact_id, field_id), value in sealed_of([row.pk]).items()}


def fields_grouped(shown: list[FieldShown]) -> list[tuple[str, list[FieldShown]]]:
    """By group, groups in the order of their first field."""
    order = {name: place for place, name in reversed(list(enumerate(each.field.group for each in shown)))}
    ordered = sorted(shown, key=lambda each: order[each.field.group])
    return [(name, list(rows)) for name, rows in groupby(ordered, key=lambda each: each.field.group)]


def fields_unsaid(contact_ids: Collection[UUID], codes: Collection[str], *, role: str) -> list[CustomField]:
    """Those of the fields that one of the contacts lacks and the role could fill in."""
    asked = [field for field in fields_writable(role) if field.code in codes] if codes else []
    held = dict(Contact.objects.filter(pk__in=contact_ids).values_list("pk", "fields")) if asked else {}
    kept = sealed_of(held) if any(field.sealed for field in asked) else {}
    return [
        field
        for field in asked
        if any(field.code not in fields and (pk, field.pk) not in kept for pk, fields in held.items())
    ]


def field_values(row: HasFields, *, role: str, of: FieldSubject = CONTACT) -> dict[str, Any]:
    """What the fields hold that the role sees, by their codes; None where nothing was said.

    Of a sensitive one that it is, and how it is shown.
    """
    fields = fields_visible(role, of)
    kept = {
        pk: {"sealed": True, "shown": value.hint, "id": str(value.pk)} for pk, value in _sealed(row, fields).items()
    }
    return {field.code: kept.get(field.pk, row.fields.get(field.code)) for field in fields}
