"""Writes what sensitive fields hold, shows it in clear, and seals it anew."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from contacts.custom.sealing import hint_of_field, open_field, seal_field
from contacts.custom.values import show_field
from contacts.models import CustomField, SealedValue
from contacts.services.identities import count_reveal
from exchange.models import ApiKey
from scrm.core import crypto
from scrm.core.bulk import insert_columns
from scrm.core.crypto import CryptoError, TenantKeys
from scrm.core.ids import uuid7s
from tenants.selectors import tenant_keys, tenant_zone

_AT_ONCE: Final = 1000


def write_sealed(
    *, said: Mapping[UUID, Mapping[str, Any]], over: Collection[UUID], now: datetime
) -> dict[UUID, list[str]]:
    """Write sensitive fields of held contacts by their codes; gives the codes that changed of each.

    None takes a value away. Of contacts that are not in `over` only what is not held yet is written.
    """
    codes = {code for values in said.values() for code in values}
    if not codes:
        return {}
    fields = {field.code: field for field in CustomField.objects.filter(code__in=codes, sealed=True)}
    rows = SealedValue.objects.filter(contact__in=said, field__in=list(fields.values())).order_by("pk")
    held = {(row.contact_id, row.field_id): row for row in rows.select_for_update(no_key=True)}
    keys, changed = tenant_keys(), dict[UUID, list[str]]()
    old, new = list[UUID](), list[tuple[UUID, CustomField, Any]]()
    for contact_id, values in said.items():
        for code in sorted(values.keys() & fields.keys()):
            row, value = held.get((contact_id, fields[code].pk)), values[code]
            if (row is not None and contact_id not in over) or _opened(row, keys) == value:
                continue
            changed.setdefault(contact_id, []).append(code)
            if row is not None:
                old.append(row.pk)
            if value is not None:
                new.append((contact_id, fields[code], value))
    if old:
        SealedValue.objects.filter(pk__in=old).delete()
    if new:
        _insert(new, keys, now)
    return changed


def reveal_field(*, held: SealedValue, by: User | None, now: datetime, key: ApiKey | None = None) -> str:
    """What a sensitive field holds, in words; who asked is counted and in the audit trail. RevealsSpent."""
    details = {"field": held.field.code, "value": str(held.pk)}
    shown: dict[str, Any] = {"subject": held.pk, "kind": "field", "details": details, "action": "field.revealed"}
    count_reveal(contact=held.contact, by=by, key=key, now=now, **shown)
    value = open_field(held.sealed, pk=held.pk, keys=tenant_keys())
    return show_field(held.field.shape, value, zone=tenant_zone())


def reseal_fields() -> tuple[int, int]:
    """Seal with the master key of now what is not: how many were, and how many can't be opened."""
    after, changed, lost, keys = None, 0, 0, tenant_keys()
    while True:
        with transaction.atomic():
            rows = SealedValue.objects.select_for_update(no_key=True).only("pk", "sealed").order_by("pk")
            batch = list((rows.filter(pk__gt=after) if after else rows)[:_AT_ONCE])
            anew = []
            for row in batch:
                if crypto.is_current(row.sealed, keys=keys):
                    continue
                try:
                    row.sealed = seal_field(open_field(row.sealed, pk=row.pk, keys=keys), pk=row.pk, keys=keys)
                except CryptoError:
                    lost += 1
                    continue
                anew.append(row)
            SealedValue.objects.bulk_update(anew, ["sealed"])
            changed += len(anew)
        if not batch:
            return changed, lost
        after = batch[-1].pk


def _opened(row: SealedValue | None, keys: TenantKeys) -> Any:
    """What is held now; None where nothing is, or where no key opens it any more and it may be said anew."""
    if row is None:
        return None
    try:
        return open_field(row.sealed, pk=row.pk, keys=keys)
    except CryptoError:
        return None


def _insert(new: list[tuple[UUID, CustomField, Any]], keys: TenantKeys, now: datetime) -> None:
    ids, zone = uuid7s(len(new)), tenant_zone()
    columns: dict[str, list[Any]] = {
        "id": ids,
        "contact_id": [contact_id for contact_id, _field, _value in new],
        "field_id": [field.pk for _contact_id, field, _value in new],
        "sealed": [seal_field(value, pk=pk, keys=keys) for pk, (_contact, _field, value) in zip(ids, new, strict=True)],
        "hint": [hint_of_field(field.shape, value, zone=zone) for _contact_id, field, value in new],
    }
    insert_columns(SealedValue, columns, {"at": now})
