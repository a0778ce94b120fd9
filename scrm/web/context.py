"""What every page's frame needs."""

from typing import Any

from django.http import HttpRequest

from scrm.core.tenancy import schema_name


def shell(request: HttpRequest) -> dict[str, Any]:
    tenant = getattr(request, "tenant", None)
    return {
        "tenant": tenant,
        "is_platform": schema_name() == "public",
    }
