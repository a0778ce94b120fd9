"""/companies: organisations that people belong to."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.selectors import user_visible
from contacts.company_names import read_domains
from contacts.enums import CompanySize, FieldSubject
from contacts.models import Company
from contacts.selectors import company_get, company_list, field_values
from contacts.services import read_values, save_company
from scrm.api.access import COMPANIES_READ, COMPANIES_WRITE
from scrm.api.authentication import actor_of, viewer_of
from scrm.api.base import DetailResource, ListResource
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.fields import custom_field, fields_refused
from scrm.api.leads import NamedOut, OwnerOut
from scrm.api.parsing import IdField, StrictSerializer, TextField
from scrm.core import clock
from tenants.selectors import tenant_zone


class CompanyOut(serializers.ModelSerializer):
    parent = NamedOut(allow_null=True)
    owner = OwnerOut(allow_null=True)
    people = serializers.IntegerField(source="seen", help_text="Those of them whom the caller may see.")

    class Meta:
        model = Company
        fields: tuple[str, ...] = (
            *("id", "name", "parent", "domains", "industry", "size", "owner", "note", "people"),
            *("created_at", "updated_at"),
        )


class CompanyDetailOut(CompanyOut):
    custom = serializers.SerializerMethodField(help_text="Fields of the business by their codes.")

    class Meta(CompanyOut.Meta):
        fields: tuple[str, ...] = (*CompanyOut.Meta.fields, "custom")

    def get_custom(self, company: Company) -> dict[str, Any]:
        return field_values(company, of=FieldSubject.COMPANY, role=viewer_of(self.context["request"]).role)


class CompanyBody(StrictSerializer):
    name = TextField(max_length=200)
    parent: Any = IdField(required=False, allow_null=True)
    domains = serializers.ListField(child=TextField(max_length=253), required=False, max_length=50)
    industry = TextField(max_length=80, required=False, allow_blank=True)
    size = serializers.ChoiceField(choices=CompanySize.choices, required=False, allow_blank=True)
    owner = IdField(required=False, allow_null=True)
    note = TextField(max_length=4000, required=False, allow_blank=True)
    custom = custom_field(required=False)

    def validate_domains(self, domains: list[str]) -> list[str]:
        try:
            return read_domains(",".join(domains))
        except ValueError as error:
            raise serializers.ValidationError(_("“%(text)s” is no domain.") % {"text": str(error)}) from error


class CompanyFilter(django_filters.FilterSet):
    name = django_filters.CharFilter(lookup_expr="iexact")
    parent = django_filters.UUIDFilter(field_name="parent_id")
    industry = django_filters.CharFilter()
    size = django_filters.ChoiceFilter(choices=CompanySize.choices)

    class Meta:
        model = Company
        fields: tuple[str, ...] = ()


class CompanyList(ListResource):
    """Companies, the newest first."""

    access = {"GET": COMPANIES_READ, "POST": COMPANIES_WRITE}
    serializer_class = CompanyOut
    filterset_class = CompanyFilter

    def rows(self) -> QuerySet[Company]:
        return company_list(viewer_of(self.request)).order_by("-pk")

    @extend_schema(
        summary="Make a company",
        request=CompanyBody,
        responses={201: CompanyDetailOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        return Response(_saved(request, None), status=201)


class CompanyDetail(DetailResource):
    """One company. A name that was merged answers with what it leads to."""

    access = {"GET": COMPANIES_READ, "PATCH": COMPANIES_WRITE}
    serializer_class = CompanyDetailOut

    def get_object(self) -> Company:
        return _company_or_404(self.request, self.kwargs["pk"])

    @extend_schema(
        summary="Change a company: what is left out stays",
        request=CompanyBody,
        responses={200: CompanyDetailOut, 400: ErrorsBody, 404: ErrorsBody, 422: ErrorsBody},
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        return Response(_saved(request, _company_or_404(request, pk)))


def _company_or_404(request: Request, pk: UUID) -> Company:
    company = company_get(pk)
    company = company.merged_into if company and company.merged_into_id else company
    shown = company_list(viewer_of(request)).filter(pk=company.pk).first() if company else None
    if shown is None:
        raise Http404
    return shown


def _saved(request: Request, company: Company | None) -> Any:
    body = CompanyBody(data=request.data, partial=company is not None)
    body.is_valid(raise_exception=True)
    names = {str(name) for name in body.fields} - {"custom"}
    values: dict[str, Any] = {name: getattr(company, name) for name in names} if company else {}
    values = {"parent": None, "owner": None, **values, **body.validated_data}
    custom, role = values.pop("custom", {}), viewer_of(request).role
    with fields_refused(custom):
        values["fields"] = read_values(custom, of=FieldSubject.COMPANY, role=role, zone=tenant_zone())
    readers: dict[str, Callable[[UUID], Any]] = {
        "parent": company_get,
        "owner": partial(user_visible, viewer_of(request)),
    }
    for name, read in readers.items():
        if isinstance(values[name], UUID):
            values[name] = read(values[name])
            if values[name] is None:
                raise Refused([refusal(name, "unknown", _("There is no such row."))])
    saved = save_company(company=company, by=actor_of(request), now=clock.now(), **values)
    shown = company_list(viewer_of(request)).get(pk=saved.pk)
    return CompanyDetailOut(shown, context={"request": request}).data
