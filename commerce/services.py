"""Writes of commerce: products."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.services import record_audit
from commerce.models import Product


@transaction.atomic
def save_product(
    *,
    product: Product | None = None,
    code: str,
    name: str,
    group: str = "",
    price: Decimal | None = None,
    currency: str = "CNY",
    private_domain: bool = False,
    limited: bool = False,
    active: bool = True,
    companions: Collection[UUID] | None = None,
    by: User | None,
    now: datetime,
) -> Product:
    """Make a product or change one; `companions` are bought along with it, None leaves them as they are."""
    product = product or Product()
    product.code, product.name, product.group = code.strip(), name.strip(), group.strip()
    product.price, product.currency = price, currency
    product.private_domain, product.limited, product.active = private_domain, limited, active
    product.full_clean()
    product.save()
    if companions is not None:
        product.companions.set(Product.objects.filter(pk__in=companions).exclude(pk=product.pk))
    record_audit(action="product.saved", actor=by, subject=product, details={"code": product.code}, now=now)
    return product


def group_products(*, groups: Mapping[str, str]) -> None:
    """Put products, by their codes, into groups as a file has them; those that are in one stay there."""
    if not groups:
        return
    bare = Product.objects.select_for_update().filter(code__in=list(groups), group="").order_by("pk")
    rows = list(bare.only("pk", "code"))
    for row in rows:
        row.group = groups[row.code]
    Product.objects.bulk_update(rows, ["group"])
