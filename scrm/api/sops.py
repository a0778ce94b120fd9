"""/sops: the plans that run, their numbers and their live steps."""

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.enums import SopState
from campaigns.models import Sop, Step
from campaigns.selectors import sop_get, sop_list, sop_summary, step_list
from scrm.api.access import SOPS_READ
from scrm.api.authentication import viewer_of
from scrm.api.base import Resource, refuse_unknown_parameters
from scrm.api.errors import ErrorsBody
from scrm.core import clock


class SopRow(serializers.ModelSerializer):
    starts_with_segment = serializers.UUIDField(
        source="trigger_segment_id",
        allow_null=True,
        help_text="The segment that somebody comes into or leaves, where that starts it.",
    )
    starts_with_tag = serializers.CharField(source="trigger_tag.code", default=None, allow_null=True)
    live_version = serializers.IntegerField(source="live_version.number", default=None, allow_null=True)

    class Meta:
        model = Sop
        fields: tuple[str, ...] = (
            *("id", "name", "summary", "state", "trigger", "starts_with_tag", "starts_with_segment", "exit_when_won"),
            *("live_version", "created_at", "updated_at"),
        )


class SopNumbers(serializers.Serializer):
    enrolled = serializers.IntegerField()
    active = serializers.IntegerField()
    planned = serializers.IntegerField()
    next_due_at = serializers.DateTimeField(allow_null=True)
    sent_week = serializers.IntegerField()
    with_rep = serializers.IntegerField()
    unknown = serializers.IntegerField()


class StepOut(serializers.ModelSerializer):
    class Meta:
        model = Step
        fields: tuple[str, ...] = ("number", "position", "name", "channel", "offset", "subject", "body", "material")


class SopOut(SopRow):
    numbers = SopNumbers(help_text="Among the contacts that the caller may see.")

    class Meta(SopRow.Meta):
        fields: tuple[str, ...] = (*SopRow.Meta.fields, "numbers")


class SopDetailOut(SopOut):
    steps = StepOut(many=True, help_text="Those of the live version, in order.")

    class Meta(SopOut.Meta):
        fields: tuple[str, ...] = (*SopOut.Meta.fields, "steps")


class SopPage(serializers.Serializer):
    results = SopOut(many=True)


class SopQuery(serializers.Serializer):
    state = serializers.ChoiceField(choices=SopState.choices, required=False)


class SopList(Resource):
    access = {"GET": SOPS_READ}

    @extend_schema(
        operation_id="sops_list",
        summary="SOPs with their numbers",
        parameters=[OpenApiParameter("state", str, enum=SopState.values)],
        responses={200: SopPage, 400: ErrorsBody},
    )
    def get(self, request: Request) -> Response:
        refuse_unknown_parameters(request, None, also=SopQuery().fields)
        query = SopQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        rows = sop_list(viewer_of(request), clock.now(), state=query.validated_data.get("state", ""))
        return Response({"results": [_told(row.sop, row) for row in rows]})


class SopDetail(Resource):
    access = {"GET": SOPS_READ}

    @extend_schema(summary="One SOP with its live steps", responses={200: SopDetailOut, 404: ErrorsBody})
    def get(self, request: Request, pk: UUID) -> Response:
        sop = sop_get(pk)
        if sop is None:
            raise Http404
        steps = StepOut(step_list(sop.live_version), many=True).data
        return Response({**_told(sop, sop_summary(viewer_of(request), sop, clock.now())), "steps": steps})


def _told(sop: Sop, numbers: Any) -> dict[str, Any]:
    return {**SopRow(sop).data, "numbers": SopNumbers(numbers).data}
