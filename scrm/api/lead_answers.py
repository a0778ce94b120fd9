"""/leads/{id}/answer: until when a lead is to be answered; paused, and run on."""

from datetime import timedelta
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leads.enums import PauseReason
from leads.models import Lead, ResponseClock, ResponsePause
from leads.selectors import lead_detail, response_of_lead
from scrm.api.access import LEADS_READ, LEADS_WRITE
from scrm.api.authentication import actor_of, moment_of, viewer_of
from scrm.api.base import Resource
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.parsing import StrictSerializer
from scrm.flows.response_pauses import response_paused, response_resumed
from scrm.web.answer_wait import LONGEST


class PauseOut(serializers.ModelSerializer):
    by = serializers.SerializerMethodField()

    class Meta:
        model = ResponsePause
        fields: tuple[str, ...] = ("reason", "at", "until", "by", "ended_at", "ended_as")

    def get_by(self, pause: ResponsePause) -> str:
        """Who said so; empty for a key."""
        return str(pause.by or "")


class AnswerTimeOut(serializers.ModelSerializer):
    minutes = serializers.IntegerField(source="rule.minutes")
    within_hours = serializers.BooleanField(source="rule.within_hours", help_text="Minutes count within opening hours.")
    due_at = serializers.DateTimeField(help_text="While it is paused: when it is due once the time runs on.")
    pauses = PauseOut(many=True, help_text="The last one first; one that has not ended stands still now.")

    class Meta:
        model = ResponseClock
        fields: tuple[str, ...] = (
            *("minutes", "within_hours", "started_at", "due_at", "paused_at", "ended_at", "ended_as", "pauses"),
        )


class PauseBody(StrictSerializer):
    reason = serializers.ChoiceField(choices=PauseReason.choices)
    until = serializers.DateTimeField(help_text=f"When the time runs on by itself; within {LONGEST} days.")


class LeadAnswer(Resource):
    """The wait for the first answer to a lead."""

    access = {"GET": LEADS_READ}

    @extend_schema(
        summary="Read until when a lead is to be answered",
        description="404 also where no time to answer holds for the lead.",
        responses={200: AnswerTimeOut, 404: ErrorsBody},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        return _answer(_lead(request, pk))


class LeadAnswerPause(Resource):
    access = {"POST": LEADS_WRITE}

    @extend_schema(
        summary="Let the time to answer a lead stand still",
        description=(
            "Until then, or until the customer does something of their own will. "
            "One that stands still already does so with the new reason and end."
        ),
        request=PauseBody,
        responses={
            200: AnswerTimeOut,
            400: ErrorsBody,
            404: ErrorsBody,
            409: OpenApiResponse(ErrorsBody, "Nobody waits for an answer to it any more."),
            422: ErrorsBody,
        },
    )
    def post(self, request: Request, pk: UUID) -> Response:
        lead, now = _lead(request, pk), moment_of(request)
        body = PauseBody(data=request.data)
        body.is_valid(raise_exception=True)
        until = body.validated_data["until"]
        if not now < until <= now + timedelta(days=LONGEST):
            reason = _("The end must lie ahead, within %(days)s days.") % {"days": LONGEST}
            raise Refused([refusal("until", "out_of_range", reason)])
        _waiting(lead)
        why = PauseReason(body.validated_data["reason"])
        if not response_paused(lead, reason=why, until=until, by=actor_of(request), now=now):
            raise Refused(
                [refusal("", "answered", _("Nobody waits for an answer to this enquiry any more."))], status=409
            )
        return _answer(lead)


class LeadAnswerResume(Resource):
    access = {"POST": LEADS_WRITE}

    @extend_schema(
        summary="Let the time to answer a lead run on",
        description="The same again changes nothing.",
        request=None,
        responses={200: AnswerTimeOut, 404: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        lead = _lead(request, pk)
        _waiting(lead)
        response_resumed(lead, by=actor_of(request), now=moment_of(request))
        return _answer(lead)


def _answer(lead: Lead) -> Response:
    return Response(AnswerTimeOut(_waiting(lead)).data)


def _waiting(lead: Lead) -> ResponseClock:
    found = response_of_lead(lead)
    if found is None:
        raise Http404
    return found


def _lead(request: Request, pk: UUID) -> Lead:
    lead = lead_detail(viewer_of(request), pk)
    if lead is None:
        raise Http404
    return lead
