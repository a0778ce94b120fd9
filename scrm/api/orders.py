"""/orders: what was bought, in and out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.enums import OrderStatus
from commerce.models import Order, OrderLine
from commerce.selectors import order_get, order_list
from commerce.services_orders import CREATED, UNCHANGED, UPDATED, KeptOrder
from contacts.selectors import contact_ids_visible
from exchange.idempotency import Answer
from scrm.api.access import ORDERS_READ, ORDERS_WRITE
from scrm.api.authentication import moment_of, viewer_of
from scrm.api.base import DetailResource, ListResource
from scrm.api.batches import BATCH_MOST, read_batch
from scrm.api.errors import ErrorOut, ErrorsBody, Refusal, refusal
from scrm.api.filters import MomentFilter
from scrm.api.once import IDEMPOTENT, REPLAYED, answered_once, key_of
from scrm.api.order_body import OrderBody, ReadOrder, read_order
from scrm.api.own_identities import kinds_spoken_of
from scrm.api.parsing import StrictSerializer
from scrm.flows.purchase import Purchase, orders_reported
from tenants.selectors import tenant_current

REJECTED: Final = "rejected"
_WORDS: Final = (CREATED, UPDATED, UNCHANGED, REJECTED)


class OrderOut(serializers.ModelSerializer):
    contact = serializers.UUIDField(source="contact_id", allow_null=True, help_text="null: nobody told who bought.")

    class Meta:
        model = Order
        fields: tuple[str, ...] = (
            *("id", "platform", "number", "contact", "status", "amount", "refunded", "currency"),
            *("ordered_at", "paid_at", "updated_at"),
        )


class OrderLineOut(serializers.ModelSerializer):
    product = serializers.CharField(source="product.code")
    name = serializers.CharField(source="product.name")

    class Meta:
        model = OrderLine
        fields: tuple[str, ...] = ("product", "name", "quantity", "amount", "refunded")


class OrderDetailOut(OrderOut):
    lines = OrderLineOut(many=True)

    class Meta(OrderOut.Meta):
        fields: tuple[str, ...] = (*OrderOut.Meta.fields, "lines")


class OrderFilter(django_filters.FilterSet):
    platform = django_filters.CharFilter()
    number = django_filters.CharFilter()
    status = django_filters.MultipleChoiceFilter(choices=OrderStatus.choices)
    contact = django_filters.UUIDFilter(field_name="contact_id")
    ordered_after = MomentFilter(field_name="ordered_at", lookup_expr="gte")
    ordered_before = MomentFilter(field_name="ordered_at", lookup_expr="lt")
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = Order
        fields: tuple[str, ...] = ()


class OrderBatch(StrictSerializer):
    orders = serializers.ListField(child=OrderBody(), min_length=1, max_length=BATCH_MOST)


OrderOutcome = inline_serializer(
    "OrderOutcome",
    {
        "outcome": serializers.ChoiceField(choices=_WORDS),
        "order_id": serializers.UUIDField(allow_null=True),
        "contact_id": serializers.UUIDField(allow_null=True),
        "errors": ErrorOut(many=True),
    },
    many=True,
)


class OrderBatchOutcome(serializers.Serializer):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    results = OrderOutcome


class OrderList(ListResource):
    """Orders, the newest first."""

    access = {"GET": ORDERS_READ, "POST": ORDERS_WRITE}
    serializer_class = OrderOut
    filterset_class = OrderFilter

    def rows(self) -> QuerySet[Order]:
        return order_list(viewer_of(self.request)).order_by("-pk")

    @extend_schema(
        summary="Report up to 1,000 orders",
        description=(
            "Each order is kept once, by its platform and number. Of each thing that is said of it the latest word "
            "holds, in whatever order reports come and however often. A buyer who is not known yet becomes a contact; "
            "an order without one waits for it."
        ),
        parameters=[IDEMPOTENT],
        request=OrderBatch,
        responses={200: OrderBatchOutcome, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        read, now = read_orders(request.data), moment_of(request)

        def work() -> Answer:
            return Answer(status=200, body=take_orders(read, request, now))

        answer = answered_once(request, work, key=key_of(request), said=request.data, now=now)
        return Response(answer.body, headers={REPLAYED: "true"} if answer.replayed else {})


class OrderDetail(DetailResource):
    """One order with its lines."""

    access = {"GET": ORDERS_READ}
    serializer_class = OrderDetailOut

    def get_object(self) -> Order:
        order = order_get(viewer_of(self.request), self.kwargs["pk"])
        if order is None:
            raise Http404
        return order


def read_orders(body: Any) -> list[ReadOrder | list[Refusal]]:
    """Each order of a batch, or what is wrong with it."""
    region, read = tenant_current().region, read_batch(body, "orders", OrderBody())
    kinds = kinds_spoken_of(read)
    return [each if isinstance(each, list) else read_order(each, region=region, kinds=kinds) for each in read]


def take_orders(read: Sequence[ReadOrder | list[Refusal]], request: Request, now: datetime) -> dict[str, Any]:
    """Keep those that are right; what became of each, in the order of the batch."""
    viewer = viewer_of(request)
    named = {each.contact_id for each in read if isinstance(each, ReadOrder) and each.contact_id}
    known = set(contact_ids_visible(viewer, named)) if named else set()
    fit = [_known(each, known) for each in read]
    purchases = [Purchase(each.report, each.buyer, each.contact_id) for each in fit if isinstance(each, ReadOrder)]
    kept = {order.name: order for order in orders_reported(purchases, now=now)}
    seen = set(contact_ids_visible(viewer, {order.contact_id for order in kept.values() if order.contact_id}))
    told: set[UUID] = set()
    results = [_told(kept[each.report.name], seen, told) if isinstance(each, ReadOrder) else _no(each) for each in fit]
    return {**{word: sum(each["outcome"] == word for each in results) for word in _WORDS}, "results": results}


def _known(each: ReadOrder | list[Refusal], known: set[UUID]) -> ReadOrder | list[Refusal]:
    if isinstance(each, ReadOrder) and each.contact_id is not None and each.contact_id not in known:
        return [refusal("contact_id", "unknown", _("There is no such contact."))]
    return each


def _told(order: KeptOrder, seen: set[UUID], told: set[UUID]) -> dict[str, Any]:
    # Several reports of one order make it once.
    outcome = UPDATED if order.id in told and order.outcome == CREATED else order.outcome
    told.add(order.id)
    contact = str(order.contact_id) if order.contact_id in seen else None
    return {"outcome": outcome, "order_id": str(order.id), "contact_id": contact, "errors": []}


def _no(refusals: Sequence[Refusal]) -> dict[str, Any]:
    errors = [each.as_json() for each in refusals]
    return {"outcome": REJECTED, "order_id": None, "contact_id": None, "errors": errors}
