"""May this caller do this here: nothing is allowed that a resource does not declare."""

from typing import Any, Final

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from exchange.models import ApiKey

_READS_LIKE_GET: Final = {"HEAD", "OPTIONS"}


class HasScope(BasePermission):
    """The key has the scope, or the user's role allows the action, that `view.access` names."""

    def has_permission(self, request: Request, view: Any) -> bool:
        declared: dict[str, Any] = getattr(view, "access", {})
        method = str(request.method)
        needed = declared.get(method)
        if needed is None and method in _READS_LIKE_GET:
            needed = declared.get("GET") or next(iter(declared.values()), None)
        if needed is None or not request.user or not request.user.is_authenticated:
            return False
        if isinstance(request.auth, ApiKey):
            return needed.scope in request.auth.scopes
        return request.user.may(needed.action)
