"""/interactions: calls, visits, meetings, chats and notes, with what was agreed on."""

from typing import Any, Final
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from contacts.services import hold_contact
from leads.enums import InteractionKind
from leads.interaction_rules import may_change
from leads.models import Interaction, Outcome
from leads.selectors import interaction_detail, interaction_list, outcome_get, outcomes_counted
from leads.services.interactions import Said
from scrm.api.access import TALKS_READ, TALKS_WRITE
from scrm.api.authentication import actor_of, moment_of, viewer_of
from scrm.api.base import DetailResource, ListResource, Resource
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.filters import MomentFilter
from scrm.api.leads import NamedOut, OwnerOut
from scrm.api.naming import contact_named, lead_named, named, refuse_other_ages
from scrm.api.once import IDEMPOTENT, IF_MATCH, changed_as_read, created_once
from scrm.api.parsing import IdField, StrictSerializer, TextField, TruthField
from scrm.api.voices import VoiceSaidBody, voice_said
from scrm.flows.talks import contact_talked, talk_changed, talk_deleted, talk_restored

_OTHERS: Final = OpenApiResponse(ErrorsBody, "Somebody else logged it, or more than a day ago.")


class InteractionOut(serializers.ModelSerializer):
    contact = serializers.UUIDField(source="contact_id")
    lead = serializers.UUIDField(source="lead_id", allow_null=True)
    outcome = NamedOut(allow_null=True)
    by = OwnerOut(allow_null=True, help_text="null: another system, or somebody who is gone.")

    class Meta:
        model = Interaction
        fields: tuple[str, ...] = (
            *("id", "contact", "lead", "kind", "outcome", "text", "minutes", "effective", "effective_why"),
            *("next_on", "next_time", "by", "at", "edited_at"),
        )


class OutcomeOut(serializers.ModelSerializer):
    class Meta:
        model = Outcome
        fields: tuple[str, ...] = ("id", "kind", "name", "effective", "archived", "position")


class InteractionChangeBody(StrictSerializer):
    """What is left out stays."""

    kind = serializers.ChoiceField(choices=InteractionKind.choices, required=False)
    outcome = IdField(required=False, allow_null=True, help_text="Of /outcomes, and of this kind.")
    text = TextField(max_length=4000, required=False, allow_blank=True)
    minutes = serializers.IntegerField(min_value=1, max_value=24 * 60, required=False, allow_null=True)
    effective = TruthField(required=False, help_text="Left out: as its outcome says.")
    effective_why = TextField(max_length=200, required=False, allow_blank=True)
    next_on = serializers.DateField(
        required=False, allow_null=True, validators=[refuse_other_ages], help_text="It becomes a task."
    )
    next_time = serializers.TimeField(required=False, allow_null=True, help_text="Of the business; else 9:00.")


class InteractionBody(InteractionChangeBody):
    contact = IdField()
    lead = IdField(required=False, allow_null=True, help_text="A lead of the contact that it was about.")
    kind = serializers.ChoiceField(choices=InteractionKind.choices)
    voice = VoiceSaidBody(required=False, allow_null=True, help_text="What they said about a product meanwhile.")


class InteractionFilter(django_filters.FilterSet):
    contact = django_filters.UUIDFilter(field_name="contact_id")
    lead = django_filters.UUIDFilter(field_name="lead_id")
    kind = django_filters.MultipleChoiceFilter(choices=InteractionKind.choices)
    by = django_filters.UUIDFilter(field_name="by_id")
    effective = django_filters.BooleanFilter()
    logged_after = MomentFilter(field_name="at", lookup_expr="gte")
    logged_before = MomentFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = Interaction
        fields: tuple[str, ...] = ()


