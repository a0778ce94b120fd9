"""/stage-hand-overs: to whom customers go when they reach a stage."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.selectors import colleague_get
from leads.enums import AssignMethod
from leads.selectors import department_get
from lifecycle.models import Stage, StageHandOver
from lifecycle.selectors import stage_get
from lifecycle.selectors_hand_over import stage_hand_over_detail, stage_hand_over_list, stage_hand_over_of
from lifecycle.services_hand_over import hold_stage, save_stage_hand_over
from scrm.api.access import ASSIGNMENT_READ, ASSIGNMENT_WRITE
from scrm.api.authentication import actor_of, moment_of
from scrm.api.base import DetailResource, ListResource
from scrm.api.errors import ErrorsBody
from scrm.api.leads import NamedOut, OwnerOut
from scrm.api.naming import named
from scrm.api.once import IDEMPOTENT, IF_MATCH, changed_as_read, created_once
from scrm.api.parsing import IdField, StrictSerializer, TruthField

METHODS = [choice for choice in AssignMethod.choices if choice[0] != AssignMethod.WEIGHTED]
_FIELDS = ("method", "department", "keep_days", "active")


class StageHandOverOut(serializers.ModelSerializer):
    stage: Any = NamedOut()
    department: Any = NamedOut(allow_null=True)
    people = OwnerOut(many=True)

    class Meta:
        model = StageHandOver
        fields: tuple[str, ...] = ("id", "stage", *_FIELDS, "people", "created_at")


class StageHandOverChangeBody(StrictSerializer):
    """What is left out stays. It counts from the next customer who reaches the stage."""

    method = serializers.ChoiceField(choices=METHODS, required=False)
    department = IdField(required=False, allow_null=True, help_text="Its people, and those below it.")
    people = serializers.ListField(child=IdField(), required=False, max_length=500)
    keep_days = serializers.IntegerField(
        min_value=0, max_value=365, required=False, help_text="For so long whoever had the customer reads on."
    )
    active = TruthField(required=False)


class StageHandOverBody(StageHandOverChangeBody):
    stage = IdField(help_text="A stage has one rule: the same stage again changes it.")


class StageHandOverList(ListResource):
    """Rules of hand-over, one for a stage at most."""

    access = {"GET": ASSIGNMENT_READ, "POST": ASSIGNMENT_WRITE}
    serializer_class = StageHandOverOut

    def rows(self) -> QuerySet[StageHandOver]:
        return stage_hand_over_list()

    @extend_schema(
        summary="Say to whom customers go who reach a stage",
        parameters=[IDEMPOTENT],
        request=StageHandOverBody,
        responses={201: StageHandOverOut, 200: StageHandOverOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        body = StageHandOverBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = dict(body.validated_data)
        stage = named("stage", said.pop("stage"), stage_get)
        assert stage is not None
        values = _before(stage_hand_over_of(stage.pk)) | _values(said)
        return created_once(
            request,
            lambda now: save_stage_hand_over(stage=stage, by=actor_of(request), now=now, **values),
            stage_hand_over_detail,
            StageHandOverOut,
        )


class StageHandOverDetail(DetailResource):
    """One of them."""

    access = {"GET": ASSIGNMENT_READ, "PATCH": ASSIGNMENT_WRITE}
    serializer_class = StageHandOverOut

    def get_object(self) -> StageHandOver:
        return _found(self.kwargs["pk"])

    @extend_schema(
        summary="Change a hand-over by stage, or switch it",
        parameters=[IF_MATCH],
        request=StageHandOverChangeBody,
        responses={
            200: StageHandOverOut,
            404: ErrorsBody,
            412: OpenApiResponse(ErrorsBody, "It was changed meanwhile."),
        },
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        stage: Stage = _found(pk).stage
        body = StageHandOverChangeBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = _values(body.validated_data)

        def change() -> None:
            values = _before(_found(pk)) | said
            save_stage_hand_over(stage=stage, by=actor_of(request), now=moment_of(request), **values)

        return changed_as_read(
            request, lambda: hold_stage(stage.pk), change, lambda: stage_hand_over_detail(pk), StageHandOverOut
        )


def _before(kept: StageHandOver | None) -> dict[str, Any]:
    """What stays where nothing is said of it."""
    if kept is None:
        return {"method": AssignMethod.TURNS, "department": None, "people": set(), "keep_days": 0, "active": True}
    return {name: getattr(kept, name) for name in _FIELDS} | {"people": {user.pk for user in kept.people.all()}}


def _values(said: dict[str, Any]) -> dict[str, Any]:
    values = dict(said)
    if "department" in said:
        values["department"] = named("department", said["department"], department_get)
    if "people" in said:
        values["people"] = set(said["people"])
        for place, pk in enumerate(said["people"]):
            named(f"people.{place}", pk, colleague_get)
    return values


def _found(pk: UUID) -> StageHandOver:
    kept = stage_hand_over_detail(pk)
    if kept is None:
        raise Http404
    return kept
