"""/response-rules: how fast leads of each source are answered, and what happens when they are not."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leads.enums import TakenTo
from leads.models import ResponseRule
from leads.selectors import response_rule_detail, response_rule_rows, source_detail
from leads.services import hold_response_rules, save_response_rule
from scrm.api.access import ASSIGNMENT_READ, ASSIGNMENT_WRITE
from scrm.api.authentication import actor_of, moment_of
from scrm.api.base import DetailResource, ListResource
from scrm.api.errors import ErrorsBody
from scrm.api.leads import NamedOut
from scrm.api.naming import named
from scrm.api.once import IDEMPOTENT, IF_MATCH, changed_as_read, created_once
from scrm.api.parsing import IdField, StrictSerializer, TruthField

_MONTH = 31 * 24 * 60
_FIELDS = ("source", "minutes", "within_hours", "remind_before", "escalate_after", "take_after", "taken_to", "active")


class ResponseRuleOut(serializers.ModelSerializer):
    source: Any = NamedOut(allow_null=True, help_text="With all that is part of it; null: all other sources.")

    class Meta:
        model = ResponseRule
        fields: tuple[str, ...] = ("id", *_FIELDS, "created_at")


def _minutes(text: str) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=0, max_value=_MONTH, required=False, allow_null=True, help_text=f"Minutes; null: never. {text}"
    )


class ResponseRuleChangeBody(StrictSerializer):
    """What is left out stays. Leads that wait already go on as they began."""

    source: Any = IdField(required=False, allow_null=True)
    minutes = serializers.IntegerField(min_value=1, max_value=_MONTH, required=False)
    within_hours = TruthField(required=False, help_text="Minutes count within opening hours.")
    remind_before = _minutes("Before it is due the owner is reminded.")
    escalate_after = _minutes("After it was due the head is told.")
    take_after = _minutes("After it was due the lead is taken away.")
    taken_to = serializers.ChoiceField(choices=TakenTo.choices, required=False)
    active = TruthField(required=False)


class ResponseRuleBody(ResponseRuleChangeBody):
    minutes = serializers.IntegerField(min_value=1, max_value=_MONTH)


class ResponseRuleList(ListResource):
    """Times to answer, one for a source and one for all others at most."""

    access = {"GET": ASSIGNMENT_READ, "POST": ASSIGNMENT_WRITE}
    serializer_class = ResponseRuleOut

    def rows(self) -> QuerySet[ResponseRule]:
        return response_rule_rows()

    @extend_schema(
        summary="Make a time to answer",
        parameters=[IDEMPOTENT],
        request=ResponseRuleBody,
        responses={201: ResponseRuleOut, 200: ResponseRuleOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        body = ResponseRuleBody(data=request.data)
        body.is_valid(raise_exception=True)
        values = {"source": None} | _values(body.validated_data)
        return created_once(
            request,
            lambda now: save_response_rule(rule=None, by=actor_of(request), now=now, **values),
            response_rule_detail,
            ResponseRuleOut,
        )


class ResponseRuleDetail(DetailResource):
    """One of them."""

    access = {"GET": ASSIGNMENT_READ, "PATCH": ASSIGNMENT_WRITE}
    serializer_class = ResponseRuleOut

    def get_object(self) -> ResponseRule:
        return _found(self.kwargs["pk"])

    @extend_schema(
        summary="Change a time to answer, or switch it",
        parameters=[IF_MATCH],
        request=ResponseRuleChangeBody,
        responses={
            200: ResponseRuleOut,
            404: ErrorsBody,
            412: OpenApiResponse(ErrorsBody, "It was changed meanwhile."),
        },
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        _found(pk)
        body = ResponseRuleChangeBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = _values(body.validated_data)

        def change() -> None:
            held = _found(pk)
            before = {name: getattr(held, name) for name in _FIELDS}
            save_response_rule(rule=held, by=actor_of(request), now=moment_of(request), **(before | said))

        return changed_as_read(request, hold_response_rules, change, lambda: response_rule_detail(pk), ResponseRuleOut)


def _values(said: dict[str, Any]) -> dict[str, Any]:
    return said | ({"source": named("source", said["source"], source_detail)} if "source" in said else {})


def _found(pk: UUID) -> ResponseRule:
    rule = response_rule_detail(pk)
    if rule is None:
        raise Http404
    return rule
