"""What a rule may ask about purchases: paid orders, neither refunded nor cancelled."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from commerce.enums import OrderStatus
from commerce.models import Product
from scrm.core.conditions import Argument, Fact, Type

GROUP = _("Orders")

_DAYS = Argument("days", _("in the last days"), Type.DAYS)
_CURRENCY = Argument("currency", _("currency"), Type.TEXT, required=True)
_SQL = {
    "currency": " AND o.currency = %(currency)s",
    "days": " AND o.ordered_at BETWEEN %(now)s - make_interval(hours => 24 * %(days)s) AND %(now)s",
}


def product_choices() -> Iterable[tuple[str, str]]:
    return [(product.code, product.name) for product in Product.objects.all()]


def _from(given: frozenset[str]) -> str:
    narrowed = "".join(sql for name, sql in _SQL.items() if name in given)
    paid = OrderStatus.PAID.value
    return f"FROM commerce_order o WHERE o.contact_id = c.id AND o.status = '{paid}'{narrowed}"


def _paid(subject: Any, args: Mapping[str, Any], now: datetime) -> Iterator[Mapping[str, Any]]:
    since = now - timedelta(days=args.get("days", 0))
    for order in subject["orders"]:
        if order["status"] != OrderStatus.PAID:
            continue
        if "days" in args and not since <= order["ordered_at"] <= now:
            continue
        if "currency" in args and order["currency"] != args["currency"]:
            continue
        yield order


FACTS = (
    Fact(
        key="orders.count",
        label=_("number of orders"),
        group=GROUP,
        type=Type.COUNT,
        arguments=(_DAYS,),
        wording=lambda given: _("number of orders in the last %(days)s days") if given else _("number of orders"),
        sql=lambda given: f"(SELECT count(*) {_from(given)})",
        oracle=lambda subject, args, now: len(list(_paid(subject, args, now))),
    ),
    Fact(
        key="orders.sum",
        label=_("sum of orders"),
        group=GROUP,
        type=Type.MONEY,
        always_set=True,
        arguments=(_CURRENCY, _DAYS),
        wording=lambda given: (
            _("sum of orders in %(currency)s in the last %(days)s days")
            if "days" in given
            else _("sum of orders in %(currency)s")
        ),
        sql=lambda given: f"(SELECT coalesce(sum(o.amount), 0) {_from(given)})",
        oracle=lambda subject, args, now: sum((each["amount"] for each in _paid(subject, args, now)), Decimal(0)),
    ),
    Fact(
        key="orders.last_at",
        label=_("last order"),
        group=GROUP,
        type=Type.MOMENT,
        sql=lambda given: f"(SELECT max(o.ordered_at) {_from(given)})",
        oracle=lambda subject, args, now: max((each["ordered_at"] for each in _paid(subject, args, now)), default=None),
    ),
    Fact(
        key="orders.products",
        label=_("products bought"),
        group=GROUP,
        type=Type.KEYS,
        choices=product_choices,
        sql=f"""
            SELECT o.contact_id, r.code FROM commerce_order o
            JOIN commerce_orderline n ON n.order_id = o.id
            JOIN commerce_product r ON r.id = n.product_id
            WHERE o.status = '{OrderStatus.PAID.value}'
        """,
        oracle=lambda subject, args, now: {code for each in _paid(subject, args, now) for code in each["products"]},
    ),
)
