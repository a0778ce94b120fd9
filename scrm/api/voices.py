"""/voices: what customers say about what we sell."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.enums import Sentiment
from commerce.models import Voice, VoiceTopic
from commerce.selectors import product_get
from commerce.services_voices import VoiceSaid, remove_voice
from commerce.voice_selectors import voice_detail, voice_list, voice_rows, voice_topic_rows
from scrm.api.access import TALKS_READ, TALKS_WRITE
from scrm.api.authentication import actor_of, moment_of, viewer_of
from scrm.api.base import DetailResource, ListResource
from scrm.api.errors import ErrorsBody
from scrm.api.filters import MomentFilter
from scrm.api.leads import NamedOut, OwnerOut
from scrm.api.naming import contact_named, named
from scrm.api.once import IDEMPOTENT, created_once
from scrm.api.parsing import IdField, StrictSerializer, TextField
from scrm.flows.talks import voice_heard


class VoiceOut(serializers.ModelSerializer):
    contact = serializers.UUIDField(source="contact_id")
    interaction = serializers.UUIDField(source="interaction_id", allow_null=True)
    product: Any = NamedOut(allow_null=True)
    topics = NamedOut(many=True)
    by = OwnerOut(allow_null=True)

    class Meta:
        model = Voice
        fields: tuple[str, ...] = (
            *("id", "contact", "interaction", "product", "topics", "text", "wish", "sentiment", "by", "at"),
        )


class TopicOut(serializers.ModelSerializer):
    class Meta:
        model = VoiceTopic
        fields: tuple[str, ...] = ("id", "name", "archived", "position")


class VoiceSaidBody(StrictSerializer):
    text = TextField(max_length=2000, help_text="In their words.")
    topics = serializers.ListField(child=IdField(), required=False, max_length=50, help_text="Of /voice-topics.")
    product = IdField(required=False, allow_null=True)
    sentiment = serializers.ChoiceField(choices=Sentiment.choices, required=False)
    wish = TextField(max_length=120, required=False, allow_blank=True)


class VoiceBody(VoiceSaidBody):
    contact = IdField()


class VoiceFilter(django_filters.FilterSet):
    contact = django_filters.UUIDFilter(field_name="contact_id")
    topic = django_filters.UUIDFilter(field_name="topics")
    product = django_filters.UUIDFilter(field_name="product_id")
    sentiment = django_filters.ChoiceFilter(choices=Sentiment.choices)
    said_after = MomentFilter(field_name="at", lookup_expr="gte")
    said_before = MomentFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = Voice
        fields: tuple[str, ...] = ()


class VoiceList(ListResource):
    """What customers say, the newest first."""

    access = {"GET": TALKS_READ, "POST": TALKS_WRITE}
    serializer_class = VoiceOut
    filterset_class = VoiceFilter

    def rows(self) -> QuerySet[Voice]:
        return voice_rows(voice_list(viewer_of(self.request)))

    @extend_schema(
        summary="Keep what a customer said",
        parameters=[IDEMPOTENT],
        request=VoiceBody,
        responses={201: VoiceOut, 200: VoiceOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        body = VoiceBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        contact = contact_named(request, said["contact"])
        voice = voice_said(said, "")
        return created_once(
            request,
            lambda now: voice_heard(contact.pk, voice, by=actor_of(request), now=now),
            lambda pk: voice_detail(viewer_of(request), pk),
            VoiceOut,
        )


class VoiceDetail(DetailResource):
    """One of them."""

    access = {"GET": TALKS_READ, "DELETE": TALKS_WRITE}
    serializer_class = VoiceOut

    def get_object(self) -> Voice:
        voice = voice_detail(viewer_of(self.request), self.kwargs["pk"])
        if voice is None:
            raise Http404
        return voice

    @extend_schema(summary="Take out what a customer said", responses={204: None, 404: ErrorsBody})
    def delete(self, request: Request, pk: UUID) -> Response:
        remove_voice(voice=self.get_object(), by=actor_of(request), now=moment_of(request))
        return Response(status=204)


class TopicList(ListResource):
    """What voices can be about."""

    access = {"GET": TALKS_READ}
    serializer_class = TopicOut

    def rows(self) -> QuerySet[VoiceTopic]:
        return voice_topic_rows()


def voice_said(said: dict[str, Any], path: str) -> VoiceSaid:
    """What a body says somebody said; `path` is where in it."""
    product = named(".".join(filter(None, [path, "product"])), said.get("product"), product_get)
    return VoiceSaid(
        text=said["text"],
        topic_ids=said.get("topics", []),
        product_id=product.pk if product else None,
        sentiment=said.get("sentiment", Sentiment.NEUTRAL),
        wish=said.get("wish", ""),
    )
