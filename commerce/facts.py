"""What a rule may ask about purchases: paid orders, neither refunded nor cancelled; what went back of one is no sum."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from commerce.enums import OrderStatus
from commerce.models import Product
from scrm.core.conditions import Argument, Fact, Type

GROUP = _("Orders")

# Two orders of one day are one purchase, and days are the business's.
_DAY = """(o.ordered_at AT TIME ZONE
    (SELECT t.zone FROM public.tenants_tenant t WHERE t.schema_name = current_schema()))::date"""

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


def _moments(subject: Any, now: datetime) -> list[datetime]:
    return sorted(each["ordered_at"] for each in _paid(subject, {}, now))


def _days(subject: Any, now: datetime) -> int:
    zone = ZoneInfo(subject["business_zone"])
    return len({moment.astimezone(zone).date() for moment in _moments(subject, now)})


def _next(subject: Any, now: datetime) -> datetime | None:
    moments, days = _moments(subject, now), _days(subject, now)
    if days < 2:
        return None
    between = (moments[-1] - moments[0]) // timedelta(microseconds=1) // (1_000_000 * (days - 1))
    return moments[-1] + timedelta(seconds=between)


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
        sql=lambda given: f"(SELECT coalesce(sum(o.amount - o.refunded), 0) {_from(given)})",
        oracle=lambda subject, args, now: sum(
            (each["amount"] - each["refunded"] for each in _paid(subject, args, now)), Decimal(0)
        ),
    ),
    Fact(
        key="orders.repurchases",
        label=_("number of times they bought again"),
        group=GROUP,
        type=Type.COUNT,
        sql=f"(SELECT greatest(count(DISTINCT {_DAY}) - 1, 0) {_from(frozenset())})",
        oracle=lambda subject, args, now: max(_days(subject, now) - 1, 0),
    ),
    Fact(
        key="orders.first_at",
        label=_("first order"),
        group=GROUP,
        type=Type.MOMENT,
        sql=f"(SELECT min(o.ordered_at) {_from(frozenset())})",
        oracle=lambda subject, args, now: min(_moments(subject, now), default=None),
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
        key="orders.next_at",
        label=_("expected next order"),
        group=GROUP,
        type=Type.MOMENT,
        # The last one and as long again as between two of theirs on average; nobody knows after the first.
        sql=f"""(SELECT CASE WHEN count(DISTINCT {_DAY}) > 1 THEN max(o.ordered_at) + make_interval(secs =>
            floor(extract(epoch FROM max(o.ordered_at) - min(o.ordered_at)) / (count(DISTINCT {_DAY}) - 1))) END
            {_from(frozenset())})""",
        oracle=lambda subject, args, now: _next(subject, now),
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
