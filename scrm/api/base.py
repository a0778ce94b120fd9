"""What every resource shares."""

from collections.abc import Collection
from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scrm.api.access import Access
from scrm.api.errors import Refused, refusal
from scrm.api.parsing import BodyParser
from scrm.api.throttling import add_budget_headers

_PAGING: Final = ("cursor", "page_size")


class Resource(APIView):
    """One address; `access` says per method who may."""

    access: ClassVar[dict[str, Access]] = {}
    parser_classes = (BodyParser,)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
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


class ListResource(Resource, ListAPIView):
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


class DetailResource(Resource, RetrieveAPIView):
    """One row of what a selector gives; what the caller may not see is not there."""


def refuse_unknown_parameters(request: Request, filterset: Any, *, also: Collection[str] = _PAGING) -> None:
    """A filter with a typing mistake would answer with everything, so it is an error."""
    known = {*also, *(filterset.base_filters if filterset else ())}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise Refused([refusal(name, "unknown_parameter", _("There is no such parameter.")) for name in unknown])
