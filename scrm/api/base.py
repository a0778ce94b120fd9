"""What every resource shares."""

from collections.abc import Collection
from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django_filters import BooleanFilter, CharFilter
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scrm.api.access import Access
from scrm.api.errors import Refused, refusal
from scrm.api.parsing import BodyParser
from scrm.api.throttling import add_budget_headers
from scrm.api.versions import versioned
from scrm.core.pagination import PAGE_MAX

_SHAPING: Final = ("cursor", "page_size", "fields")


class Resource(APIView):
    """One address; `access` says per method who may."""

    access: ClassVar[dict[str, Access]] = {}
    parser_classes = (BodyParser,)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = versioned(request, super().finalize_response(request, response, *args, **kwargs))
        add_budget_headers(request, response)
        return response


@extend_schema(exclude=True)
class Missing(APIView):
    """Addresses that are no resource say so in the shape of the others."""

    permission_classes = ()
    authentication_classes = ()
    throttle_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404


class SparseSchema(AutoSchema):
    """What the description says of every resource that may be read in part."""

    def get_override_parameters(self) -> list[Any]:
        if self.method != "GET":
            return []
        view: Any = self.view
        names = {"type": "string", "enum": [*view.serializer_class().fields]}
        return [
            OpenApiParameter(
                "fields",
                {"type": "array", "items": names, "minItems": 1},
                explode=False,
                description="Only these fields, by commas.",
            ),
            OpenApiParameter(
                "If-None-Match", str, OpenApiParameter.HEADER, description="An ETag; 304 while it still holds."
            ),
        ]


class Sparse(GenericAPIView):
    """`?fields=id,status` leaves the others out."""

    schema = SparseSchema()

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        serializer = super().get_serializer(*args, **kwargs)
        asked = None if getattr(self, "swagger_fake_view", False) else self.request.query_params.get("fields")
        if asked is not None:
            wanted: set[str] = set(asked.split(","))
            row: Any = getattr(serializer, "child", serializer)
            unknown = sorted(wanted - set(row.fields))
            if unknown:
                reason = _("There is no field %(name)s.")
                raise Refused([refusal("fields", "unknown_field", reason % {"name": name[:40]}) for name in unknown])
            for name in set(row.fields) - wanted:
                row.fields.pop(name)
        return serializer


class ListResource(Sparse, Resource, ListAPIView):
    """A page of what a selector gives; `filterset_class` is the white list of its filters."""

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            shape: Any = self.serializer_class
            return shape.Meta.model.objects.none()
        return self.rows()

    def rows(self) -> QuerySet[Any]:
        """What the caller may see."""
        raise NotImplementedError

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        refuse_unknown_parameters(self.request, getattr(self, "filterset_class", None))
        return super().filter_queryset(queryset)


class DetailResource(Sparse, Resource, RetrieveAPIView):
    """One row of what a selector gives; what the caller may not see is not there."""


def refuse_unknown_parameters(request: Request, filterset: Any, *, also: Collection[str] = _SHAPING) -> None:
    """A filter with a typing mistake would answer with everything, so it is an error."""
    known = {*also, *(filterset.base_filters if filterset else ())}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise Refused([refusal(name, "unknown_parameter", _("There is no such parameter.")) for name in unknown])
    refuse_malformed(request, filterset)


def refuse_malformed(request: Request, filterset: Any) -> None:
    """What Django's forms take for *not given* would answer with everything too."""
    wrong = []
    for name, values in request.query_params.lists():
        kind = filterset.base_filters.get(name) if filterset else None
        text = values[-1]
        if name == "page_size":
            is_right = text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= PAGE_MAX and len(text) < 9
        elif isinstance(kind, BooleanFilter):
            is_right = text.lower() in ("true", "false")
        else:
            is_right = bool(text.strip()) or kind is None or isinstance(kind, CharFilter)
        if not is_right:
            wrong.append(name)
    if wrong:
        raise Refused([refusal(name, "invalid", _("This value can't be read.")) for name in wrong])
