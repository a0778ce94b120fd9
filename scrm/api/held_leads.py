"""/held-leads: what came through hosted forms and waits for a person's word."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leads.enums import HeldState
from leads.models import HeldLead
from leads.selectors.held import held_detail, held_every
from leads.services.held import discard_held, restore_held
from scrm.api.access import HELD_READ, HELD_WRITE
from scrm.api.authentication import actor_of
from scrm.api.base import ListResource, Resource
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.parsing import StrictSerializer
from scrm.core import clock
from scrm.flows.held import StillHeld, held_accepted
from scrm.web.held_reading import enquiry_of, with_answers


class HeldAnswer(serializers.Serializer):
    question = serializers.CharField()
    answer = serializers.CharField()


class HeldLeadOut(serializers.ModelSerializer):
    form: Any = serializers.UUIDField(source="form_id")
    known_by = serializers.CharField(source="hint", help_text="The phone or e-mail, masked.")
    answers = serializers.SerializerMethodField(help_text="Without what names the person.")

    class Meta:
        model = HeldLead
        fields: tuple[str, ...] = (
            *("id", "form", "name", "known_by", "answers", "reason", "state", "held_at", "decided_at", "expires_at"),
        )

    @extend_schema_field(HeldAnswer(many=True))
    def get_answers(self, held: HeldLead) -> list[dict[str, str]]:
        # Each version of a form is read once for a whole list.
        kept: Any = self.context
        [row] = with_answers([held], kept.setdefault("contents", {}))
        return [{"question": question, "answer": answer} for question, answer in row.answers]


class HeldLeadFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=HeldState.choices)
    form = django_filters.UUIDFilter(field_name="form_id")

    class Meta:
        model = HeldLead
        fields: tuple[str, ...] = ()


class HeldLeadList(ListResource):
    """What came through hosted forms and was held, and what became of it."""

    access = {"GET": HELD_READ}
    serializer_class = HeldLeadOut
    filterset_class = HeldLeadFilter

    def rows(self) -> QuerySet[HeldLead]:
        return held_every()


class DecisionBody(StrictSerializer):
    state = serializers.ChoiceField(choices=HeldState.choices, help_text="waiting puts back what was discarded.")


class HeldLeadDecision(Resource):
    """A person's word about one of them."""

    access = {"POST": HELD_WRITE}

    @extend_schema(
        summary="Accept, discard or put back a held lead",
        description="Accepted it becomes a lead, as if it came now. The same again changes nothing.",
        request=DecisionBody,
        responses={200: HeldLeadOut, 400: ErrorsBody, 404: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        body = DecisionBody(data=request.data)
        body.is_valid(raise_exception=True)
        wanted, by, now = body.validated_data["state"], actor_of(request), clock.now()
        _found(pk)
        match wanted:
            case HeldState.ACCEPTED:
                try:
                    held_accepted(pk, enquiry_of, by=by, now=now)
                except StillHeld as why:
                    raise Refused([refusal("", "invalid", reason) for reason in why.reasons], status=422) from why
            case HeldState.DISCARDED:
                discard_held(held_ids=[pk], by=by, now=now)
            case HeldState.WAITING:
                restore_held(held_ids=[pk], by=by, now=now)
        held = _found(pk)
        if held.state != wanted:
            reason = _("It was decided already: %(state)s.") % {"state": held.get_state_display()}
            raise Refused([refusal("state", "decided", reason)], status=422)
        return Response(HeldLeadOut(held).data)


def _found(pk: UUID) -> HeldLead:
    held = held_detail(pk)
    if held is None:
        raise Http404
    return held
