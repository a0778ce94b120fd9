"""What the OpenAPI description says beyond what the resources say themselves."""

import functools
from typing import Any, Final

from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from scrm.api.authentication import ApiKeyAuthentication
from scrm.api.parsing import StrictSerializer


class StrictSerializerSchema(OpenApiSerializerExtension):
    target_class = StrictSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> Any:
        return {**auto_schema._map_serializer(self.target, direction, True), "additionalProperties": False}


REFUSALS: Final = {
    "400": "The body is no JSON, or a parameter is wrong.",
    "401": "No valid key and no session.",
    "403": "The key lacks the scope, or the role does not allow it.",
    "404": "Not there, for this caller.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "A field of the body is wrong; nothing was changed.",
    "429": "The budget is spent: wait as long as Retry-After says.",
}


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key: `Authorization: Bearer scrm_<prefix>_<secret>`.",
        }


def tell_refusals(result: dict[str, Any], **_settings: Any) -> dict[str, Any]:
    """Every operation may say no, in the one shape; what may be read in part has no field that is always there."""
    refused = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}}}
    for address in result["paths"].values():
        if "get" in address:
            address["get"]["responses"].setdefault("304", {"description": "It is as If-None-Match says."})
            for name in _sparse(address["get"]):
                result["components"]["schemas"][name].pop("required", None)
        for operation in address.values():
            for status, meaning in REFUSALS.items():
                operation["responses"].setdefault(status, {**refused, "description": meaning})
    return result


def _sparse(operation: dict[str, Any]) -> list[str]:
    """The component of the rows of an operation that takes `fields`."""
    if not any(each.get("name") == "fields" for each in operation.get("parameters", ())):
        return []
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return [answer.removeprefix("Paginated").removesuffix("List")]


@functools.cache
def described(language: str) -> dict[str, Any]:
    """Made once per language and process: it takes long, and anybody may ask for it."""
    with translation.override(language):
        schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


@extend_schema(exclude=True)
class Schema(SpectacularAPIView):
    """The description itself; anybody may read how to call us."""

    throttle_classes = ()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(described(translation.get_language() or "en"))


class Docs(SpectacularSwaggerSplitView):
    """A page to read and try it; its script comes from an address of its own, for the policy's sake."""

    url_name = "api:schema"
    throttle_classes = ()
