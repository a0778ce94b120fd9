"""/analytics/score-cards: dealers, departments and people side by side, as far as the caller sees."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Scope
from analytics.cards import Card, Numbers, Span
from analytics.dealers import department_cards, department_ids_seen, person_cards
from scrm.api.access import CARDS_READ
from scrm.api.authentication import moment_of, viewer_of
from scrm.api.base import Resource, refuse_unknown_parameters
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.naming import refuse_other_ages
from scrm.api.parsing import IdField, StrictSerializer
from tenants.selectors import tenant_zone

_USUAL: Final = timedelta(days=27)
_BY: Final = ("department", "dealer", "person")


class CardQuery(StrictSerializer):
    since = serializers.DateField(required=False, validators=[refuse_other_ages])
    until = serializers.DateField(required=False, validators=[refuse_other_ages])
    by = serializers.ChoiceField(choices=_BY, default="department")
    department = IdField(required=False)


class MoneyOut(serializers.Serializer):
    currency = serializers.CharField()
    deals = serializers.IntegerField()
    amount = serializers.DecimalField(max_digits=20, decimal_places=2)
    commission = serializers.DecimalField(
        max_digits=20, decimal_places=2, allow_null=True, help_text="null where no deal had a rate."
    )


class NumbersOut(serializers.Serializer):
    leads = serializers.IntegerField()
    effective = serializers.IntegerField(help_text="Leads with effective communication since they came in.")
    answered_in_time = serializers.IntegerField(source="met")
    answered_late = serializers.IntegerField(source="late")
    overdue = serializers.IntegerField(source="missed", help_text="Overdue without an answer.")
    in_time_share = serializers.FloatField(source="in_time", allow_null=True)
    first_answer_seconds = serializers.SerializerMethodField(help_text="The median.")
    opportunities = serializers.IntegerField()
    deals = serializers.IntegerField()
    money = MoneyOut(many=True, help_text="Each currency by itself.")

    def get_first_answer_seconds(self, numbers: Numbers) -> float | None:
        return numbers.median.total_seconds() if numbers.median is not None else None


class CardOut(serializers.Serializer):
    id = serializers.UUIDField(source="group.id", allow_null=True, help_text="null: those without a department.")
    name = serializers.CharField(source="group.name")
    depth = serializers.IntegerField(source="group.depth")
    is_dealer = serializers.BooleanField(source="group.is_dealer")
    now: Any = NumbersOut()
    before: Any = NumbersOut(allow_null=True, help_text="As many days right before.")


class CardsOut(serializers.Serializer):
    since = serializers.DateField()
    until = serializers.DateField()
    cards = CardOut(many=True)
    total = CardOut()


class ScoreCards(Resource):
    access = {"GET": CARDS_READ}

    @extend_schema(
        summary="What dealers, departments or people came to",
        description="A department counts with those below it. Without days: the last 28.",
        parameters=[
            OpenApiParameter("since", OpenApiTypes.DATE),
            OpenApiParameter("until", OpenApiTypes.DATE),
            OpenApiParameter("by", {"type": "string", "enum": [*_BY]}),
            OpenApiParameter("department", OpenApiTypes.UUID, description="With by=person: of this one alone."),
        ],
        responses={200: CardsOut, 400: ErrorsBody},
    )
    def get(self, request: Request) -> Response:
        refuse_unknown_parameters(request, None, also=CardQuery().fields)
        query = CardQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        said, viewer, now = query.validated_data, viewer_of(request), moment_of(request)
        span = _span(said, now.astimezone(tenant_zone()).date())
        department_id: UUID | None = said.get("department")
        if department_id is not None and (said["by"] != "person" or department_id not in department_ids_seen(viewer)):
            raise Refused([refusal("department", "unknown", _unknown(said["by"]))])
        cards: list[Card]
        if said["by"] == "person" or viewer.data_scope == Scope.OWN:
            cards, total = person_cards(viewer, span, department_id=department_id, now=now)
        else:
            cards, total = department_cards(viewer, span, dealers_only=said["by"] == "dealer", now=now)
        told = {"since": span.since, "until": span.until, "cards": cards, "total": total}
        return Response(CardsOut(told).data)


def _span(said: dict[str, Any], today: date) -> Span:
    until = said.get("until") or max(today, said.get("since") or today)
    since = said.get("since") or until - _USUAL
    if since > until:
        raise Refused([refusal("until", "invalid", _("The period ends before it begins."))])
    return Span(since, until)


def _unknown(by: str) -> str:
    return _("There is no such row.") if by == "person" else _("A department goes with by=person.")
