"""/contacts: people, with what they are known by masked, and their tags."""

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

from accounts.selectors import user_visible
from contacts.models import Contact, Identity
from contacts.selectors import contact_detail, contact_list, field_values, identities_read, marks_of
from contacts.selectors.merges import survivor_of
from exchange.models import ApiKey
from lifecycle.of_contacts import positions_by_contact
from scrm.api.access import CONTACTS_READ, CONTACTS_WRITE, TAGS_WRITE
from scrm.api.authentication import actor_of, viewer_of
from scrm.api.base import DetailResource, ListResource, Resource
from scrm.api.errors import ErrorsBody, Merged, Refused, refusal
from scrm.api.filters import MomentFilter
from scrm.api.leads import NamedOut, OwnerOut
from scrm.api.parsing import IdField, StrictSerializer, TextField
from scrm.api.tags import TagOut
from scrm.core import clock
from scrm.flows.engagement import contacts_tagged
from scrm.flows.handover import contacts_handed_over
from tagging.enums import TagSource
from tagging.of_contacts import tags_by_contact
from tagging.selectors import tag_ids_by_code


class IdentityOut(serializers.ModelSerializer):
    kind = serializers.CharField(help_text="As phone, email, external, wecom; or a code of GET /identity-kinds.")
    shown = serializers.CharField(source="hint", help_text="Masked, such as 138****1234.")

    class Meta:
        model = Identity
        fields: tuple[str, ...] = ("id", "kind", "shown")


class ContactOut(serializers.ModelSerializer):
    company = NamedOut(allow_null=True)
    owner = OwnerOut(allow_null=True)
    identities = IdentityOut(many=True)

    class Meta:
        model = Contact
        fields: tuple[str, ...] = (
            *("id", "name", "company", "owner", "city", "country", "zone", "language", "identities"),
            *("created_at", "updated_at"),
        )


class StandingOut(serializers.Serializer):
    lifecycle = serializers.CharField(source="lifecycle.name")
    stage = serializers.CharField(source="stage.code")
    name = serializers.CharField(source="stage.name")
    since = serializers.DateTimeField()


class IdentityShown(serializers.Serializer):
    id = serializers.UUIDField(source="pk")
    kind = serializers.CharField(help_text="As phone, email, external, wecom; or a code of GET /identity-kinds.")
    shown = serializers.CharField(help_text="Masked, such as 138****1234; in clear where the kind is not masked.")


class ContactDetailOut(ContactOut):
    identities: Any = serializers.SerializerMethodField()
    tags = serializers.SerializerMethodField()
    stages = serializers.SerializerMethodField()
    do_not_contact = serializers.SerializerMethodField()
    custom = serializers.SerializerMethodField(help_text="Fields of the business by their codes.")

    class Meta(ContactOut.Meta):
        fields: tuple[str, ...] = (
            *ContactOut.Meta.fields,
            *("job_title", "company_role", "tags", "stages", "do_not_contact", "custom"),
        )

    @extend_schema_field(IdentityShown(many=True))
    def get_identities(self, contact: Contact) -> Any:
        return IdentityShown(identities_read(contact), many=True).data

    @extend_schema_field(TagOut(many=True))
    def get_tags(self, contact: Contact) -> Any:
        return tags_of(contact.pk)

    @extend_schema_field(StandingOut(many=True))
    def get_stages(self, contact: Contact) -> Any:
        return StandingOut(positions_by_contact([contact.pk])[contact.pk], many=True).data

    def get_do_not_contact(self, contact: Contact) -> list[str]:
        return [mark.channel for mark in marks_of(contact.pk)]

    def get_custom(self, contact: Contact) -> dict[str, Any]:
        return field_values(contact, role=viewer_of(self.context["request"]).role)


class ContactFilter(django_filters.FilterSet):
    owner = django_filters.UUIDFilter(field_name="owner_id")
    company = django_filters.UUIDFilter(field_name="company_id")
    city = django_filters.CharFilter()
    country = django_filters.CharFilter()
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = Contact
        fields: tuple[str, ...] = ()


