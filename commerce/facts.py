"""What a rule may ask about purchases: paid orders, neither refunded nor cancelled; what went back of one is no sum."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from commerce.enums import OrderStatus
from commerce.models import Coupon, Product
from commerce.queries import NEXT_ORDER, PURCHASE_DAY
from commerce.selectors import product_groups
from scrm.core.conditions import Argument, Fact, Type

GROUP = _("Orders")

_DAYS = Argument("days", _("in the last days"), Type.DAYS)
_PLATFORM = Argument("platform", _("on the platform"), Type.TEXT)
_GROUP = Argument("group", _("with a product of the group"), Type.TEXT)
_CURRENCY = Argument("currency", _("currency"), Type.TEXT, required=True)
_SQL = {
    "currency": " AND o.currency = %(currency)s",
    "platform": " AND o.platform = %(platform)s",
    "group": """ AND EXISTS (SELECT 1 FROM commerce_orderline n JOIN commerce_product r ON r.id = n.product_id
        WHERE n.order_id = o.id AND r."group" = %(group)s)""",
    "days": " AND o.ordered_at BETWEEN %(now)s - make_interval(hours => 24 * %(days)s) AND %(now)s",
}


_PLACES = {
    "platform": _("%(phrase)s on %(platform)s"),
    "group": _("%(phrase)s with a product of %(group)s"),
    "days": _("%(phrase)s in the last %(days)s days"),
}


def product_choices() -> Iterable[tuple[str, str]]:
    return [(product.code, product.name) for product in Product.objects.all()]


def group_choices() -> Iterable[tuple[str, str]]:
    return [(name, name) for name in product_groups()]


def coupon_choices() -> Iterable[tuple[str, str]]:
    return [(coupon.code, coupon.name) for coupon in Coupon.objects.all()]


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
        if any(name in args and order[name] != args[name] for name in ("currency", "platform")):
            continue
        if "group" in args and args["group"] not in order["groups"]:
            continue
        yield order


def _moments(subject: Any, now: datetime) -> list[datetime]:
    return sorted(each["ordered_at"] for each in _paid(subject, {}, now))


def _days(subject: Any, now: datetime) -> int:
    zone = ZoneInfo(subject["business_zone"])
    return len({moment.astimezone(zone).date() for moment in _moments(subject, now)})


def _between(subject: Any, now: datetime) -> Decimal | None:
    """Days from one purchase to the next, on average."""
    moments, days = _moments(subject, now), _days(subject, now)
    if days < 2:
        return None
    seconds = Decimal((moments[-1] - moments[0]) // timedelta(microseconds=1)) / 1_000_000
    return (seconds / (days - 1) / 86_400).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _coupons(subject: Any, args: Mapping[str, Any], now: datetime) -> set[str]:
    """Coupons that they have and may still use."""
    held = [each for each in subject["coupons"] if each["redeemed_at"] is None and each["expires_at"] > now]
    return {each["code"] for each in held}


def _redeemed(subject: Any, args: Mapping[str, Any], now: datetime) -> int:
    since = now - timedelta(days=args.get("days", 0))
    used = [each["redeemed_at"] for each in subject["coupons"] if each["redeemed_at"] is not None]
    return len([moment for moment in used if "days" not in args or since <= moment <= now])


def _keys(column: str) -> Callable[[frozenset[str]], str]:
    """What paid orders hold, by contact."""

    def sql(given: frozenset[str]) -> str:
        narrowed = "".join(_SQL[name] for name in given if name in ("days", "platform"))
        return f"""
            SELECT DISTINCT o.contact_id, {column} FROM commerce_order o
            JOIN commerce_orderline n ON n.order_id = o.id
            JOIN commerce_product r ON r.id = n.product_id
            WHERE o.status = '{OrderStatus.PAID.value}' AND o.contact_id IS NOT NULL AND {column} <> ''{narrowed}
        """

    return sql


def _next(subject: Any, now: datetime) -> datetime | None:
    moments, days = _moments(subject, now), _days(subject, now)
    if days < 2:
        return None
    between = (moments[-1] - moments[0]) // timedelta(microseconds=1) // (1_000_000 * (days - 1))
    return moments[-1] + timedelta(seconds=between)


def _narrowed(template: Any) -> Callable[[frozenset[str]], Any]:
    """The wording of a fact, wrapped by each thing that narrows it; the names of its arguments stay."""

    def wording(given: frozenset[str]) -> str:
        kept = {name: f"%({name})s" for name in given}
        phrase = str(template) % kept
        for name, wrapper in _PLACES.items():
            phrase = str(wrapper) % {**kept, "phrase": phrase} if name in given else phrase
        return phrase

    return lazy(wording, str)


FACTS = (
    Fact(
        key="orders.count",
        label=_("number of orders"),
        group=GROUP,
        type=Type.COUNT,
        arguments=(_DAYS, _PLATFORM, _GROUP),
        wording=_narrowed(_("number of orders")),
        sql=lambda given: f"(SELECT count(*) {_from(given)})",
        oracle=lambda subject, args, now: len(list(_paid(subject, args, now))),
    ),
    Fact(
        key="orders.sum",
        label=_("sum of orders"),
        group=GROUP,
        type=Type.MONEY,
        always_set=True,
        arguments=(_CURRENCY, _DAYS, _PLATFORM, _GROUP),
        wording=_narrowed(_("sum of orders in %(currency)s")),
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
        sql=f"(SELECT greatest(count(DISTINCT {PURCHASE_DAY}) - 1, 0) {_from(frozenset())})",
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
        sql=NEXT_ORDER,
        oracle=lambda subject, args, now: _next(subject, now),
    ),
    Fact(
        key="orders.days_between",
        label=_("days between two purchases, on average"),
        group=GROUP,
        type=Type.NUMBER,
        sql=f"""(SELECT CASE WHEN count(DISTINCT {PURCHASE_DAY}) > 1 THEN round(extract(epoch FROM
            max(o.ordered_at) - min(o.ordered_at)) / (count(DISTINCT {PURCHASE_DAY}) - 1) / 86400, 1) END
            {_from(frozenset())})""",
        oracle=lambda subject, args, now: _between(subject, now),
    ),
    Fact(
        key="orders.products",
        label=_("products bought"),
        group=GROUP,
        type=Type.KEYS,
        choices=product_choices,
        arguments=(_DAYS, _PLATFORM),
        wording=_narrowed(_("products bought")),
        sql=_keys("r.code"),
        oracle=lambda subject, args, now: {code for each in _paid(subject, args, now) for code in each["products"]},
    ),
    Fact(
        key="orders.groups",
        label=_("groups of products bought"),
        group=GROUP,
        type=Type.KEYS,
        choices=group_choices,
        arguments=(_DAYS, _PLATFORM),
        wording=_narrowed(_("groups of products bought")),
        sql=_keys('r."group"'),
        oracle=lambda subject, args, now: {name for each in _paid(subject, args, now) for name in each["groups"]},
    ),
    Fact(
        key="coupons.held",
        label=_("coupons that they may use"),
        group=GROUP,
        type=Type.KEYS,
        choices=coupon_choices,
        sql="""
            SELECT DISTINCT g.contact_id, k.code FROM commerce_coupongrant g
            JOIN commerce_coupon k ON k.id = g.coupon_id
            WHERE g.redeemed_at IS NULL AND g.expires_at > %(now)s
        """,
        oracle=_coupons,
    ),
    Fact(
        key="coupons.redeemed",
        label=_("number of coupons used"),
        group=GROUP,
        type=Type.COUNT,
        arguments=(_DAYS,),
        wording=_narrowed(_("number of coupons used")),
        sql=lambda given: (
            "(SELECT count(*) FROM commerce_coupongrant g WHERE g.contact_id = c.id AND g.redeemed_at IS NOT NULL"
            + (
                " AND g.redeemed_at BETWEEN %(now)s - make_interval(hours => 24 * %(days)s) AND %(now)s)"
                if "days" in given
                else ")"
            )
        ),
        oracle=_redeemed,
    ),
)
