"""What every page's frame needs."""

from typing import Any

from django.db import connection
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    tenant = getattr(request, "tenant", None)
    return {
        "tenant": tenant,
        "is_platform": connection.schema_name == "public",
    }
