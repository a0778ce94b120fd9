"""Writes of commerce: products."""

from datetime import datetime
from decimal import Decimal

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
    active: bool = True,
    by: User | None,
    now: datetime,
) -> Product:
    product = product or Product()
    product.code, product.name, product.group = code.strip(), name.strip(), group.strip()
    product.price, product.currency = price, currency
    product.private_domain, product.active = private_domain, active
    product.full_clean()
    product.save()
    record_audit(action="product.saved", actor=by, subject=product, details={"code": product.code}, now=now)
    return product
