"""Folds one contact into another, and brings it back. What further rooms do about it is a line in flows."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import User
from contacts import merge_queries, queries
from contacts.finding.keys import keys_of
from contacts.merge_queries import Pointer
from contacts.merge_records import open_record, seal_record
from contacts.merging import Key, Record, Rule, chosen_values
from contacts.models import Contact, ContactMerge, Identity
from contacts.sealing import lock_number
from scrm.core import crypto
from tenants.selectors import tenant_keys

log = structlog.get_logger(__name__)


class CameMeanwhile(ValidationError):
    """Somebody arrived as one of the contacts while they were about to be held: let go of them and begin anew."""


Tables = Mapping[Pointer, Rule]

OWN: Final = frozenset({"id", "created_at", "updated_at", "erased_at", "was_reachable", "search_keys"})
"""Columns of a contact that nobody chooses."""


def merge_columns() -> list[str]:
    """The columns of a contact of which one value has to be chosen."""
    fields = [each for each in Contact._meta.concrete_fields if not getattr(each, "generated", False)]
    return [str(each.column) for each in fields if each.column not in OWN]


def hold_for_merge(*, contact_ids: Iterable[UUID], also: Iterable[bytes]) -> None:
    """Hold contacts until the transaction ends, against whoever arrives as one of them, and, as `lock_people`, `also`.

    ValidationError when one of them is not there, CameMeanwhile when somebody is adding to them right now.
    """
    wanted = sorted(set(contact_ids))
    numbers = {*_numbers_of(wanted), *(lock_number(blind) for blind in also)}
    queries.lock_numbers(numbers)
    held = Contact.objects.filter(pk__in=wanted, erased_at=None).select_for_update(no_key=True).order_by("pk")
    if len(held.values_list("pk", flat=True)) < len(wanted):
        raise ValidationError(_("One of them is no longer there: it was merged or erased meanwhile."))
    # What somebody who arrived meanwhile is known by: waited for now, it could wait for us.
    late = _numbers_of(wanted) - numbers
    if late and not merge_queries.try_lock_numbers(late):
        raise CameMeanwhile(_("Somebody is just coming in as one of them: try again."))


def fold_contact(
    *,
    survivor_id: UUID,
    folded_id: UUID,
    tables: Tables,
    choices: Mapping[str, str],
    record: Record,
    by: User | None,
    now: datetime,
) -> ContactMerge:
    """Make everything of one held contact the survivor's. `tables` says how each table fares, `choices` whose value of
    a column stays; `record` has what other rooms did already."""
    # Nothing begins to point to it from here on.
    list(Contact.objects.select_for_update().filter(pk=folded_id).values_list("pk"))
    merge_queries.withdraw_where_either_did(survivor=survivor_id, folded=folded_id, now=now, record=record)
    for pointer, rule in tables.items():
        merge_queries.fold(pointer, rule, survivor=survivor_id, folded=folded_id, record=record)
    _choose(survivor_id, folded_id, choices, record, now)
    name = merge_queries.fold_row(folded=folded_id, record=record)
    return ContactMerge.objects.create(
        survivor_id=survivor_id,
        folded_id=folded_id,
        name=name,
        sealed=seal_record(record, folded_id),
        rows=record.rows,
        at=now,
        by=by,
    )


def newest_merge(*, survivor_id: UUID) -> ContactMerge | None:
    """The merge into this contact that can be taken back first."""
    return ContactMerge.objects.filter(survivor=survivor_id, undone_at=None).order_by("-pk").first()


def unfold_contact(*, merge: ContactMerge, tables: Tables, by: User | None, now: datetime) -> tuple[Record, int]:
    """Bring a folded contact back, with its own id and all that moved, changed or was set aside.

    What came since stays with the survivor. Gives the record, and how many rows could not come back because what they
    belong to is gone. The survivor is held. ValidationError when the merge is not the newest that stands.
    """
    newest = newest_merge(survivor_id=merge.survivor_id)
    if newest is None or newest.pk != merge.pk:
        raise ValidationError(_("It was taken back already, or a later merge has to be taken back first."))
    record = open_record(merge)
    survivor, folded = merge.survivor_id, merge.folded_id
    models = merge_queries.by_table([Contact, *(model for model, _column in tables)])
    merge_queries.put_back(Contact, [row for table, row in record.removed if table == Contact._meta.db_table])
    for table, column, keys in record.moved:
        if table in models:
            merge_queries.move_back((models[table], column), keys, survivor=survivor, folded=folded)
    for table, key, before, after in reversed(record.changed):
        if table in models:
            _change_back(models[table], key, before, after)
    for table, key in record.added:
        merge_queries.remove(models[table], [key])
    lost = 0
    for table in dict.fromkeys(table for table, _row in record.removed):
        if table in models and table != Contact._meta.db_table:
            rows = [row for of, row in record.removed if of == table]
            lost += len(rows) - merge_queries.put_back(models[table], rows)
    merge_queries.share_marks_since(survivor=survivor, folded=folded, since=merge.at)
    # Whose name it was is somebody else again: nothing of them stays here.
    ContactMerge.objects.filter(pk=merge.pk).update(name="", sealed=None, undone_at=now, undone_by=by)
    return record, lost


def _change_back(model: type[Model], key: Key, before: str, after: str) -> None:
    try:
        with transaction.atomic():
            merge_queries.change_back(model, key, before, after)
    except IntegrityError:
        # The survivor has got what it had before once more, in a row of its own.
        log.info("contact.unmerged_in_part", table=model._meta.db_table, key=key)


def reseal_merges() -> tuple[int, int]:
    """Seal records with the master key of now: how many were, and how many can't be opened."""
    keys, changed, lost = tenant_keys(), 0, 0
    for pk in ContactMerge.objects.filter(sealed__isnull=False).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            merge = ContactMerge.objects.select_for_update(no_key=True).get(pk=pk)
            if merge.sealed is None or crypto.is_current(merge.sealed, keys=keys):
                continue
            try:
                merge.sealed = seal_record(open_record(merge), merge.folded_id)
            except crypto.CryptoError:
                lost += 1
                continue
            merge.save(update_fields=["sealed"])
            changed += 1
    return changed, lost


def _numbers_of(contact_ids: Iterable[UUID]) -> set[int]:
    blinds = Identity.objects.filter(contact_id__in=list(contact_ids)).values_list("blind", flat=True)
    return {lock_number(bytes(blind)) for blind in blinds}


def _choose(survivor: UUID, folded: UUID, choices: Mapping[str, str], record: Record, now: datetime) -> None:
    """Each column is a change by itself: what somebody edits later stays, and the others go back."""
    columns = [*merge_columns(), "created_at"]
    own, other = merge_queries.values_of(survivor, columns), merge_queries.values_of(folded, columns)
    known_since = min(own.pop("created_at"), other.pop("created_at"))
    values: dict[str, Any] = chosen_values(own, other, choices)
    if "name" in values:
        values["search_keys"] = keys_of(values["name"])
    for column, value in {**values, "created_at": known_since, "updated_at": now}.items():
        after = json.dumps({column: value}, default=str, ensure_ascii=False)
        merge_queries.change(Contact, str(survivor), after, record)
