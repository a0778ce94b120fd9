"""Writes of commerce: products as another system lists them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from commerce.models import Product
from commerce.services_orders import CREATED, UNCHANGED, UPDATED


@dataclass(frozen=True, slots=True)
class ProductInput:
    """What is said of one product; what is not said stays. `companions` are codes of products that are there."""

    code: str
    said: Mapping[str, Any]
    companions: Collection[str] | None = None


@transaction.atomic
def keep_products(*, products: Sequence[ProductInput], by: User | None, now: datetime) -> list[tuple[UUID, str]]:
    """Make products or change them, each known by its code; gives of each its id and what became of it.

    The statements do not grow with the batch.
    """
    known = set(Product.objects.filter(code__in=[each.code for each in products]).values_list("code", flat=True))
    fresh = {each.code: Product(code=each.code, name=each.code) for each in products if each.code not in known}
    Product.objects.bulk_create(fresh.values(), ignore_conflicts=True)
    held = Product.objects.select_for_update().filter(code__in=[each.code for each in products]).order_by("pk")
    rows = {row.code: row for row in held}
    outcome = {code: CREATED if code in fresh else UNCHANGED for code in rows}
    for each in products:
        row = rows[each.code]
        before = {name: getattr(row, name) for name in each.said}
        if before != dict(each.said):
            outcome[each.code] = CREATED if each.code in fresh else UPDATED
            for name, value in each.said.items():
                setattr(row, name, value)
    names = sorted(set(chain(*(each.said for each in products))))
    changed = [row for row in rows.values() if outcome[row.code] != UNCHANGED]
    if names and changed:
        Product.objects.bulk_update(changed, names)
    for code in _accompany(rows, {each.code: each.companions for each in products if each.companions is not None}):
        outcome[code] = outcome[code] if outcome[code] != UNCHANGED else UPDATED
    if set(outcome.values()) != {UNCHANGED}:
        record_audit(action="product.listed", actor=by, details={"products": len(products)}, now=now)
    return [(rows[each.code].pk, outcome[each.code]) for each in products]


def _accompany(rows: Mapping[str, Product], wanted: Mapping[str, Collection[str]]) -> set[str]:
    """Say what is bought along with products; gives the codes of those of which it is another now."""
    if not wanted:
        return set()
    pairs = Product.companions.through.objects
    codes = dict(Product.objects.filter(code__in=set(chain(*wanted.values()))).order_by().values_list("code", "pk"))
    by_id = {rows[code].pk: code for code in wanted}
    here = set(pairs.filter(from_product__in=by_id).values_list("from_product", "to_product"))
    meant = {(rows[code].pk, codes[each]) for code, listed in wanted.items() for each in listed if each in codes}
    meant = {(one, other) for one, other in meant if one != other}
    gone = here - meant
    if gone:
        old = pairs.filter(from_product__in={one for one, _other in gone}).values_list(
            "pk", "from_product", "to_product"
        )
        pairs.filter(pk__in=[pk for pk, one, other in old if (one, other) in gone]).delete()
    link = Product.companions.through
    pairs.bulk_create(
        [link(from_product_id=one, to_product_id=other) for one, other in sorted(meant - here)], ignore_conflicts=True
    )
    return {by_id[one] for one, _other in here ^ meant}
