"""/lifecycles/{id}/draft and /versions: stages changed in a draft, looked through, published, taken back."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.enums import JobState
from exchange.models import Job
from lifecycle.enums import StageColour, StageKind
from lifecycle.models import Lifecycle, LifecycleVersion
from lifecycle.plan import MOST_STAGES, NAME_MAX, MovePlan, Plan
from lifecycle.selectors import lifecycle_get
from lifecycle.selectors_versions import version_get, version_rows
from lifecycle.services_drafts import PlannedFields, discard_draft, planned_stages, replace_draft
from scrm.api.access import LIFECYCLES_WRITE, STAGES_READ
from scrm.api.authentication import actor_of, moment_of
from scrm.api.base import DetailResource, ListResource, Resource
from scrm.api.conditions import conditions_refused
from scrm.api.errors import ErrorsBody
from scrm.api.leads import OwnerOut
from scrm.api.parsing import IdField, StrictSerializer, TextField, storable
from scrm.core.clock import now as right_now
from scrm.flows.lifecycle_preview import DraftSeen, draft_looked_through
from scrm.flows.lifecycle_versions import run_of, version_published, version_undone


class PlannedStageOut(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=StageKind.choices)
    typical_days = serializers.IntegerField(allow_null=True)
    asks = serializers.ListField(child=serializers.CharField())
    moves_to = serializers.ListField(child=serializers.UUIDField())
    colour = serializers.CharField(help_text="Empty: by its kind.")


class PlannedMoveOut(serializers.Serializer):
    from_stage = serializers.UUIDField()
    to_stage = serializers.UUIDField()
    condition = serializers.DictField(child=serializers.JSONField(), allow_null=True, help_text="Null: everybody else.")


class StageChangeOut(serializers.Serializer):
    stage = serializers.UUIDField(source="stage.id")
    name = serializers.CharField(source="stage.name")
    kind = serializers.CharField(help_text="added, removed, changed or same.")
    details = serializers.ListField(child=serializers.CharField(), help_text="In words, in the language asked for.")


class MoveSeenOut(PlannedMoveOut):
    from_stage = serializers.UUIDField(source="move.from_stage")
    to_stage = serializers.UUIDField(source="move.to_stage")
    condition = serializers.DictField(
        source="move.condition", child=serializers.JSONField(), allow_null=True, help_text="Null: everybody else."
    )
    people = serializers.IntegerField(help_text="Whom it is about now.")


class DraftOut(serializers.Serializer):
    revision = serializers.IntegerField(help_text="What is published is told by it. 0: there is no draft.")
    stages = PlannedStageOut(many=True, source="plan.stages")
    moves = MoveSeenOut(many=True)
    changes = StageChangeOut(many=True)
    people = serializers.IntegerField(help_text="How many would be moved.")
    deadlines = serializers.IntegerField(source="waiting", help_text="Of how many of them a deadline is planned anew.")
    unsettled = serializers.ListField(
        child=serializers.CharField(), help_text="Stages that go: say where their people do."
    )
    led = serializers.ListField(
        child=serializers.CharField(), help_text="Rules and deadlines that will lead elsewhere."
    )
    uses = serializers.ListField(child=serializers.CharField(), help_text="What asks for a stage that goes.")
    ready = serializers.BooleanField(source="is_ready", help_text="Whether it can be published.")


class PlannedStageBody(StrictSerializer):
    id = IdField(help_text="Of a stage of this lifecycle; of a new one any that is free.")
    name = TextField(max_length=NAME_MAX)
    kind = serializers.ChoiceField(choices=StageKind.choices)
    typical_days = serializers.IntegerField(min_value=1, max_value=3650, allow_null=True, default=None)
    asks = serializers.ListField(child=TextField(max_length=40), default=list, max_length=100)
    moves_to = serializers.ListField(child=IdField(), default=list, max_length=MOST_STAGES)
    colour = serializers.ChoiceField(choices=StageColour.choices, allow_blank=True, default="")


class PlannedMoveBody(StrictSerializer):
    from_stage = IdField()
    to_stage = IdField()
    condition = serializers.DictField(
        child=serializers.JSONField(),
        allow_null=True,
        default=None,
        help_text="In the rule language. Null: everybody else.",
    )

    def validate_condition(self, condition: dict[str, Any] | None) -> dict[str, Any] | None:
        if condition is not None and not storable(condition):
            raise serializers.ValidationError(_("This holds a character that can't be kept."))
        return condition


class DraftBody(StrictSerializer):
    stages = serializers.ListField(child=PlannedStageBody(), min_length=1, max_length=MOST_STAGES)
    moves = serializers.ListField(child=PlannedMoveBody(), max_length=200, default=list)


class RevisionBody(StrictSerializer):
    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="Of the draft as it was read.")


class VersionRunOut(serializers.Serializer):
    state = serializers.ChoiceField(choices=JobState.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    moved = serializers.IntegerField()
    back = serializers.IntegerField(help_text="Of a version that takes one back.")
    stay = serializers.IntegerField(help_text="Who has gone on since.")


class VersionOut(serializers.ModelSerializer):
    stages = PlannedStageOut(many=True, source="plan.stages")
    moves = PlannedMoveOut(many=True, source="plan.moves")
    made_by = OwnerOut(allow_null=True)

    class Meta:
        model = LifecycleVersion
        fields: tuple[str, ...] = ("number", "stages", "moves", "undoes", "made_by", "published_at")


class VersionDetailOut(VersionOut):
    people = serializers.SerializerMethodField(help_text="How far those are whom it moves.")

    class Meta(VersionOut.Meta):
        fields: tuple[str, ...] = (*VersionOut.Meta.fields, "people")

    @extend_schema_field(VersionRunOut(allow_null=True))
    def get_people(self, row: LifecycleVersion) -> dict[str, Any] | None:
        job = run_of(row.lifecycle, row.number or 0)
        return dict(VersionRunOut(_run(job)).data) if job is not None else None


class PublishedOut(serializers.Serializer):
    number = serializers.IntegerField(help_text="Of the version that holds from now on.")
    people = serializers.IntegerField(help_text="How many are being moved.")


class LifecycleDraft(Resource):
    access = {"GET": LIFECYCLES_WRITE, "PUT": LIFECYCLES_WRITE, "DELETE": LIFECYCLES_WRITE}

    @extend_schema(
        summary="The draft of a lifecycle, and what publishing it would do",
        description="Without a draft: what holds now.",
        responses={200: DraftOut, 404: ErrorsBody},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        return _told(_lifecycle(pk))

    @extend_schema(
        summary="Say what the stages are to be",
        description="All of them, in order. Each that is left out goes; say by a move without a condition where its "
        "people do. Moves with a condition come first, in their order. Nothing holds before it is published.",
        request=DraftBody,
        responses={200: DraftOut, 404: ErrorsBody, 422: ErrorsBody},
    )
    def put(self, request: Request, pk: UUID) -> Response:
        lifecycle, body = _lifecycle(pk), DraftBody(data=request.data)
        body.is_valid(raise_exception=True)
        stages = [PlannedFields(**each) for each in body.validated_data["stages"]]
        moves = [
            MovePlan(str(each["from_stage"]), str(each["to_stage"]), each["condition"])
            for each in body.validated_data["moves"]
        ]
        moves.sort(key=lambda move: move.condition is None)
        plan = Plan(planned_stages(lifecycle, stages), tuple(moves))
        with conditions_refused("moves"):
            replace_draft(lifecycle=lifecycle, plan=plan, by=actor_of(request), now=moment_of(request))
        return _told(lifecycle)

    @extend_schema(summary="Throw the draft away", responses={204: None, 404: ErrorsBody})
    def delete(self, request: Request, pk: UUID) -> Response:
        discard_draft(lifecycle=_lifecycle(pk), by=actor_of(request), now=moment_of(request))
        return Response(status=204)


class LifecyclePublish(Resource):
    access = {"POST": LIFECYCLES_WRITE}

    @extend_schema(
        summary="Publish the draft",
        description="If it is still what was read. People of stages that go are moved by a job.",
        request=RevisionBody,
        responses={200: PublishedOut, 404: ErrorsBody, 422: OpenApiResponse(ErrorsBody, "What stands in its way.")},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        lifecycle, body = _lifecycle(pk), RevisionBody(data=request.data)
        body.is_valid(raise_exception=True)
        published, job = version_published(
            lifecycle, body.validated_data["revision"], by=actor_of(request), now=moment_of(request)
        )
        return Response(PublishedOut({"number": published.number, "people": job.total}).data)


class LifecycleVersionList(ListResource):
    """Versions that were published; the first one is written down with the second."""

    access = {"GET": STAGES_READ}
    serializer_class = VersionOut

    def rows(self) -> QuerySet[LifecycleVersion]:
        return version_rows(_lifecycle(self.kwargs["pk"]))


class LifecycleVersionDetail(DetailResource):
    """One of them, with how far its people are moved."""

    access = {"GET": STAGES_READ}
    serializer_class = VersionDetailOut

    def get_object(self) -> LifecycleVersion:
        version = version_get(_lifecycle(self.kwargs["pk"]), self.kwargs["number"])
        if version is None:
            raise Http404
        return version


class LifecycleUndo(Resource):
    access = {"POST": LIFECYCLES_WRITE}

    @extend_schema(
        summary="Take back the version that holds",
        description="As a version of its own: the stages of before, and whoever was moved and has not gone on since.",
        request=None,
        responses={200: PublishedOut, 404: ErrorsBody, 422: OpenApiResponse(ErrorsBody, "What stands in its way.")},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        lifecycle = _lifecycle(pk)
        job = version_undone(lifecycle, by=actor_of(request), now=moment_of(request))
        return Response(PublishedOut({"number": lifecycle.version + 1, "people": job.total}).data)


def _told(lifecycle: Lifecycle) -> Response:
    seen = draft_looked_through(lifecycle, right_now())
    return Response(DraftOut(_shown(seen)).data)


def _shown(seen: DraftSeen) -> dict[str, Any]:
    return {
        "revision": seen.draft.revision if seen.draft else 0,
        "plan": seen.plan,
        "moves": seen.moves,
        "changes": seen.stages,
        "people": seen.people,
        "waiting": seen.waiting,
        "unsettled": [stage.name for stage in seen.unsettled],
        "led": seen.led,
        "uses": seen.uses,
        "is_ready": seen.is_ready,
    }


def _run(job: Job) -> dict[str, Any]:
    counts = {name: job.result.get(name, 0) for name in ("moved", "back", "stay")}
    return {"state": job.state, "done": job.done, "total": job.total, **counts}


def _lifecycle(pk: UUID) -> Lifecycle:
    lifecycle = lifecycle_get(pk)
    if lifecycle is None:
        raise Http404
    return lifecycle
