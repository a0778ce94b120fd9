"""/fields: what the business notes about contacts, leads and companies, and what it noted about one contact."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from contacts.enums import FieldSubject
from contacts.models import CustomField
from contacts.selectors import field_rows, field_values
from contacts.services import set_fields
from scrm.api.access import CONTACTS_READ, TAGS_WRITE
from scrm.api.authentication import actor_of, viewer_of
from scrm.api.base import ListResource, Resource
from scrm.api.contacts import contact_or_404
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.parsing import StrictSerializer, storable
from scrm.core import clock
from tenants.selectors import tenant_zone


class ChoiceOut(serializers.Serializer):
    key = serializers.CharField()
    label: Any = serializers.CharField()


class FieldOut(serializers.ModelSerializer):
    choices: Any = serializers.SerializerMethodField()

    class Meta:
        model = CustomField
        fields: tuple[str, ...] = (
            *("id", "subject", "code", "kind", "label", "label_zh", "help_text", "group", "choices"),
            *("default", "sealed", "required", "position"),
        )

    def get_choices(self, field: CustomField) -> list[dict[str, str]]:
        return [{"key": key, "label": label} for key, label in field.choices]


class FieldFilter(django_filters.FilterSet):
    subject = django_filters.ChoiceFilter(choices=FieldSubject.choices)

    class Meta:
        model = CustomField
        fields: tuple[str, ...] = ()


class FieldList(ListResource):
    """Fields of contacts, leads and companies, in the order they are shown."""

    access = {"GET": CONTACTS_READ}
    serializer_class = FieldOut
    filterset_class = FieldFilter

    def rows(self) -> QuerySet[CustomField]:
        return field_rows()


def custom_field(**said: Any) -> Any:
    """The values of fields in a body."""
    about = "Values by the codes of fields; null takes one away, what is left out stays."
    return serializers.DictField(child=serializers.JSONField(allow_null=True), help_text=about, **said)


class FieldsBody(StrictSerializer):
    custom = custom_field()


@contextmanager
def fields_refused(values: Mapping[str, Any]) -> Iterator[None]:
    """What can't be kept of the values of fields, named as they were sent, in `custom`."""
    if not storable(values):
        raise Refused([refusal("custom", "bad_text", _("This holds a character that can't be kept."))])
    try:
        yield
    except ValidationError as error:
        problems = [refusal(f"custom.{code}", "invalid", said[0]) for code, said in error.message_dict.items()]
        raise Refused(problems) from error


class FieldsSet(serializers.Serializer):
    changed = serializers.ListField(child=serializers.CharField())
    custom = serializers.DictField()


class ContactFields(Resource):
    access = {"PATCH": TAGS_WRITE}

    @extend_schema(
        summary="Write fields of a contact",
        request=FieldsBody,
        responses={200: FieldsSet, 400: ErrorsBody, 404: ErrorsBody, 422: ErrorsBody},
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        contact = contact_or_404(request, pk)
        body = FieldsBody(data=request.data)
        body.is_valid(raise_exception=True)
        values, role = body.validated_data["custom"], viewer_of(request).role
        said: dict[str, Any] = {"role": role, "by": actor_of(request), "now": clock.now(), "zone": tenant_zone()}
        with fields_refused(values):
            changed = set_fields(contact_id=contact.pk, values=values, **said)
        contact = contact_or_404(request, pk)
        return Response({"changed": changed, "custom": field_values(contact, role=role)})
