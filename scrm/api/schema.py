"""What the OpenAPI description says beyond what the resources say themselves."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from scrm.api.authentication import ApiKeyAuthentication


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key: `Authorization: Bearer scrm_<prefix>_<secret>`.",
        }


class Schema(SpectacularAPIView):
    """The description itself; anybody may read how to call us."""

    throttle_classes = ()


class Docs(SpectacularSwaggerSplitView):
    """A page to read and try it; its script comes from an address of its own, for the policy's sake."""

    url_name = "api:schema"
    throttle_classes = ()
