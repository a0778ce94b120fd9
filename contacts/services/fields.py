"""Make, change and archive fields of the business, and write what they hold of a contact."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from accounts.services import record_audit
from contacts.custom.codes import code_out_of
from contacts.custom.undoing import FieldsSet
from contacts.custom.values import SEALABLE, FieldInvalid, Shape, may_become, read_field, written
from contacts.enums import FieldKind, FieldSubject, Sight
from contacts.models import Contact, CustomField
from contacts.selectors.fields import field_rows, fields_without, sealed_codes
from contacts.services.contacts import hold_contact
from contacts.services.sealed_fields import write_sealed
from scrm.core.bulk import update_columns
from tenants.selectors import tenant_zone

FIELDS_MOST: Final = 200
CHOICES_MOST: Final = 200


def save_field(
    *,
    field: CustomField | None,
    kind: str,
    label: str,
    by: User | None,
    now: datetime,
    subject: str = FieldSubject.CONTACT,
    code: str = "",
    label_zh: str = "",
    help_text: str = "",
    group: str = "",
    choices: list[str] | None = None,
    default: Any = None,
    sealed: bool = False,
    required: bool = False,
    layout: Mapping[str, str] | None = None,
    position: int = 0,
) -> CustomField:
    """Make one or change it; ValidationError names what is wrong. A kind changes only where no value is lost.

    What a field is of (`subject`), and whether what it holds is `sealed`, is said once.
    """
    with transaction.atomic():
        made = field is None
        if field is None:
            if CustomField.objects.count() >= FIELDS_MOST:
                raise ValidationError(_("There are %(most)s fields already.") % {"most": FIELDS_MOST})
            code = _code(code or label, subject)
            field = CustomField(created_at=now, subject=subject, code=code, kind=kind, sealed=sealed)
            _check_sealable(field)
        else:
            field = CustomField.objects.select_for_update().get(pk=field.pk)
        if not may_become(FieldKind(field.kind), FieldKind(kind)) or (field.sealed and kind != field.kind):
            raise ValidationError({"kind": _("What was said so far would be lost. Make another field.")})
        field.kind, field.label, field.label_zh, field.help_text = kind, label, label_zh, help_text
        field.group, field.required, field.position = group, required, position
        field.choices = _choices(field.choices, choices or []) if kind in (FieldKind.CHOICE, FieldKind.CHOICES) else []
        if kind in (FieldKind.CHOICE, FieldKind.CHOICES) and not field.choices:
            raise ValidationError({"choices": _("Name at least one choice.")})
        field.default = None if field.sealed else _default(field.shape, default)
        known = {Role(role).value: Sight(sight).value for role, sight in (layout or {}).items()}
        field.layout = {role: sight for role, sight in known.items() if sight != Sight.EDITS}
        field.full_clean(exclude=["created_at", "choices", "layout", "default"])
        field.save(force_insert=made)
        action = "field.made" if made else "field.edited"
        record_audit(action=action, actor=by, subject=field, details={"code": field.code}, now=now)
    return field


def archive_field(*, field: CustomField, archived: bool, by: User | None, now: datetime) -> None:
    """Show it nowhere, or again; what was said stays."""
    with transaction.atomic():
        CustomField.objects.filter(pk=field.pk).update(archived=archived)
        action = "field.archived" if archived else "field.restored"
        record_audit(action=action, actor=by, subject=field, details={"code": field.code}, now=now)


def set_fields(
    *, contact_id: UUID, values: Mapping[str, Any], role: str, by: User | None, now: datetime, zone: ZoneInfo
) -> list[str]:
    """Write fields of one contact by their codes, as the role may; gives those that changed.

    ValidationError names each field that there is not, that the role may not change, or whose value can't be; or says
    that there is no such contact any more.
    """
    read = read_values(values, of=FieldSubject.CONTACT, role=role, zone=zone)
    with transaction.atomic():
        hold_contact(contact_id=contact_id)
        contact = Contact.objects.only("pk", "fields").get(pk=contact_id)
        sensitive = sealed_codes(read)
        changed, said = written(contact.fields, {code: read[code] for code in read.keys() - sensitive})
        hidden = {contact_id: {code: read[code] for code in sensitive}}
        changed = sorted([*changed, *write_sealed(said=hidden, over=[contact_id], now=now).get(contact_id, [])])
        if changed:
            Contact.objects.filter(pk=contact_id).update(fields=said, updated_at=now)
            details = {"fields": changed}
            record_audit(action="contact.fields_set", actor=by, subject=contact, details=details, now=now)
    return changed


def read_values(values: Mapping[str, Any], *, of: FieldSubject, role: str, zone: ZoneInfo) -> dict[str, Any]:
    """What somebody entered by the codes of fields, as it is kept; ValidationError as `set_fields` has it."""
    fields = {field.code: field for field in field_rows(of)} if values else {}
    problems: dict[str, str] = {}
    read: dict[str, Any] = {}
    for code, raw in values.items():
        field = fields.get(code)
        if field is None or field.sight_of(role) == Sight.HIDDEN:
            problems[code] = _("There is no such field.")
        elif field.sight_of(role) == Sight.READS:
            problems[code] = _("You may not change this field.")
        else:
            try:
                read[code] = read_field(field.shape, raw, zone=zone)
            except FieldInvalid as error:
                problems[code] = error.message
            else:
                if field.required and read[code] is None:
                    problems[code] = _("This field is required.")
    if problems:
        raise ValidationError(problems)
    return read


def restore_fields(*, steps: Sequence[tuple[UUID, FieldsSet]], now: datetime) -> int:
    """Take what was written to fields of contacts back, the last first; gives how many contacts changed."""
    ids = {contact_id for contact_id, _step in steps}
    rows = Contact.objects.filter(pk__in=ids, erased_at=None).select_for_update(no_key=True, of=("self",))
    anew = fields_without(rows.order_by("pk").only("pk", "fields"), steps)
    update_columns(Contact, {"id": list(anew), "fields": list(anew.values())}, {"updated_at": now})
    return len(anew)


def _code(text: str, subject: str) -> str:
    """A code out of a label, in pinyin where it is Chinese; ValidationError when it is taken or nothing is left.

    What a field about something else is called already gets what it is of before it: so every way in speaks of a
    field by its code alone.
    """
    code = code_out_of(text, 40)
    if CustomField.objects.filter(code=code).exclude(subject=subject).exists():
        code = f"{subject}_{code}"[:40].strip("_")
    if not code or not code[0].isalpha():
        raise ValidationError({"code": _("A code of letters, digits and _ that begins with a letter.")})
    if CustomField.objects.filter(code=code).exists():
        raise ValidationError({"code": _("There is a field with this code already; it may be archived.")})
    return code


def _check_sealable(field: CustomField) -> None:
    if field.sealed and (field.subject != FieldSubject.CONTACT or field.kind not in SEALABLE):
        reason = _("Sensitive can be a text, a number or a date of contacts.")
        raise ValidationError({"sealed": reason})


def _default(shape: Shape, said: Any) -> Any:
    try:
        return read_field(shape, said, zone=tenant_zone())
    except FieldInvalid as error:
        raise ValidationError({"default": error.message}) from error


def _choices(before: list[list[str]], labels: list[str]) -> list[list[str]]:
    """Keys with labels in the order given; a label that was there keeps its key, however it is spelt now."""
    if len(labels) > CHOICES_MOST:
        raise ValidationError({"choices": _("At most %(most)s choices.") % {"most": CHOICES_MOST}})
    keys = {label: key for key, label in before}
    taken = {key for key, _label in before}
    found: list[list[str]] = []
    for label in dict.fromkeys(labels):
        key = keys.get(label, "")
        number = len(taken) + 1
        while not key or (label not in keys and key in taken):
            key, number = f"c{number}", number + 1
        taken.add(key)
        found.append([key, label[:80]])
    return found
