"""/products: what is sold, in and out."""

from collections.abc import Sequence
from typing import Any, Final

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.models import Product
from commerce.selectors import product_codes_known, product_get, product_rows
from commerce.services_orders import CREATED, UNCHANGED, UPDATED
from commerce.services_products import ProductInput, keep_products
from exchange.idempotency import Answer
from scrm.api.access import ORDERS_READ, PRODUCTS_WRITE
from scrm.api.authentication import actor_of, moment_of
from scrm.api.base import DetailResource, ListResource
from scrm.api.batches import BATCH_MOST, read_batch
from scrm.api.errors import ErrorOut, ErrorsBody, Refusal, refusal
from scrm.api.once import IDEMPOTENT, REPLAYED, answered_once, key_of
from scrm.api.parsing import StrictSerializer

REJECTED: Final = "rejected"
COMPANIONS_MOST: Final = 50
_WORDS: Final = (CREATED, UPDATED, UNCHANGED, REJECTED)
_FIELDS: Final = ("name", "group", "price", "currency", "private_domain", "limited", "active")


class ProductOut(serializers.ModelSerializer):
    companions: serializers.Field = serializers.SlugRelatedField("code", many=True, read_only=True)

    class Meta:
        model = Product
        fields: tuple[str, ...] = ("id", "code", *_FIELDS, "companions")


class ProductFilter(django_filters.FilterSet):
    code = django_filters.CharFilter()
    group = django_filters.CharFilter()
    active = django_filters.BooleanFilter()
    private_domain = django_filters.BooleanFilter()

    class Meta:
        model = Product
        fields: tuple[str, ...] = ()


class ProductBody(StrictSerializer):
    """What is said of one product. What it does not say stays as it is."""

    code = serializers.CharField(max_length=60, help_text="As the shop platforms call it; a new one is added.")
    name = serializers.CharField(max_length=120, required=False)
    group = serializers.CharField(max_length=60, required=False, allow_blank=True)
    price = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True)
    currency = serializers.RegexField("^[A-Z]{3}$", required=False, help_text="ISO 4217.")
    private_domain = serializers.BooleanField(required=False, help_text="Fit for the private domain.")
    limited = serializers.BooleanField(required=False, help_text="There are only so many of it.")
    active = serializers.BooleanField(required=False)
    companions = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        max_length=COMPANIONS_MOST,
        help_text="Codes of products that are bought along with it: all of them, if any is given.",
    )


class ProductBatch(StrictSerializer):
    products = serializers.ListField(child=ProductBody(), min_length=1, max_length=BATCH_MOST)


ProductOutcome = inline_serializer(
    "ProductOutcome",
    {
        "outcome": serializers.ChoiceField(choices=_WORDS),
        "product_id": serializers.UUIDField(allow_null=True),
        "errors": ErrorOut(many=True),
    },
    many=True,
)


class ProductBatchOutcome(serializers.Serializer):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    results = ProductOutcome


class ProductList(ListResource):
    """Products."""

    access = {"GET": ORDERS_READ, "POST": PRODUCTS_WRITE}
    serializer_class = ProductOut
    filterset_class = ProductFilter

    def rows(self) -> QuerySet[Product]:
        return product_rows()

    @extend_schema(
        summary="List up to 1,000 products",
        description="Each product is known by its code: it is added, or what is said of it is changed.",
        parameters=[IDEMPOTENT],
        request=ProductBatch,
        responses={200: ProductBatchOutcome, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        read, now = read_batch(request.data, "products", ProductBody()), moment_of(request)

        def work() -> Answer:
            return Answer(status=200, body=_kept(read, request))

        answer = answered_once(request, work, key=key_of(request), said=request.data, now=now)
        return Response(answer.body, headers={REPLAYED: "true"} if answer.replayed else {})


class ProductDetail(DetailResource):
    """One product."""

    access = {"GET": ORDERS_READ}
    serializer_class = ProductOut

    def get_object(self) -> Product:
        product = product_get(self.kwargs["pk"])
        if product is None:
            raise Http404
        return product


def _kept(read: Sequence[dict[str, Any] | list[Refusal]], request: Request) -> dict[str, Any]:
    """Keep those that are right; what became of each, in the order of the batch."""
    named = {code for each in read if isinstance(each, dict) for code in each.get("companions", ())}
    known = product_codes_known(named) | {each["code"] for each in read if isinstance(each, dict)}
    fit = [_with_known_companions(each, known) for each in read]
    inputs = [
        ProductInput(each["code"], {name: each[name] for name in _FIELDS if name in each}, each.get("companions"))
        for each in fit
        if isinstance(each, dict)
    ]
    kept = iter(keep_products(products=inputs, by=actor_of(request), now=moment_of(request)) if inputs else ())
    results: list[dict[str, Any]] = []
    for each in fit:
        if isinstance(each, dict):
            pk, outcome = next(kept)
            results.append({"outcome": outcome, "product_id": str(pk), "errors": []})
        else:
            errors = [refused.as_json() for refused in each]
            results.append({"outcome": REJECTED, "product_id": None, "errors": errors})
    return {**{word: sum(each["outcome"] == word for each in results) for word in _WORDS}, "results": results}


def _with_known_companions(each: dict[str, Any] | list[Refusal], known: set[str]) -> dict[str, Any] | list[Refusal]:
    unknown = [code for code in each.get("companions", ()) if code not in known] if isinstance(each, dict) else []
    if unknown:
        reason = _("There is no product %(code)s.")
        return [refusal("companions", "unknown", reason % {"code": code}) for code in unknown]
    return each
