"""/scores, /score-rules, /score-scale: how warm people are, why, and the rules that say so."""

from typing import Any, Final
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from scrm.api.access import SCORE_RULES_READ, SCORE_RULES_WRITE, TALKS_READ
from scrm.api.authentication import actor_of, moment_of, viewer_of
from scrm.api.base import DetailResource, ListResource, Resource
from scrm.api.conditions import conditions_refused
from scrm.api.contacts import contact_or_404
from scrm.api.errors import ErrorsBody
from scrm.api.leads import NamedOut
from scrm.api.naming import named
from scrm.api.once import IDEMPOTENT, IF_MATCH, changed_as_read, created_once
from scrm.api.parsing import IdField, StrictSerializer, TextField, TruthField, storable
from scrm.flows.scoring import score_rule_saved, score_scale_saved
from tagging.enums import Band, ScoreKind
from tagging.models import ContactScore, ScoreRule, ScoreScale
from tagging.of_contacts import score_told
from tagging.selectors import score_list, score_rule_get, score_rule_rows, score_scale, tag_get
from tagging.services_scores import hold_score_rules


class ScoreOut(serializers.ModelSerializer):
    contact = serializers.UUIDField(source="contact_id")

    class Meta:
        model = ContactScore
        fields: tuple[str, ...] = ("contact", "points", "band", "computed_at")


class ScorePartOut(serializers.Serializer):
    rule: Any = NamedOut()
    points = serializers.FloatField()
    times = serializers.IntegerField(help_text="How often it counted.")
    last = serializers.DateTimeField(allow_null=True)


class ContactScoreOut(serializers.Serializer):
    contact = serializers.UUIDField()
    points = serializers.DecimalField(max_digits=8, decimal_places=1)
    band = serializers.ChoiceField(choices=Band.choices)
    computed_at = serializers.DateTimeField(allow_null=True)
    parts = ScorePartOut(many=True, help_text="The weightiest first.")


_POINTS_MOST: Final = 10**7
"""Beyond what a score's column holds."""


@extend_schema_field({"type": "number", "minimum": -_POINTS_MOST, "maximum": _POINTS_MOST})
class PointsFilter(django_filters.NumberFilter):
    """Points that a contact can come to."""


class ScoreFilter(django_filters.FilterSet):
    band = django_filters.MultipleChoiceFilter(choices=Band.choices)
    points_from = PointsFilter(field_name="points", lookup_expr="gte", min_value=-_POINTS_MOST, max_value=_POINTS_MOST)

    class Meta:
        model = ContactScore
        fields: tuple[str, ...] = ()


class ScoreList(ListResource):
    """What the rules came to for each contact."""

    access = {"GET": TALKS_READ}
    serializer_class = ScoreOut
    filterset_class = ScoreFilter

    def rows(self) -> QuerySet[ContactScore]:
        return score_list(viewer_of(self.request))


class ContactScoring(Resource):
    """What one contact's score is made of."""

    access = {"GET": TALKS_READ}

    @extend_schema(
        summary="The score of a contact, with its reasons", responses={200: ContactScoreOut, 404: ErrorsBody}
    )
    def get(self, request: Request, pk: UUID) -> Response:
        score, parts = score_told(contact_or_404(request, pk).pk)
        score = score or ContactScore(contact_id=pk)
        told = [{**part, "rule": rule, "last": part["last"] or None} for rule, part in parts]
        values = {"points": score.points, "band": score.band, "computed_at": score.computed_at}
        return Response(ContactScoreOut({"contact": pk, **values, "parts": told}).data)


class ScoreRuleOut(serializers.ModelSerializer):
    tag = serializers.UUIDField(source="tag_id", allow_null=True)

    class Meta:
        model = ScoreRule
        fields: tuple[str, ...] = (
            *("id", "name", "kind", "points", "event_type", "most", "tag", "condition", "half_life_days"),
            *("active", "position", "created_at"),
        )


