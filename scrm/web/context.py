"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from scrm.core.tenancy import schema_name
from scrm.web.account.middleware import lacks_second_factor


def shell(request: HttpRequest) -> dict[str, Any]:
    tenant = getattr(request, "tenant", None)
    return {
        "tenant": tenant,
        "is_platform": schema_name() == "public",
        "support": getattr(request, "support", None),
        "needs_second_factor": settings.SCRM_REQUIRE_MFA,
        "lacks_second_factor": SimpleLazyObject(lambda: lacks_second_factor(request)),
    }
