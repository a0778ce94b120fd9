"""/sources, /costs: the channels that bring leads, and what each costs per day."""

from datetime import date
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Scope
from leads.costs import AMOUNT_MOST, Cost
from leads.enums import CostOrigin, SourceKind
from leads.models import Source, SourceCost
from leads.selectors import source_list
from leads.selectors.sources import source_cost_list, source_ids_known, source_ids_named
from leads.services.costs import check_cost, set_source_costs
from scrm.api.access import COSTS_READ, COSTS_WRITE, SOURCES_READ
from scrm.api.authentication import actor_of, viewer_of
from scrm.api.base import ListResource
from scrm.api.batches import BATCH_MOST, read_batch
from scrm.api.errors import ErrorOut, ErrorsBody, Refusal, refusal
from scrm.api.parsing import IdField, StrictSerializer
from scrm.core import clock
from tenants.selectors import tenant_current


class SourceOut(serializers.ModelSerializer):
    part_of = serializers.UUIDField(source="parent_id", allow_null=True)

    class Meta:
        model = Source
        fields: tuple[str, ...] = ("id", "name", "kind", "part_of", "active", "created_at")


class SourceFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=SourceKind.choices)
    active = django_filters.BooleanFilter()

    class Meta:
        model = Source
        fields: tuple[str, ...] = ()


class SourceList(ListResource):
    """Channels that bring leads."""

    access = {"GET": SOURCES_READ}
    serializer_class = SourceOut
    filterset_class = SourceFilter

    def rows(self) -> QuerySet[Source]:
        return source_list()


class CostOut(serializers.ModelSerializer):
    source: Any = serializers.UUIDField(source="source_id")

    class Meta:
        model = SourceCost
        fields: tuple[str, ...] = (
            *(
                "id",
                "source",
                "on",
                "item",
                "amount",
                "currency",
                "stated_amount",
                "stated_currency",
                "rate",
                "came_by",
            ),
        )


class CostFilter(django_filters.FilterSet):
    source = django_filters.UUIDFilter(field_name="source_id")
    since = django_filters.DateFilter(field_name="on", lookup_expr="gte")
    until = django_filters.DateFilter(field_name="on", lookup_expr="lte")

    class Meta:
        model = SourceCost
        fields: tuple[str, ...] = ()


class CostBody(StrictSerializer):
    source: Any = IdField(required=False, help_text="Its id; else give source_name.")
    source_name = serializers.CharField(required=False, max_length=80)
    on = serializers.DateField(help_text="The day, or the first of a period.")
    until = serializers.DateField(required=False, help_text="The last day: the amount is spread evenly over the days.")
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, max_value=AMOUNT_MOST)
    currency = serializers.RegexField("^[A-Z]{3}$", required=False, help_text="Else the business's own.")
    rate = serializers.DecimalField(
        max_digits=18,
        decimal_places=8,
        required=False,
        help_text="What one of the currency is worth in the business's own.",
    )
    item = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if ("source" in said) == ("source_name" in said):
            raise serializers.ValidationError({"source": _("Give the id or the name of the source.")})
        return said


class CostBatch(StrictSerializer):
    costs = serializers.ListField(child=CostBody(), min_length=1, max_length=BATCH_MOST)


class CostBatchOutcome(serializers.Serializer):
    set = serializers.IntegerField()
    rejected = serializers.IntegerField()
    days = serializers.IntegerField(help_text="Days whose cost was set.")
    results: Any = inline_serializer(
        "CostOutcome",
        {"outcome": serializers.ChoiceField(choices=["set", "rejected"]), "errors": ErrorOut(many=True)},
        many=True,
    )


_FIELDS = {"first": "on", "last": "until"}


class CostList(ListResource):
    """What sources cost, day by day."""

    access = {"GET": COSTS_READ, "POST": COSTS_WRITE}
    serializer_class = CostOut
    filterset_class = CostFilter

    def rows(self) -> QuerySet[SourceCost]:
        # A cost belongs to the whole source, so it is told only to those who see all of its leads.
        rows = source_cost_list()
        return rows if viewer_of(self.request).data_scope == Scope.ALL else rows.none()

    @extend_schema(
        summary=f"Set up to {BATCH_MOST:,} costs",
        description="Said again, a source's day and item takes the later figure: the same batch twice changes nothing.",
        request=CostBatch,
        responses={200: CostBatchOutcome, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        own = tenant_current().currency
        read = read_batch(request.data, "costs", CostBody())
        taken = [each for each in read if isinstance(each, dict)]
        known = source_ids_known({each["source"] for each in taken if "source" in each})
        named = source_ids_named() if any("source_name" in each for each in taken) else {}
        costs: list[tuple[UUID, Cost]] = []
        results: list[list[Refusal]] = []
        for each in read:
            made = each if isinstance(each, list) else _cost(each, known, named, own)
            if isinstance(made, list):
                results.append(made)
            else:
                results.append([])
                costs.append(made)
        days = 0
        if costs:
            days = set_source_costs(
                costs=costs, currency=own, came_by=CostOrigin.API, by=actor_of(request), now=clock.now()
            )
        told = [{"outcome": "rejected" if bad else "set", "errors": [one.as_json() for one in bad]} for bad in results]
        rejected = len(results) - len(costs)
        return Response({"set": len(costs), "rejected": rejected, "days": days, "results": told})


def _cost(
    said: dict[str, Any], known: dict[UUID, UUID], named: dict[str, UUID], own: str
) -> tuple[UUID, Cost] | list[Refusal]:
    by_name = "source_name" in said
    source_id = named.get(said["source_name"].lower()) if by_name else known.get(said["source"])
    if source_id is None:
        return [refusal("source_name" if by_name else "source", "unknown_source", _("There is no such source."))]
    first: date = said["on"]
    cost = Cost(
        first=first,
        last=said.get("until", first),
        amount=said["amount"],
        currency=said.get("currency", own),
        rate=said.get("rate"),
        item=said["item"],
    )
    problems = check_cost(cost, own)
    if problems:
        return [refusal(_FIELDS.get(field, field), "invalid", reason) for field, reason in problems.items()]
    return source_id, cost