class InteractionList(ListResource):
    """Talks with contacts, the newest first."""

    access = {"GET": TALKS_READ, "POST": TALKS_WRITE}
    serializer_class = InteractionOut
    filterset_class = InteractionFilter

    def rows(self) -> QuerySet[Interaction]:
        return interaction_list(viewer_of(self.request))

    @extend_schema(
        summary="Log a talk",
        description="A talk that is no note settles what was agreed on before, and its lead is in contact.",
        parameters=[IDEMPOTENT],
        request=InteractionBody,
        responses={201: InteractionOut, 200: InteractionOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        body = InteractionBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        contact = contact_named(request, said["contact"])
        lead = lead_named(request, said.get("lead"), contact)
        voice = voice_said(said["voice"], "voice") if said.get("voice") else None
        talk = _said(said, None)
        return created_once(
            request,
            lambda now: contact_talked(contact.pk, talk, lead=lead, voice=voice, by=actor_of(request), now=now),
            lambda pk: _seen(request, pk),
            InteractionOut,
        )


class InteractionDetail(DetailResource):
    """One of them. Only whoever logged it may change or delete it, for a day."""

    access = {"GET": TALKS_READ, "PATCH": TALKS_WRITE, "DELETE": TALKS_WRITE}
    serializer_class = InteractionOut

    def get_object(self) -> Interaction:
        return _found(self.request, self.kwargs["pk"])

    @extend_schema(
        summary="Correct a talk",
        description="What it said before is kept. The task of its next date follows.",
        parameters=[IF_MATCH],
        request=InteractionChangeBody,
        responses={
            200: InteractionOut,
            404: ErrorsBody,
            409: _OTHERS,
            412: OpenApiResponse(ErrorsBody, "It was changed meanwhile."),
        },
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        talk = _found(request, pk)
        body = InteractionChangeBody(data=request.data)
        body.is_valid(raise_exception=True)
        _refuse_others(request, talk)

        def change() -> None:
            held = _found(request, pk)
            said = _said(body.validated_data, held)
            talk_changed(held, said, by=actor_of(request), now=moment_of(request))

        return changed_as_read(
            request,
            lambda: hold_contact(contact_id=talk.contact_id),
            change,
            lambda: _seen(request, pk),
            InteractionOut,
        )

    @extend_schema(
        summary="Delete a talk; for a day it can come back", responses={204: None, 404: ErrorsBody, 409: _OTHERS}
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        talk = _found(request, pk)
        _refuse_others(request, talk)
        talk_deleted(talk, by=actor_of(request), now=moment_of(request))
        return Response(status=204)


class InteractionRestoring(Resource):
    """A deleted talk, brought back."""

    access = {"POST": TALKS_WRITE}

    @extend_schema(
        summary="Bring back a talk that was deleted within a day",
        request=None,
        responses={200: InteractionOut, 404: ErrorsBody, 409: _OTHERS},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        talk = interaction_detail(viewer_of(request), pk)
        if talk is None:
            raise Http404
        _refuse_others(request, talk)
        talk_restored(talk, by=actor_of(request), now=moment_of(request))
        return Response(InteractionOut(_found(request, pk)).data)


class OutcomeList(ListResource):
    """What can come of a talk, by its kind."""

    access = {"GET": TALKS_READ}
    serializer_class = OutcomeOut

    def rows(self) -> QuerySet[Outcome]:
        return outcomes_counted()


def _seen(request: Request, pk: UUID) -> Interaction | None:
    talk = interaction_detail(viewer_of(request), pk)
    return talk if talk is not None and talk.deleted_at is None else None


def _found(request: Request, pk: UUID) -> Interaction:
    talk = _seen(request, pk)
    if talk is None:
        raise Http404
    return talk


def _refuse_others(request: Request, talk: Interaction) -> None:
    actor = actor_of(request)
    since = talk.deleted_at or talk.at
    viewer = actor.pk if actor else None
    if not may_change(logged_by=talk.by_id, logged_at=since, viewer=viewer, now=moment_of(request)):
        reason = _("Only whoever logged it may change it, for a day.")
        raise Refused([refusal("", "not_yours", reason)], status=409)


def _said(said: dict[str, Any], before: Interaction | None) -> Said:
    """What a body says, over what stood there."""
    names = ("kind", "text", "minutes", "effective", "effective_why", "next_on", "next_time")
    values = {name: getattr(before, name) for name in names} if before else {}
    outcome = before.outcome if before else None
    if "outcome" in said:
        outcome = named("outcome", said["outcome"], outcome_get)
    return Said(**(values | {name: said[name] for name in names if name in said}), outcome=outcome)
