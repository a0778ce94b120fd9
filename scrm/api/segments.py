"""/segments: saved audiences, who is in them as far as the caller sees, and how they came to it."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audiences.models import RunCause, Segment, SegmentKind, SegmentMember, SegmentRun
from audiences.selectors import (
    run_list,
    segment_get,
    segment_list,
    segment_members,
    segment_preview,
)
from audiences.services import refresh_segment, save_segment
from scrm.api.access import SEGMENTS_READ, SEGMENTS_WRITE
from scrm.api.authentication import actor_of, moment_of, viewer_of
from scrm.api.base import DetailResource, ListResource, Resource
from scrm.api.conditions import conditions_refused
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.leads import NamedOut, OwnerOut
from scrm.api.once import IDEMPOTENT, IF_MATCH, changed_as_read, created_once
from scrm.api.parsing import StrictSerializer, TextField, storable
from scrm.core.conditions import Scope, facts, parse, sentence
from scrm.flows.audience import hold_segment, segment_removed


class SegmentOut(serializers.ModelSerializer):
    size = serializers.IntegerField(source="seen", help_text="Members that the caller may see.")

    class Meta:
        model = Segment
        fields: tuple[str, ...] = (
            *("id", "name", "kind", "condition", "size", "refreshed_at", "archived_at", "created_at"),
        )


class CountBody(StrictSerializer):
    condition = serializers.DictField(child=serializers.JSONField(), help_text="In the rule language.")

    def validate_condition(self, condition: dict[str, Any]) -> dict[str, Any]:
        if not storable(condition):
            raise serializers.ValidationError(_("This holds a character that can't be kept."))
        return condition


class SegmentChangeBody(CountBody):
    """What is left out stays."""

    name = TextField(max_length=120, required=False)
    kind = serializers.ChoiceField(choices=SegmentKind.choices, required=False)
    condition = serializers.DictField(child=serializers.JSONField(), required=False, help_text="In the rule language.")


class SegmentBody(SegmentChangeBody):
    name = TextField(max_length=120)
    kind = serializers.ChoiceField(choices=SegmentKind.choices, default=SegmentKind.DYNAMIC)
    condition = serializers.DictField(child=serializers.JSONField(), help_text="In the rule language.")


class CountOut(serializers.Serializer):
    count = serializers.IntegerField(help_text="Of the contacts that the caller may see.")
    sentence = serializers.CharField(help_text="The condition in words, in the language asked for.")
    sample = NamedOut(many=True, help_text="A few of them, the newest first.")


_OF_ALL = "Of everybody: null where the caller sees a part of the contacts."


class RunOut(serializers.ModelSerializer):
    by = OwnerOut(allow_null=True)
    cause = serializers.ChoiceField(choices=RunCause.choices)
    entered = serializers.IntegerField(source="came", allow_null=True, help_text=_OF_ALL)
    left = serializers.IntegerField(source="went", allow_null=True, help_text=_OF_ALL)
    size = serializers.IntegerField(source="members", allow_null=True, help_text=_OF_ALL)

    class Meta:
        model = SegmentRun
        fields: tuple[str, ...] = ("at", "cause", "by", "entered", "left", "size", "took_ms", "error")


class ChangeOut(serializers.Serializer):
    entered = serializers.IntegerField()
    left = serializers.IntegerField()
    size = serializers.IntegerField()


class MemberOut(serializers.ModelSerializer):
    contact = NamedOut()

    class Meta:
        model = SegmentMember
        fields: tuple[str, ...] = ("contact", "entered_at")


class SegmentFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=SegmentKind.choices)

    class Meta:
        model = Segment
        fields: tuple[str, ...] = ()


class SegmentList(ListResource):
    """Saved audiences."""

    access = {"GET": SEGMENTS_READ, "POST": SEGMENTS_WRITE}
    serializer_class = SegmentOut
    filterset_class = SegmentFilter

    def rows(self) -> QuerySet[Segment]:
        return segment_list(viewer_of(self.request))

    @extend_schema(
        summary="Make a segment",
        description="It is filled at once; who is in it from the start is told of to nobody.",
        parameters=[IDEMPOTENT],
        request=SegmentBody,
        responses={201: SegmentOut, 200: SegmentOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        body = SegmentBody(data=request.data)
        body.is_valid(raise_exception=True)
        with conditions_refused():
            return created_once(
                request,
                lambda now: save_segment(**body.validated_data, by=actor_of(request), now=now),
                lambda pk: segment_get(viewer_of(request), pk),
                SegmentOut,
            )


class SegmentDetail(DetailResource):
    """One of them."""

    access = {"GET": SEGMENTS_READ, "PATCH": SEGMENTS_WRITE, "DELETE": SEGMENTS_WRITE}
    serializer_class = SegmentOut

    def get_object(self) -> Segment:
        return _found(self.request, self.kwargs["pk"])

    @extend_schema(
        summary="Change a segment",
        parameters=[IF_MATCH],
        request=SegmentChangeBody,
        responses={200: SegmentOut, 404: ErrorsBody, 412: OpenApiResponse(ErrorsBody, "It was changed meanwhile.")},
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        _found(request, pk)
        body = SegmentChangeBody(data=request.data)
        body.is_valid(raise_exception=True)

        def change() -> None:
            held = _found(request, pk)
            before = {name: getattr(held, name) for name in ("name", "kind", "condition")}
            save_segment(segment=held, **(before | body.validated_data), by=actor_of(request), now=moment_of(request))

        with conditions_refused():
            return changed_as_read(
                request, hold_segment, change, lambda: segment_get(viewer_of(request), pk), SegmentOut
            )

    @extend_schema(
        summary="Delete a segment",
        description="Rules that name it find nobody from then on.",
        responses={204: None, 404: ErrorsBody, 409: OpenApiResponse(ErrorsBody, "It is used.")},
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        named = segment_removed(_found(request, pk), by=actor_of(request), now=moment_of(request))
        if named:
            reason = _("It is used: %(names)s. Let them do without it first.")
            raise Refused([refusal("", "in_use", reason % {"names": ", ".join(named)})], status=409)
        return Response(status=204)


class SegmentMembers(ListResource):
    """Who is in an audience now."""

    access = {"GET": SEGMENTS_READ}
    serializer_class = MemberOut

    def rows(self) -> QuerySet[SegmentMember]:
        return segment_members(viewer_of(self.request), _found(self.request, self.kwargs["pk"]))


class SegmentRuns(ListResource):
    """How each time went that an audience was gone through, for thirty days."""

    access = {"GET": SEGMENTS_READ}
    serializer_class = RunOut

    def rows(self) -> QuerySet[SegmentRun]:
        return run_list(viewer_of(self.request), _found(self.request, self.kwargs["pk"]))


class SegmentRefresh(Resource):
    """Go through it now; a frozen or archived one stays as it is."""

    access = {"POST": SEGMENTS_WRITE}

    @extend_schema(
        summary="Refresh a segment", request=None, responses={200: ChangeOut, 404: ErrorsBody, 422: ErrorsBody}
    )
    def post(self, request: Request, pk: UUID) -> Response:
        segment = _found(request, pk)
        with conditions_refused():
            change = refresh_segment(segment=segment, by=actor_of(request), now=moment_of(request))
        return Response(ChangeOut(change).data)


class SegmentCount(Resource):
    """Who would be in an audience; nothing is kept."""

    access = {"POST": SEGMENTS_READ}

    @extend_schema(
        summary="Count whom a condition fits",
        request=CountBody,
        responses={200: CountOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        body = CountBody(data=request.data)
        body.is_valid(raise_exception=True)
        with conditions_refused():
            condition = parse(body.validated_data["condition"], facts, scope=Scope.CONTACT)
        viewer, now = viewer_of(request), moment_of(request)
        count, sample = segment_preview(condition, viewer, now)
        return Response(CountOut({"count": count, "sentence": sentence(condition), "sample": sample}).data)


def _found(request: Request, pk: UUID) -> Segment:
    segment = segment_get(viewer_of(request), pk)
    if segment is None:
        raise Http404
    return segment
