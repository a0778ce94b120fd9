"""Keys by which names are found, for rows that were written by a program that knew none."""

from typing import Any, Final

from django.db import transaction

from contacts.finding.keys import keys_of
from contacts.models import Company, Contact
from scrm.core.bulk import update_columns

_BATCH: Final = 5000


def give_search_keys() -> int:
    """How many contacts and companies got the keys that they lacked; each batch commits, so it can be broken off."""
    return sum(map(_give, (Company, Contact)))


def _give(model: Any) -> int:
    given, last = 0, None
    while True:
        with transaction.atomic():
            rows = model.objects.select_for_update(no_key=True).filter(search_keys=[]).exclude(name="").order_by("pk")
            found = list((rows.filter(pk__gt=last) if last else rows).values_list("pk", "name")[:_BATCH])
            # Some names, such as signs alone, have none.
            keyed = [(pk, keys) for pk, name in found if (keys := keys_of(name))]
            update_columns(model, {"id": [pk for pk, _ in keyed], "search_keys": [keys for _, keys in keyed]})
        given += len(keyed)
        if len(found) < _BATCH:
            return given
        last = found[-1][0]
