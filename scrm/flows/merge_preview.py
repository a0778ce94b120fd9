"""What a merge of two contacts would do, and what taking one back would; both write nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from campaigns.merge_queries import doubled_runs
from campaigns.models import Enrollment, Sop
from contacts import merge_queries
from contacts.custom.values import show_field
from contacts.merge_records import open_record
from contacts.merging import BOTH, FOLDED, SURVIVOR
from contacts.models import Contact, ContactMerge, DuplicatePair
from contacts.selectors import fields_visible
from contacts.services.merging import OWN, newest_merge
from scrm.flows.merge_tables import merge_tables
from tenants.selectors import tenant_zone

_JOINED: Final = frozenset({"note"})
_CUSTOM: Final = "fields"


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows of one kind, in words."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A value of which one stays; `chosen` unless somebody says otherwise."""

    name: str
    label: str
    own: str
    other: str
    chosen: str
    can_be_both: bool


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a merge would do: values to choose, rows that go along, SOPs in which one run of two goes on."""

    fields: list[FieldChoice]
    rows: list[Counted]
    sops: list[Sop]


@dataclass(frozen=True, slots=True)
class ForeseenBack:
    """What taking a merge back would do: rows that go back, and rows that were set aside and come back."""

    is_next: bool
    rows: list[Counted]
    set_aside: list[Counted]


def foresee_merge(survivor: Contact, folded: Contact, *, role: str) -> Foreseen:
    """What would become of the two, of their fields as far as the role sees them."""
    counts = Counter[str]()
    for pointer in merge_tables():
        if pointer[0] not in (ContactMerge, DuplicatePair):
            counts[str(pointer[0]._meta.verbose_name_plural)] += merge_queries.count_pointing(pointer, folded.pk)
    runs = doubled_runs(survivor.pk, folded.pk)
    sops = list(Sop.objects.filter(pk__in=Enrollment.objects.filter(pk__in=runs).values("sop")).order_by("name"))
    return Foreseen(list(_fields(survivor, folded, role)), _counted(counts), sops)


def foresee_unmerge(merge: ContactMerge) -> ForeseenBack:
    """What would go back to whom it came from, and what would stay."""
    record = open_record(merge)
    models = {model._meta.db_table: model for model, _column in merge_tables()}
    rows, aside = Counter[str](), Counter[str]()
    for table, column, keys in record.moved:
        if table in models:
            left = merge_queries.count_left((models[table], column), keys, merge.survivor_id)
            rows[str(models[table]._meta.verbose_name_plural)] += left
    for table, _row in record.removed:
        if table in models:
            aside[str(models[table]._meta.verbose_name_plural)] += 1
    newest = newest_merge(survivor_id=merge.survivor_id)
    is_next = newest is not None and newest.pk == merge.pk
    return ForeseenBack(is_next, _counted(rows), _counted(aside))


def _fields(survivor: Contact, folded: Contact, role: str) -> Iterable[FieldChoice]:
    for field in Contact._meta.concrete_fields:
        if field.column in OWN or getattr(field, "generated", False):
            continue
        own, other = getattr(survivor, field.name), getattr(folded, field.name)
        if field.column == _CUSTOM:
            own, other = _in_words(own, other, role)
        if own == other:
            continue
        both = field.column in _JOINED or field.column == _CUSTOM
        chosen = BOTH if both else SURVIVOR if own not in (None, "") else FOLDED
        yield FieldChoice(str(field.column), str(field.verbose_name), _said(own), _said(other), chosen, both)


def _in_words(own: Mapping[str, Any], other: Mapping[str, Any], role: str) -> tuple[str, str]:
    """Those custom fields of both in which they differ, a line for each that the role sees."""
    fields, zone = [each for each in fields_visible(role) if own.get(each.code) != other.get(each.code)], tenant_zone()

    def told(held: Mapping[str, Any]) -> str:
        said = [(each.name, show_field(each.shape, held.get(each.code), zone=zone)) for each in fields]
        return "\n".join(f"{name}: {text}" for name, text in said if text)

    return told(own), told(other)


def _said(value: Any) -> str:
    return "" if value is None else str(value)


def _counted(counts: Counter[str]) -> list[Counted]:
    return [Counted(label, count) for label, count in sorted(counts.items()) if count]
