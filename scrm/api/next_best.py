"""/contacts/{id}/next-best: what suits somebody now, and why."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audiences.match_selectors import Suggestion, suggestions_for
from audiences.match_words import reasons_told
from audiences.matching import Cause
from contacts.enums import ChannelKind
from scrm.api.access import CONTACTS_READ
from scrm.api.authentication import moment_of
from scrm.api.base import Resource, refuse_unknown_parameters
from scrm.api.contacts import contact_or_404
from scrm.api.errors import ErrorsBody


class MaterialNamedOut(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    topic = serializers.CharField()


class ReasonOut(serializers.Serializer):
    cause = serializers.ChoiceField(choices=[(each.value, each.value) for each in Cause])
    name = serializers.CharField(help_text="Of the segment, the city or the product group.")
    days = serializers.IntegerField(help_text="Since the purchase, or to the one that is expected.")
    weekday = serializers.IntegerField(allow_null=True, help_text="1 is Monday.")
    part = serializers.CharField(help_text="Of the day, where they are.")


class NextBestRowOut(serializers.Serializer):
    match = serializers.UUIDField(source="match.id")
    material = MaterialNamedOut(source="match.material")
    channel = serializers.ChoiceField(
        source="match.channel", choices=[each for each in ChannelKind.choices if each[0] != ChannelKind.ALL]
    )
    words = serializers.CharField(source="match.words", help_text="What to say.")
    why = serializers.SerializerMethodField(help_text="In words, in the language asked for.")
    reasons = ReasonOut(many=True)

    def get_why(self, suggestion: Suggestion) -> str:
        return reasons_told(suggestion.reasons)


class NextBestOut(serializers.Serializer):
    best = NextBestRowOut(allow_null=True, help_text="Null where nothing suits them now.")
    others = NextBestRowOut(many=True, help_text="What suits them too, in order.")


class ContactNextBest(Resource):
    access = {"GET": CONTACTS_READ}

    @extend_schema(
        summary="What suits a contact now, and why",
        description="By the table of matches, in its order; without what they opened in the last 30 days.",
        responses={200: NextBestOut, 404: ErrorsBody},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        refuse_unknown_parameters(request, None, also=())
        found: list[Any] = suggestions_for(contact_or_404(request, pk), moment_of(request))
        return Response(NextBestOut({"best": found[0] if found else None, "others": found[1:]}).data)
