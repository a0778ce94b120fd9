"""Seals identities with the master key of now; what finds them stays, for blind indexes outlive master keys."""

from uuid import UUID

from django.db import transaction

from contacts.models import Identity
from contacts.sealing import open_identity, seal_again
from scrm.core import crypto
from tenants.selectors import tenant_keys


def reseal_identities(*, after: UUID | None, limit: int) -> tuple[UUID | None, int, int]:
    """Of the next `limit` rows behind `after`: the last one's id (None at the end), how many were sealed anew,
    and how many can't be opened. Writers may work beside it; again, it does what is left."""
    keys = tenant_keys()
    with transaction.atomic():
        rows = Identity.objects.select_for_update(no_key=True).only("pk", "sealed").order_by("pk")
        batch = list((rows.filter(pk__gt=after) if after else rows)[:limit])
        changed, lost = [], 0
        for row in batch:
            if crypto.is_current(row.sealed, keys=keys):
                continue
            try:
                value = open_identity(row.sealed, pk=row.pk, keys=keys)
            except crypto.CryptoError:
                lost += 1
                continue
            row.sealed = seal_again(value, pk=row.pk, keys=keys)
            changed.append(row)
        Identity.objects.bulk_update(changed, ["sealed"])
    return (batch[-1].pk if batch else None), len(changed), lost
