"""/contacts/…/merge and /merge-suggestions: contacts who are, or may be, one person."""

from typing import Any
from uuid import UUID

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from contacts.enums import DuplicateReason
from contacts.merging import BOTH, FOLDED, SURVIVOR
from contacts.models import DuplicatePair
from contacts.selectors import contact_detail
from contacts.selectors.merges import merge_of_contact, pair_list, pair_visible
from contacts.services.duplicates import decide_pair
from contacts.services.merging import merge_columns, newest_merge
from scrm.api.access import CONTACTS_MERGE
from scrm.api.authentication import actor_of, viewer_of
from scrm.api.base import ListResource, Resource
from scrm.api.contacts import contact_or_404
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.parsing import IdField, StrictSerializer, TruthField
from scrm.core import clock
from scrm.flows.contact_merge import contact_unmerged, contacts_merged


class MergeBody(StrictSerializer):
    other = IdField(help_text="Who is merged in, and is no contact any more.")
    keep = serializers.DictField(
        child=serializers.ChoiceField([SURVIVOR, FOLDED, BOTH]),
        required=False,
        help_text='Whose value of a field stays, such as {"name": "folded"}. Left out: the survivor\'s, unless empty.',
    )


class MergeOut(serializers.Serializer):
    id = serializers.IntegerField(help_text="For taking it back.")
    contact = serializers.UUIDField(source="survivor_id", help_text="Who has everything now.")
    merged = serializers.UUIDField(source="folded_id", help_text="Whose id leads there.")
    rows = serializers.IntegerField(help_text="Rows that went along.")
    at = serializers.DateTimeField()


class ContactMerging(Resource):
    access = {"POST": CONTACTS_MERGE}

    @extend_schema(
        summary="Merge another contact into this one",
        request=MergeBody,
        responses={200: MergeOut, 400: ErrorsBody, 404: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        contact = contact_or_404(request, pk)
        body = MergeBody(data=request.data)
        body.is_valid(raise_exception=True)
        other = contact_detail(viewer_of(request), body.validated_data["other"])
        if other is None:
            raise Refused([refusal("other", "unknown_contact", _("There is no such contact."))])
        keep = body.validated_data.get("keep", {})
        fields = {column.removesuffix("_id"): column for column in merge_columns()}
        unknown = sorted(set(keep) - set(fields))
        if unknown:
            reason = _("There is no field %(name)s.")
            raise Refused([refusal(f"keep.{n[:40]}", "unknown_field", reason % {"name": n[:40]}) for n in unknown])
        choices = {fields[name]: choice for name, choice in keep.items()}
        try:
            merge = contacts_merged(contact.pk, other.pk, choices=choices, by=actor_of(request), now=clock.now())
        except ValidationError as error:
            raise Refused([refusal("other", "cannot_merge", error.messages[0])]) from error
        return Response(MergeOut(merge).data)


class UnmergeBody(StrictSerializer):
    merge = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="Left out: the newest that stands."
    )


class UnmergeOut(serializers.Serializer):
    contact = serializers.UUIDField(source="survivor_id")
    unmerged = serializers.UUIDField(source="contact_id", help_text="Who is a contact of their own again.")
    lost = serializers.IntegerField(help_text="Rows that stay away, for what they belonged to is gone.")


class ContactUnmerging(Resource):
    access = {"POST": CONTACTS_MERGE}

    @extend_schema(
        summary="Take a merge back, the newest first",
        request=UnmergeBody,
        responses={200: UnmergeOut, 400: ErrorsBody, 404: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        contact = contact_or_404(request, pk)
        body = UnmergeBody(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data.get("merge")
        merge = newest_merge(survivor_id=contact.pk) if asked is None else merge_of_contact(contact.pk, asked)
        if merge is None:
            raise Refused([refusal("merge", "unknown_merge", _("There is no such merge into this contact."))])
        try:
            back = contact_unmerged(merge, by=actor_of(request), now=clock.now())
        except ValidationError as error:
            raise Refused([refusal("merge", "cannot_unmerge", error.messages[0])]) from error
        return Response(UnmergeOut(back).data)


class SuggestionOut(serializers.ModelSerializer):
    contacts = serializers.SerializerMethodField(help_text="The two who may be one person.")
    shown = serializers.CharField(source="hint", help_text="What speaks for it, masked.")

    class Meta:
        model = DuplicatePair
        fields: tuple[str, ...] = ("id", "contacts", "reason", "kind", "shown", "confidence", "state", "found_at")

    def get_contacts(self, pair: DuplicatePair) -> list[UUID]:
        return [pair.first_id, pair.second_id]


class SuggestionFilter(django_filters.FilterSet):
    reason = django_filters.ChoiceFilter(choices=DuplicateReason.choices)

    class Meta:
        model = DuplicatePair
        fields: tuple[str, ...] = ()


class SuggestionList(ListResource):
    """Contacts who may be one person, for somebody to look at."""

    access = {"GET": CONTACTS_MERGE}
    serializer_class = SuggestionOut
    filterset_class = SuggestionFilter

    def rows(self) -> QuerySet[DuplicatePair]:
        return pair_list(viewer_of(self.request))


class DecideBody(StrictSerializer):
    distinct = TruthField(help_text="They are two people: it is never suggested again.")


class SuggestionDetail(Resource):
    access = {"POST": CONTACTS_MERGE}

    @extend_schema(
        summary="Say that two contacts are two people",
        request=DecideBody,
        responses={200: SuggestionOut, 400: ErrorsBody, 404: ErrorsBody},
    )
    def post(self, request: Request, pk: int) -> Response:
        pair = pair_visible(viewer_of(request), pk)
        if pair is None:
            raise Http404
        body = DecideBody(data=request.data)
        body.is_valid(raise_exception=True)
        distinct: Any = body.validated_data["distinct"]
        decide_pair(pair=pair, distinct=distinct, by=actor_of(request), now=clock.now())
        pair.refresh_from_db()
        return Response(SuggestionOut(pair).data)
