"""Reads of commerce: orders and products."""

from collections.abc import Collection, Mapping
from datetime import datetime, time
from typing import Final
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from accounts.models import User
from accounts.selectors import Reach, visible_to
from commerce import queries
from commerce.enums import OrderStatus
from commerce.models import CouponGrant, Order, Product
from commerce.usual_times import usual_time
from scrm.core.counting import count_of
from scrm.core.pagination import earlier

COMPANIONS_OFFERED: Final = 1_000


def order_list(user: User, *, search: str = "", status: str = "", platform: str = "") -> QuerySet[Order]:
    """Orders of contacts that the user may see, newest first."""
    rows = visible_to(user, Order.objects.all(), owner="contact__owner").select_related("contact")
    if search:
        rows = rows.filter(Q(number__istartswith=search) | Q(contact__name__icontains=search))
    if status:
        rows = rows.filter(status=status)
    if platform:
        rows = rows.filter(platform=platform)
    return rows


def order_numbered(reach: Reach, number: str, *, limit: int) -> list[Order]:
    """Orders of this very number, one per platform at most, of contacts within reach."""
    rows = reach.among(Order.objects.filter(number=number), owner="contact__owner")
    return list(rows.select_related("contact").order_by("-ordered_at", "-pk")[:limit])


def orders_among(ids: Collection[UUID]) -> dict[UUID, Order]:
    """Those that are there, by id."""
    return {row.pk: row for row in Order.objects.filter(pk__in=list(ids)).order_by().defer("told")}


def orders_with_coupons(ids: Collection[UUID]) -> set[UUID]:
    """Those of these orders that a coupon was used with."""
    rows = CouponGrant.objects.filter(order__in=list(ids)).order_by()
    return {pk for pk in rows.values_list("order", flat=True) if pk is not None}


def next_orders_of(contact_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When each is expected to buy next, of those who bought on two days or more."""
    return dict(queries.next_orders(contact_ids))


def usual_times_of(zones: Mapping[UUID, str]) -> dict[UUID, time]:
    """The moment of their own day in which each usually buys, given with their zones; of buyers alone."""
    orders: dict[UUID, list[tuple[int, int, datetime]]] = {}
    for contact_id, hour, number, last in queries.hours_of_orders(zones.keys(), zones.values()):
        orders.setdefault(contact_id, []).append((hour, number, last))
    return {contact_id: usual_time(told) for contact_id, told in orders.items()}


def order_get(user: User, pk: UUID) -> Order | None:
    rows = visible_to(user, Order.objects.all(), owner="contact__owner")
    return rows.select_related("contact").prefetch_related("lines__product").filter(pk=pk).first()


def order_list_of_contact(
    contact_id: UUID, *, before: datetime | None = None, before_id: UUID | None = None, text: str = "", limit: int = 30
) -> list[Order]:
    """A contact's orders, newest first, older than a place in its timeline."""
    rows = Order.objects.filter(contact=contact_id)
    if text:
        rows = rows.filter(Q(number__icontains=text) | Q(platform__icontains=text))
    return list(rows.filter(earlier("ordered_at", before, before_id)).order_by("-ordered_at", "-pk")[:limit])


def purchase_moments(contact_id: UUID) -> dict[str, list[datetime]]:
    """When a contact bought something of a product group, by its name, the earliest first; `""` is any product."""
    rows = Order.objects.filter(contact=contact_id, status=OrderStatus.PAID).order_by("ordered_at", "pk")
    found: dict[str, dict[UUID, datetime]] = {}
    for pk, at, group in rows.values_list("pk", "ordered_at", "lines__product__group"):
        for name in ("", group or ""):
            found.setdefault(name, {})[pk] = at
    return {name: list(moments.values()) for name, moments in found.items()}


def order_totals(orders: QuerySet[Order]) -> list[tuple[str, object]]:
    """What the paid ones among them come to, less what went back, per currency: amounts of two are never added."""
    paid = orders.filter(status=OrderStatus.PAID).order_by().values("currency")
    return list(
        paid.annotate(total=Sum(F("amount") - F("refunded"))).order_by("currency").values_list("currency", "total")
    )


def platform_list(user: User) -> list[str]:
    """Where the orders that the user may see come from."""
    rows = visible_to(user, Order.objects.all(), owner="contact__owner")
    return list(rows.order_by("platform").values_list("platform", flat=True).distinct())


def product_list(user: User, *, search: str = "", group: str = "", only: str = "") -> QuerySet[Product]:
    """Products by name; `orders` counts the paid orders with it that the user may see."""
    paid = visible_to(user, Order.objects.filter(status=OrderStatus.PAID), owner="contact__owner")
    rows = Product.objects.annotate(orders=count_of(paid, "lines__product", distinct="pk"))
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(code__istartswith=search) | Q(group__icontains=search))
    if group:
        rows = rows.filter(group=group)
    if only in ("private_domain", "limited", "active"):
        rows = rows.filter(**{only: True})
    return rows


def product_rows() -> QuerySet[Product]:
    """Every product with what is bought along with it, by code."""
    return Product.objects.prefetch_related("companions").order_by("code", "pk")


def product_codes_known(codes: Collection[str]) -> set[str]:
    return set(Product.objects.filter(code__in=list(codes)).values_list("code", flat=True)) if codes else set()


def product_companion_choices(product: Product | None) -> list[tuple[str, str]]:
    """Products that may be bought along with one, by name."""
    rows = Product.objects.filter(active=True).order_by("name")
    if product is not None:
        rows = Product.objects.filter(Q(active=True) | Q(pk__in=product.companions.all())).exclude(pk=product.pk)
    return [(str(row.pk), f"{row.name} · {row.code}") for row in rows.order_by("name", "pk")[:COMPANIONS_OFFERED]]


def product_groups() -> list[str]:
    """The groups that there are."""
    rows = Product.objects.exclude(group="").order_by("group")
    return list(rows.values_list("group", flat=True).distinct())


def companion_ids_of(product: Product) -> list[str]:
    return [str(pk) for pk in product.companions.values_list("pk", flat=True)]


def product_get(pk: UUID) -> Product | None:
    return Product.objects.filter(pk=pk).first()
