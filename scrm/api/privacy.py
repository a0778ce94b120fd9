"""/contacts/…: what people agreed to, what they are known by in clear, and what they ask of us."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from contacts.enums import ChannelKind, ConsentPurpose, ConsentWay
from contacts.models import Consent, DoNotContact, PersonRequest
from contacts.selectors import consent_list_of_contact, identity_visible, marks_of, request_list_of_contact
from contacts.selectors.sealed_fields import sealed_visible
from contacts.services import RevealsSpent, reveal_identity
from contacts.services.sealed_fields import reveal_field
from exchange.models import ApiKey
from scrm.api.access import CONSENTS_READ, CONSENTS_WRITE, PERSONAL_READ, PERSONS_ERASE, PERSONS_EXPORT, PERSONS_READ
from scrm.api.authentication import actor_of, viewer_of
from scrm.api.base import Resource
from scrm.api.contacts import contact_or_404
from scrm.api.errors import ErrorsBody, Refused, body_of, refusal
from scrm.api.parsing import StrictSerializer, TextField, TruthField
from scrm.core import clock
from scrm.flows.consent import contact_agreed, contact_withdrew, purpose_agreed
from scrm.flows.erasure import foresee_erasure
from scrm.flows.erasure_job import erasure_asked
from scrm.flows.person_copy import copy_asked


class ConsentOut(serializers.ModelSerializer):
    class Meta:
        model = Consent
        fields: tuple[str, ...] = ("id", "channel", "purpose", "given", "way", "reason", "text_version", "at")


class MarkOut(serializers.ModelSerializer):
    class Meta:
        model = DoNotContact
        fields: tuple[str, ...] = ("channel", "reason", "since")


class ConsentsOut(serializers.Serializer):
    do_not_contact = MarkOut(many=True)
    consents = ConsentOut(many=True, help_text="The newest 50, the newest first.")


class ConsentBody(StrictSerializer):
    given = TruthField(help_text="false takes it back; that counts at once.")
    channel = serializers.ChoiceField(
        choices=ChannelKind.choices, default=ChannelKind.ALL, help_text="Of messages; other purposes have none."
    )
    purpose = serializers.ChoiceField(choices=ConsentPurpose.choices, default=ConsentPurpose.MARKETING)
    text_version = TextField(max_length=40, required=False, default="", allow_blank=True)
    reason = TextField(max_length=200, required=False, default="", allow_blank=True)
    proof = serializers.DictField(child=TextField(max_length=500, allow_blank=True), required=False, default=dict)


class ContactConsents(Resource):
    access = {"GET": CONSENTS_READ, "POST": CONSENTS_WRITE}

    @extend_schema(summary="What a contact agreed to and took back", responses={200: ConsentsOut, 404: ErrorsBody})
    def get(self, request: Request, pk: UUID) -> Response:
        return _consents(contact_or_404(request, pk).pk)

    @extend_schema(
        summary="Note that a contact agreed, or takes it back",
        request=ConsentBody,
        responses={200: ConsentsOut, 400: ErrorsBody, 404: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        contact = contact_or_404(request, pk)
        body = ConsentBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        if len(said["proof"]) > 20:
            raise Refused([refusal("proof", "too_long", _("A proof has 20 entries at most."))])
        purpose, channel = ConsentPurpose(said["purpose"]), ChannelKind(said["channel"])
        more: dict[str, Any] = {
            "by": actor_of(request),
            "way": ConsentWay.API if isinstance(request.auth, ApiKey) else ConsentWay.HAND,
            "reason": said["reason"],
            "proof": said["proof"],
            "now": clock.now(),
        }
        if purpose != ConsentPurpose.MARKETING:
            purpose_agreed(contact.pk, purpose, given=said["given"], text_version=said["text_version"], **more)
        elif said["given"]:
            contact_agreed(contact.pk, channel, text_version=said["text_version"], **more)
        else:
            contact_withdrew(contact.pk, channel, **(more | {"reason": said["reason"] or "api"}))
        return _consents(contact.pk)


class RevealedOut(serializers.Serializer):
    kind = serializers.CharField()
    value = serializers.CharField()


class IdentityReveal(Resource):
    access = {"POST": PERSONAL_READ}

    @extend_schema(
        summary="What a contact is known by, in clear",
        description="Counted and in the audit trail; 429 when the caller has seen as many as they may.",
        request=None,
        responses={200: RevealedOut, 404: ErrorsBody, 429: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID, identity_id: UUID) -> Response:
        identity = identity_visible(viewer_of(request), contact_or_404(request, pk).pk, identity_id)
        if identity is None:
            raise Http404
        return _in_clear(request, identity.kind, partial(reveal_identity, identity=identity))


class FieldReveal(Resource):
    access = {"POST": PERSONAL_READ}

    @extend_schema(
        summary="What a sensitive field holds of a contact, in clear",
        description="Counted and in the audit trail; 429 when the caller has seen as many as they may.",
        request=None,
        responses={200: RevealedOut, 404: ErrorsBody, 429: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID, value_id: UUID) -> Response:
        held = sealed_visible(viewer_of(request), contact_or_404(request, pk).pk, value_id)
        if held is None:
            raise Http404
        return _in_clear(request, held.field.code, partial(reveal_field, held=held))


def _in_clear(request: Request, kind: str, reveal: Callable[..., str]) -> Response:
    key, now = request.auth if isinstance(request.auth, ApiKey) else None, clock.now()
    try:
        value = reveal(by=actor_of(request), key=key, now=now)
    except RevealsSpent as spent:
        reason = _("As many were seen in clear as may be. The next one from %(at)s.")
        errors = [refusal("", "reveals_spent", reason % {"at": spent.until.isoformat(timespec="seconds")})]
        wait = {"Retry-After": str(max(1, int((spent.until - now).total_seconds())))}
        return Response(body_of(errors), status=429, headers=wait)
    return Response({"kind": kind, "value": value}, headers={"Cache-Control": "no-store"})


class PersonRequestOut(serializers.ModelSerializer):
    copy_until = serializers.DateTimeField(
        source="file_until", allow_null=True, help_text="Until then the copy can be fetched on the dashboard."
    )

    class Meta:
        model = PersonRequest
        fields: tuple[str, ...] = ("id", "kind", "asked_on", "due_on", "state", "copy_until", "created_at", "done_at")


class RequestsOut(serializers.Serializer):
    requests = PersonRequestOut(many=True)


class ContactRequests(Resource):
    access = {"GET": PERSONS_READ}

    @extend_schema(summary="What a contact asked of us", responses={200: RequestsOut, 404: ErrorsBody})
    def get(self, request: Request, pk: UUID) -> Response:
        rows = request_list_of_contact(contact_or_404(request, pk).pk)
        return Response(RequestsOut({"requests": rows}).data)


class ContactCopy(Resource):
    access = {"POST": PERSONS_EXPORT}

    @extend_schema(
        summary="Make a copy of all that is known of a contact",
        description="It is ready within seconds and fetched on the dashboard, with a second step, for 24 hours.",
        request=None,
        responses={202: PersonRequestOut, 404: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        asked = copy_asked(contact_or_404(request, pk).pk, by=actor_of(request), now=clock.now())
        return Response(PersonRequestOut(asked).data, status=202)


class ErasedTableOut(serializers.Serializer):
    table = serializers.CharField()
    name = serializers.CharField()
    rows = serializers.IntegerField()
    deleted = serializers.BooleanField(help_text="false: the rows stay, and say nothing personal any more.")


class ErasurePreviewOut(serializers.Serializer):
    tables = ErasedTableOut(many=True)


@extend_schema_field({"type": "boolean", "const": True})
class ConfirmField(TruthField):
    """Whether it was meant."""


class ErasureBody(StrictSerializer):
    confirm = ConfirmField(help_text="true, as nobody can take it back.")
    forget = TruthField(default=False, help_text="Let no file bring this person in again.")


class ContactErasure(Resource):
    access = {"GET": PERSONS_ERASE, "POST": PERSONS_ERASE}

    @extend_schema(summary="What an erasure of a contact would do", responses={200: ErasurePreviewOut, 404: ErrorsBody})
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(ErasurePreviewOut({"tables": foresee_erasure(contact_or_404(request, pk).pk)}).data)

    @extend_schema(
        summary="Erase a contact",
        request=ErasureBody,
        responses={202: PersonRequestOut, 400: ErrorsBody, 404: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        contact = contact_or_404(request, pk)
        body = ErasureBody(data=request.data)
        body.is_valid(raise_exception=True)
        if not body.validated_data["confirm"]:
            raise Refused([refusal("confirm", "not_confirmed", _("Say true: nobody can take it back."))])
        forget = body.validated_data["forget"]
        asked = erasure_asked(contact.pk, by=actor_of(request), forget=forget, now=clock.now())
        return Response(PersonRequestOut(asked).data, status=202)


def _consents(contact_id: UUID) -> Response:
    said = {"do_not_contact": marks_of(contact_id), "consents": consent_list_of_contact(contact_id, limit=50)}
    return Response(ConsentsOut(said).data)
