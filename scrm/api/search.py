"""/search: one question, and all that it finds. It is posted, for addresses are kept in histories and logs."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from contacts.selectors import ContactHit
from scrm.api.access import CONTACTS_READ
from scrm.api.authentication import viewer_of
from scrm.api.base import Resource
from scrm.api.contacts import ContactOut
from scrm.api.errors import ErrorsBody
from scrm.api.leads import LeadOut, NamedOut
from scrm.api.parsing import StrictSerializer, TextField
from scrm.flows.finding import LIMIT, TEXT_MAX, asked_text, found


@extend_schema_field({"type": "string", "pattern": r"\S", "maxLength": TEXT_MAX})
class QuestionField(TextField):
    """Anything but nothing."""


class SearchBody(StrictSerializer):
    q = QuestionField(
        max_length=TEXT_MAX,
        help_text="A part of a name, pinyin or initials, a phone or its last four digits, an e-mail, an id, a company.",
    )
    limit = serializers.IntegerField(min_value=1, max_value=50, default=LIMIT, help_text="Of each kind.")


class ContactFoundOut(ContactOut):
    by = serializers.SerializerMethodField(help_text="name, company, id, or the kind of identity that was meant.")

    class Meta(ContactOut.Meta):
        fields: tuple[str, ...] = (*ContactOut.Meta.fields, "by")

    def to_representation(self, instance: ContactHit) -> Any:
        return {**super().to_representation(instance.contact), "by": instance.reason.by}

    def get_by(self, instance: Any) -> str:
        return ""


class FoundOut(serializers.Serializer):
    contacts = ContactFoundOut(many=True)
    companies = NamedOut(many=True)
    leads = LeadOut(many=True)


class Search(Resource):
    """The likeliest first, as far as the caller sees them."""

    access = {"POST": CONTACTS_READ}

    @extend_schema(
        summary="Find contacts, companies and leads", request=SearchBody, responses={200: FoundOut, 400: ErrorsBody}
    )
    def post(self, request: Request) -> Response:
        body = SearchBody(data=request.data)
        body.is_valid(raise_exception=True)
        result = found(viewer_of(request), asked_text(body.validated_data["q"]), limit=body.validated_data["limit"])
        shown = {
            "contacts": result.contacts,
            "companies": [hit.company for hit in result.companies],
            "leads": result.leads,
        }
        return Response(FoundOut(shown).data)