class ContactList(ListResource):
    """People, the newest first; what they are known by is masked."""

    access = {"GET": CONTACTS_READ}
    serializer_class = ContactOut
    filterset_class = ContactFilter

    def rows(self) -> QuerySet[Contact]:
        return contact_list(viewer_of(self.request))


class ContactDetail(DetailResource):
    """One person with tags, stages and channels not to use."""

    access = {"GET": CONTACTS_READ}
    serializer_class = ContactDetailOut

    def get_object(self) -> Contact:
        return contact_or_404(self.request, self.kwargs["pk"])


class TagsBody(StrictSerializer):
    tags = serializers.ListField(
        child=TextField(max_length=60), allow_empty=False, max_length=100, help_text="Codes of tags."
    )


class TagsChanged(serializers.Serializer):
    changed = serializers.IntegerField(help_text="0 when it was so already.")
    tags = TagOut(many=True)


class ContactTags(Resource):
    access = {"POST": TAGS_WRITE}

    @extend_schema(
        summary="Give a contact tags",
        request=TagsBody,
        responses={200: TagsChanged, 400: ErrorsBody, 404: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        contact = contact_or_404(request, pk)
        body = TagsBody(data=request.data)
        body.is_valid(raise_exception=True)
        return change_tags(request, contact, body.validated_data["tags"], add=True)


class ContactTag(Resource):
    access = {"DELETE": TAGS_WRITE}

    @extend_schema(summary="Take a tag from a contact", responses={200: TagsChanged, 400: ErrorsBody, 404: ErrorsBody})
    def delete(self, request: Request, pk: UUID, code: str) -> Response:
        return change_tags(request, contact_or_404(request, pk), [code], add=False)


class OwnerBody(StrictSerializer):
    owner = IdField(help_text="Who is in charge from now on: an active user that the caller may see.")


class OwnerChanged(serializers.Serializer):
    contacts = serializers.IntegerField(help_text="0 when it was so already.")
    leads = serializers.IntegerField(help_text="Open leads that went along.")
    tasks = serializers.IntegerField(help_text="Open tasks that went along.")


class ContactOwner(Resource):
    access = {"POST": CONTACTS_WRITE}

    @extend_schema(
        summary="Hand a contact over to a colleague",
        request=OwnerBody,
        responses={200: OwnerChanged, 400: ErrorsBody, 404: ErrorsBody},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        contact = contact_or_404(request, pk)
        body = OwnerBody(data=request.data)
        body.is_valid(raise_exception=True)
        owner = user_visible(viewer_of(request), body.validated_data["owner"])
        if owner is None:
            raise Refused([refusal("owner", "unknown_user", _("There is no such user."))])
        handed = contacts_handed_over([contact.pk], owner.pk, by=actor_of(request), now=clock.now())
        return Response(OwnerChanged(handed).data)


def change_tags(request: Request, contact: Contact, codes: list[str], *, add: bool) -> Response:
    known = tag_ids_by_code(codes)
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise Refused([refusal("tags", "unknown_tag", _("There is no tag %(code)s.") % {"code": c}) for c in unknown])
    source = TagSource.API if isinstance(request.auth, ApiKey) else TagSource.HAND
    changed = contacts_tagged(
        [contact.pk], list(known.values()), add=add, source=source, by=actor_of(request), now=clock.now()
    )
    return Response({"changed": changed, "tags": tags_of(contact.pk)})


def tags_of(contact_id: UUID) -> Any:
    held = tags_by_contact([contact_id], clock.now())[contact_id]
    return TagOut([each.tag for each in held], many=True).data


def contact_or_404(request: Request, pk: UUID) -> Contact:
    contact = contact_detail(viewer_of(request), pk)
    if contact is None:
        survivor = survivor_of(viewer_of(request), pk)
        if survivor is None:
            raise Http404
        raise Merged(request.path.replace(str(pk), str(survivor)))
    return contact