class ScoreRuleChangeBody(StrictSerializer):
    """What is left out stays."""

    name = TextField(max_length=120, required=False)
    kind = serializers.ChoiceField(choices=ScoreKind.choices, required=False)
    points = serializers.IntegerField(min_value=-1000, max_value=1000, required=False)
    event_type = TextField(
        max_length=60, required=False, allow_blank=True, help_text="Of the tracking plan; for the kind event."
    )
    most = serializers.IntegerField(min_value=1, max_value=1000, required=False, allow_null=True)
    tag = IdField(required=False, allow_null=True, help_text="For the kind tag.")
    condition = serializers.DictField(
        child=serializers.JSONField(), required=False, help_text="In the rule language; for the kind condition."
    )
    half_life_days = serializers.IntegerField(min_value=1, max_value=3650, required=False, allow_null=True)
    active = TruthField(required=False)

    def validate_condition(self, condition: dict[str, Any]) -> dict[str, Any]:
        return _storable(condition)


class ScoreRuleBody(ScoreRuleChangeBody):
    name = TextField(max_length=120)
    kind = serializers.ChoiceField(choices=ScoreKind.choices)
    points = serializers.IntegerField(min_value=-1000, max_value=1000)


class ScoreRuleList(ListResource):
    """The rules that give points."""

    access = {"GET": SCORE_RULES_READ, "POST": SCORE_RULES_WRITE}
    serializer_class = ScoreRuleOut

    def rows(self) -> QuerySet[ScoreRule]:
        return score_rule_rows()

    @extend_schema(
        summary="Make a score rule",
        description="Everybody is counted again.",
        parameters=[IDEMPOTENT],
        request=ScoreRuleBody,
        responses={201: ScoreRuleOut, 200: ScoreRuleOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        body = ScoreRuleBody(data=request.data)
        body.is_valid(raise_exception=True)
        values = _values(body.validated_data)
        with conditions_refused():
            return created_once(
                request,
                lambda now: score_rule_saved(None, by=actor_of(request), now=now, **values),
                score_rule_get,
                ScoreRuleOut,
            )


class ScoreRuleDetail(DetailResource):
    """One of them."""

    access = {"GET": SCORE_RULES_READ, "PATCH": SCORE_RULES_WRITE}
    serializer_class = ScoreRuleOut

    def get_object(self) -> ScoreRule:
        return _found(self.kwargs["pk"])

    @extend_schema(
        summary="Change a score rule, or switch it",
        description="Everybody is counted again.",
        parameters=[IF_MATCH],
        request=ScoreRuleChangeBody,
        responses={200: ScoreRuleOut, 404: ErrorsBody, 412: OpenApiResponse(ErrorsBody, "It was changed meanwhile.")},
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        _found(pk)
        body = ScoreRuleChangeBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = _values(body.validated_data)

        def change() -> None:
            held = _found(pk)
            names = ("name", "kind", "points", "event_type", "most", "tag", "condition", "half_life_days", "active")
            before = {name: getattr(held, name) for name in names}
            score_rule_saved(held, by=actor_of(request), now=moment_of(request), **(before | said))

        with conditions_refused():
            return changed_as_read(request, hold_score_rules, change, lambda: score_rule_get(pk), ScoreRuleOut)


class ScaleOut(serializers.ModelSerializer):
    class Meta:
        model = ScoreScale
        fields: tuple[str, ...] = ("warm_from", "hot_from")


class ScaleBody(StrictSerializer):
    warm_from = serializers.IntegerField(min_value=-1000, max_value=1000)
    hot_from = serializers.IntegerField(min_value=-1000, max_value=1000, help_text="Above warm_from.")


class Scale(Resource):
    """From how many points on somebody is warm, or hot."""

    access = {"GET": SCORE_RULES_READ, "PUT": SCORE_RULES_WRITE}

    @extend_schema(summary="Where the bands begin", responses={200: ScaleOut})
    def get(self, request: Request) -> Response:
        return Response(ScaleOut(score_scale()).data)

    @extend_schema(
        summary="Say where the bands begin",
        request=ScaleBody,
        responses={200: ScaleOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def put(self, request: Request) -> Response:
        body = ScaleBody(data=request.data)
        body.is_valid(raise_exception=True)
        scale = score_scale_saved(**body.validated_data, by=actor_of(request), now=moment_of(request))
        return Response(ScaleOut(scale).data)


def _values(said: dict[str, Any]) -> dict[str, Any]:
    return said | ({"tag": named("tag", said["tag"], tag_get)} if "tag" in said else {})


def _storable(condition: dict[str, Any]) -> dict[str, Any]:
    if not storable(condition):
        raise serializers.ValidationError(_("This holds a character that can't be kept."))
    return condition


def _found(pk: UUID) -> ScoreRule:
    rule = score_rule_get(pk)
    if rule is None:
        raise Http404
    return rule
