"""How lists are paged."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from rest_framework.pagination import CursorPagination


def earlier(field: str, before: datetime | None, before_id: Any = None) -> Q:
    """Rows before a place in a list that is newest first; an unnamed place leaves all of them."""
    if before is None:
        return Q()
    if before_id is None:
        return Q(**{f"{field}__lt": before})
    return Q(**{f"{field}__lt": before}) | Q(**{field: before, "pk__lt": before_id})


class NewestFirstCursorPagination(CursorPagination):
    """Newest first by id: UUIDv7 and sequences both grow with time, so a page never shifts."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
