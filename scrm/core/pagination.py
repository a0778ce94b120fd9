"""How lists are paged."""

from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Q
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


def earlier(field: str, before: datetime | None, before_id: Any = None) -> Q:
    """Rows before a place in a list that is newest first; an unnamed place leaves all of them."""
    if before is None:
        return Q()
    if before_id is None:
        return Q(**{f"{field}__lt": before})
    return Q(**{f"{field}__lt": before}) | Q(**{field: before, "pk__lt": before_id})


PAGE_MAX: Final = 500


class NewestFirstCursorPagination(CursorPagination):
    """Newest first by id: UUIDv7 and sequences both grow with time, so a page never shifts."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = PAGE_MAX

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] = {"type": "integer", "minimum": 1, "maximum": PAGE_MAX}
        return parameters

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """A cursor that somebody made up is not found; PostgreSQL need not be asked."""
        cursor = self.decode_cursor(request)
        if cursor is not None and cursor.position is not None:
            try:
                queryset.model._meta.pk.clean(cursor.position, None)
            except ValidationError as error:
                raise NotFound(self.invalid_cursor_message) from error
        return super().paginate_queryset(queryset, request, view) or []
