"""/lifecycles: their stages, who stands where, moves, and what came of a period."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.models import ApiKey
from lifecycle.enums import MoveSource
from lifecycle.models import Lifecycle, LossReason, Position, Stage, StageDeadline, StageTransition
from lifecycle.of_contacts import positions_by_contact
from lifecycle.selectors import lifecycle_get, lifecycle_rows, stage_get, stage_list
from lifecycle.selectors_board import position_list_everywhere
from lifecycle.selectors_flow import FlowFilter, flow_of, standing_as_of
from lifecycle.selectors_history import stage_transitions_of
from scrm.api.access import STAGES_READ, STAGES_WRITE
from scrm.api.authentication import actor_of, viewer_of
from scrm.api.base import ListResource, Resource, refuse_unknown_parameters
from scrm.api.contacts import StandingOut, contact_or_404
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.leads import NamedOut, OwnerOut
from scrm.api.parsing import IdField, StrictSerializer, TextField
from scrm.core import clock
from scrm.core.instants import instant_of
from scrm.flows.progress import MoveRefused, stage_moved
from tenants.selectors import tenant_zone

EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2200, 1, 1)


class DeadlineOut(serializers.ModelSerializer):
    class Meta:
        model = StageDeadline
        fields: tuple[str, ...] = (
            *("id", "after", "unit", "working", "action", "text", "to_stage", "loss_reason", "active"),
        )


class StageOut(serializers.ModelSerializer):
    deadlines = DeadlineOut(many=True)

    class Meta:
        model = Stage
        fields: tuple[str, ...] = (
            *("id", "code", "name", "kind", "position", "typical_days", "colour", "moves_to", "deadlines"),
        )


class LossReasonOut(serializers.ModelSerializer):
    class Meta:
        model = LossReason
        fields: tuple[str, ...] = ("id", "name", "archived")


class LifecycleOut(serializers.ModelSerializer):
    stages = StageOut(many=True)
    loss_reasons = LossReasonOut(many=True)

    class Meta:
        model = Lifecycle
        fields: tuple[str, ...] = ("id", "name", "is_default", "active", "version", "stages", "loss_reasons")


class LifecycleList(ListResource):
    """Lifecycles with their stages, reasons of loss and deadlines; the default one takes new contacts."""

    access = {"GET": STAGES_READ}
    serializer_class = LifecycleOut

    def rows(self) -> QuerySet[Lifecycle]:
        return lifecycle_rows()


class PositionOut(serializers.ModelSerializer):
    contact = NamedOut()
    owner = OwnerOut(source="contact.owner", allow_null=True)

    class Meta:
        model = Position
        fields: tuple[str, ...] = ("contact", "owner", "lifecycle", "stage", "since", "next_at", "deadline")


class PositionFilter(django_filters.FilterSet):
    lifecycle = django_filters.UUIDFilter(field_name="lifecycle_id")
    stage = django_filters.UUIDFilter(field_name="stage_id")
    owner = django_filters.UUIDFilter(field_name="contact__owner_id")

    class Meta:
        model = Position
        fields: tuple[str, ...] = ()


class PositionList(ListResource):
    """Who stands in which stage now, and which deadline of it is next."""

    access = {"GET": STAGES_READ}
    serializer_class = PositionOut
    filterset_class = PositionFilter

    def rows(self) -> QuerySet[Position]:
        return position_list_everywhere(viewer_of(self.request))


class StageMoveOut(serializers.ModelSerializer):
    class Meta:
        model = StageTransition
        fields: tuple[str, ...] = (
            *("id", "lifecycle", "from_stage", "to_stage", "at", "seconds_before", "source", "version"),
            *("loss_reason", "reason"),
        )


class ContactMoves(ListResource):
    """How a contact came to where they stand, the latest move first."""

    access = {"GET": STAGES_READ}
    serializer_class = StageMoveOut

    def rows(self) -> QuerySet[StageTransition]:
        return stage_transitions_of(contact_or_404(self.request, self.kwargs["pk"]).pk)


class MoveBody(StrictSerializer):
    stage = IdField(help_text="Of whichever lifecycle.")
    loss_reason = IdField(required=False, help_text="Where the stage means a loss.")
    reason = TextField(required=False, default="", max_length=120, allow_blank=True)


class Moved(serializers.Serializer):
    changed = serializers.BooleanField(help_text="False when they stood there already.")
    stages = StandingOut(many=True)


class ContactStage(Resource):
    access = {"POST": STAGES_WRITE}

    @extend_schema(
        summary="Move a contact to a stage",
        description="Where one goes from the stage before, and why somebody is lost, is asked for here too.",
        request=MoveBody,
        responses={200: Moved, 400: ErrorsBody, 404: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        contact = contact_or_404(request, pk)
        body = MoveBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        stage = stage_get(said["stage"])
        if stage is None:
            raise Refused([refusal("stage", "unknown_stage", _("There is no such stage."))])
        try:
            moved = stage_moved(
                [contact.pk],
                stage.pk,
                source=MoveSource.API if isinstance(request.auth, ApiKey) else MoveSource.HAND,
                by=actor_of(request),
                reason=said["reason"],
                loss_reason_id=said.get("loss_reason"),
                now=clock.now(),
            )
        except MoveRefused as error:
            raise Refused([refusal("stage", "refused", error.message)]) from error
        standing = StandingOut(positions_by_contact([contact.pk])[contact.pk], many=True).data
        return Response({"changed": moved == 1, "stages": standing})


class FlowQuery(serializers.Serializer):
    since = serializers.DateField(required=False, default=None)
    until = serializers.DateField(required=False, default=None)
    owner = serializers.UUIDField(required=False, default=None)
    source: Any = serializers.UUIDField(required=False, default=None)


class FlowWayOut(serializers.Serializer):
    from_stage = serializers.UUIDField(allow_null=True, help_text="Null: they entered the lifecycle.")
    to_stage = serializers.UUIDField()
    moves = serializers.IntegerField()


class StageFlowOut(serializers.Serializer):
    stage = serializers.UUIDField(source="stage.pk")
    before = serializers.IntegerField(help_text="Who stood there when the period began.")
    after = serializers.IntegerField(help_text="Who stood there at its end.")
    came = serializers.IntegerField(source="cohort.came")
    came_on = serializers.IntegerField(source="cohort.on", help_text="Of those who came, up to now.")
    lost = serializers.IntegerField(source="cohort.lost", help_text="Of those who came, up to now.")
    left = serializers.IntegerField(source="times.left")
    median_seconds = serializers.FloatField(source="times.median", allow_null=True)
    p90_seconds = serializers.FloatField(source="times.ninetieth", allow_null=True)


class LossOut(serializers.Serializer):
    from_stage = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField()
    people = serializers.IntegerField()


class VerdictOut(serializers.Serializer):
    finding = serializers.CharField(help_text="found, nothing or too_little.")
    stage = serializers.UUIDField(source="stage_id", allow_null=True)
    more = serializers.FloatField(help_text="People lost beyond what the stage used to lose.")
    share = serializers.FloatField()
    share_before = serializers.FloatField()
    low = serializers.FloatField(help_text="Newcombe's lower bound of the difference, for all stages together.")
    high = serializers.FloatField()
    left = serializers.IntegerField()
    left_before = serializers.IntegerField()


class FlowOut(serializers.Serializer):
    ways = FlowWayOut(many=True)
    stages = StageFlowOut(many=True)
    losses = LossOut(many=True)
    loses_most = VerdictOut()


class LifecycleFlow(Resource):
    access = {"GET": STAGES_READ}

    @extend_schema(
        summary="Who went from where to where",
        parameters=[
            OpenApiParameter("since", OpenApiTypes.DATE, description="First day."),
            OpenApiParameter("until", OpenApiTypes.DATE, description="Last day, included."),
            OpenApiParameter("owner", OpenApiTypes.UUID),
            OpenApiParameter("source", OpenApiTypes.UUID),
        ],
        responses={200: FlowOut, 400: ErrorsBody, 404: ErrorsBody},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        lifecycle = _lifecycle(pk)
        refuse_unknown_parameters(request, None, also=FlowQuery().fields)
        query = FlowQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        said = query.validated_data
        asked = FlowFilter(
            _begin_of("since", said["since"]),
            _begin_of("until", said["until"], after=True),
            str(said["owner"] or ""),
            str(said["source"] or ""),
        )
        told = flow_of(viewer_of(request), lifecycle, asked, clock.now())
        ways = [{"from_stage": start, "to_stage": end, "moves": count} for start, end, count in told.moves]
        flow = {"ways": ways, "stages": told.stages, "losses": told.losses, "loses_most": told.verdict}
        return Response(FlowOut(flow).data)


class StandingQuery(serializers.Serializer):
    on = serializers.DateField(required=False, default=None)


class StoodOut(serializers.Serializer):
    stage = serializers.UUIDField()
    people = serializers.IntegerField()


class StandingThenOut(serializers.Serializer):
    stages = StoodOut(many=True)


class LifecycleStanding(Resource):
    access = {"GET": STAGES_READ}

    @extend_schema(
        summary="Who stood where on a day",
        parameters=[OpenApiParameter("on", OpenApiTypes.DATE, description="At the end of that day; without it: now.")],
        responses={200: StandingThenOut, 400: ErrorsBody, 404: ErrorsBody},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        lifecycle = _lifecycle(pk)
        refuse_unknown_parameters(request, None, also=StandingQuery().fields)
        query = StandingQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        moment = _begin_of("on", query.validated_data["on"], after=True) or clock.now()
        then = standing_as_of(viewer_of(request), lifecycle, moment)
        rows = [{"stage": stage.pk, "people": then.get(stage.pk, 0)} for stage in stage_list(lifecycle)]
        return Response(StandingThenOut({"stages": rows}).data)


def _lifecycle(pk: UUID) -> Lifecycle:
    lifecycle = lifecycle_get(pk)
    if lifecycle is None:
        raise Http404
    return lifecycle


def _begin_of(name: str, day: date | None, *, after: bool = False) -> datetime | None:
    """When a day begins where the business is, or the one after it."""
    if day is None:
        return None
    if not EARLIEST <= day <= LATEST:
        raise Refused([refusal(name, "out_of_range", _("Choose a day from the year 2000 on."))])
    return instant_of(day + timedelta(days=after), time(), tenant_zone())
