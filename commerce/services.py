"""Writes of commerce: orders as platforms report them, products."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from commerce.enums import OrderStatus
from commerce.models import Order, OrderLine, Product


@dataclass(frozen=True, slots=True)
class LineInput:
    """One line of an order, its product by code."""

    product_code: str
    quantity: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class OrderOutcome:
    order: Order
    outcome: str
    """created, updated or unchanged."""


@transaction.atomic
def save_order(
    *,
    contact_id: UUID,
    platform: str,
    number: str,
    amount: Decimal,
    ordered_at: datetime,
    currency: str = "CNY",
    status: str = OrderStatus.PAID,
    lines: Sequence[LineInput] | None = None,
    now: datetime,
) -> OrderOutcome:
    """Store an order once per platform and number; the same again changes nothing and says so.

    `lines` None leaves the lines as they are. An order never moves to another contact.
    """
    told = {"status": status, "amount": amount, "currency": currency, "ordered_at": ordered_at}
    given = Order(contact_id=contact_id, platform=platform, number=number, updated_at=now, **told)
    given.full_clean(validate_unique=False, validate_constraints=False, exclude=["contact"])
    wanted = _lines_wanted(lines)
    # Two reports of one order at once: the constraint lets one in, the other waits and then reads it.
    made = Order.objects.bulk_create([given], ignore_conflicts=True)[0]
    order = Order.objects.select_for_update().get(platform=platform, number=number)
    created = order.pk == made.pk
    changed = [name for name, value in told.items() if getattr(order, name) != value]
    if changed:
        for name in changed:
            setattr(order, name, told[name])
        order.updated_at = now
        order.save(update_fields=[*changed, "updated_at"])
    lines_changed = wanted is not None and _replace_lines(order, wanted)
    if created:
        return OrderOutcome(order, "created")
    return OrderOutcome(order, "updated" if changed or lines_changed else "unchanged")


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


def _lines_wanted(lines: Sequence[LineInput] | None) -> list[tuple[Product, int, Decimal]] | None:
    if lines is None:
        return None
    codes = {line.product_code for line in lines}
    known = {product.code: product for product in Product.objects.filter(code__in=codes)}
    strangers = sorted(codes - known.keys())
    if strangers:
        raise ValidationError(
            {"lines": _("There is no product %(codes)s: make it first.") % {"codes": ", ".join(strangers)}}
        )
    return [(known[line.product_code], line.quantity, line.amount) for line in lines]


def _replace_lines(order: Order, wanted: list[tuple[Product, int, Decimal]]) -> bool:
    rows = [(product.pk, quantity, amount) for product, quantity, amount in wanted]
    if sorted(order.lines.values_list("product", "quantity", "amount")) == sorted(rows):
        return False
    order.lines.all().delete()
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product=product, quantity=quantity, amount=amount)
        for product, quantity, amount in wanted
    )
    return True
