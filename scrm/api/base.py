"""What every resource shares."""

from typing import Any, ClassVar

from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scrm.api.access import Access
from scrm.api.throttling import add_budget_headers


class Resource(APIView):
    """One address; `access` says per method who may."""

    access: ClassVar[dict[str, Access]] = {}

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        add_budget_headers(request, response)
        return response


class ListResource(Resource, ListAPIView):
    """A page of what a selector gives; `filterset_class` is the white list of its filters."""


class DetailResource(Resource, RetrieveAPIView):
    """One row of what a selector gives; what the caller may not see is not there."""
