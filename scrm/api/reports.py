"""/analytics: the funnel and the table by source, for the leads that the caller sees."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.funnel import ReportFilters
from analytics.selectors import funnel, source_table
from scrm.api.access import REPORTS_READ
from scrm.api.authentication import viewer_of
from scrm.api.base import Resource, refuse_unknown_parameters
from scrm.api.errors import ErrorsBody


class ReportQuery(serializers.Serializer):
    since = serializers.DateField(required=False, default=None, help_text="First day of capture.")
    until = serializers.DateField(required=False, default=None, help_text="Last day of capture, included.")
    source: Any = serializers.ListField(child=serializers.UUIDField(), required=False, default=None)
    owner = serializers.UUIDField(required=False, default=None)


class FunnelStepOut(serializers.Serializer):
    key = serializers.CharField()
    label: Any = serializers.CharField()
    value = serializers.IntegerField()
    share = serializers.DecimalField(max_digits=9, decimal_places=6, allow_null=True, help_text="Of the captured.")


class FunnelOut(serializers.Serializer):
    steps = FunnelStepOut(many=True)


class SourceRowOut(serializers.Serializer):
    source_id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    leads = serializers.IntegerField()
    valid = serializers.IntegerField()
    assigned = serializers.IntegerField()
    touched = serializers.IntegerField()
    engaged = serializers.IntegerField()
    won = serializers.IntegerField()
    cost = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)
    cost_per_lead = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)
    cost_per_won = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)
    currency = serializers.CharField()


class SourceTableOut(serializers.Serializer):
    sources = SourceRowOut(many=True)


PARAMETERS = [
    OpenApiParameter("since", OpenApiTypes.DATE, description="First day of capture."),
    OpenApiParameter("until", OpenApiTypes.DATE, description="Last day of capture, included."),
    OpenApiParameter("source", OpenApiTypes.UUID, many=True, description="May be repeated."),
    OpenApiParameter("owner", OpenApiTypes.UUID),
]


class Funnel(Resource):
    access = {"GET": REPORTS_READ}

    @extend_schema(
        summary="How far leads have come",
        parameters=PARAMETERS,
        responses={200: FunnelOut, 400: ErrorsBody},
    )
    def get(self, request: Request) -> Response:
        return Response(FunnelOut({"steps": funnel(viewer_of(request), filters_of(request))}).data)


class SourceTable(Resource):
    access = {"GET": REPORTS_READ}

    @extend_schema(
        summary="What each source brought and cost",
        parameters=PARAMETERS,
        responses={200: SourceTableOut, 400: ErrorsBody},
    )
    def get(self, request: Request) -> Response:
        return Response(SourceTableOut({"sources": source_table(viewer_of(request), filters_of(request))}).data)


def filters_of(request: Request) -> ReportFilters:
    refuse_unknown_parameters(request, None, also=ReportQuery().fields)
    asked: dict[str, Any] = request.query_params.dict()
    if "source" in asked:
        asked["source"] = request.query_params.getlist("source")
    query = ReportQuery(data=asked)
    query.is_valid(raise_exception=True)
    said = query.validated_data
    sources = tuple(said["source"]) if said["source"] else None
    return ReportFilters(since=said["since"], until=said["until"], source_ids=sources, owner_id=said["owner"])
