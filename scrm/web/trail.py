"""The net under the audit trail: whatever a request changed without a line of its own is written down here."""

import re
from collections.abc import Callable
from typing import Any, Final

from django.db import connection
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.services import record_audit
from scrm.core import clock
from scrm.core.origin import origin
from scrm.web.reading import SAFE

_WRITES: Final = re.compile(r'(?:INSERT INTO|DELETE FROM|(?<!FOR )(?<!KEY )UPDATE)\s+"?(\w+)"?')
_BOOKKEEPING: Final = {
    # Who is here, what was answered already, who wakes up when: not what anybody did.
    "accounts_session",
    "accounts_attemptcount",
    "exchange_apikey",
    "exchange_idempotencykey",
    "scheduler_wakeup",
    "accounts_unsealedentry",
}


class TrailMiddleware:
    """Behind authentication. A service writes its own line in its own transaction; this one comes after it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE:
            return self.get_response(request)
        written = _Written()
        with connection.execute_wrapper(written):
            answer = self.get_response(request)
        if written.tables and not origin().recorded and request.user.is_authenticated:
            _record(request, request.user, written.tables)
        return answer


class _Written:
    """Notes the tables that statements write to."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, onward: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        result = onward(sql, params, many, context)
        self.tables |= {found for found in _WRITES.findall(str(sql)) if found not in _BOOKKEEPING}
        return result


def _record(request: HttpRequest, user: User, tables: set[str]) -> None:
    found = request.resolver_match
    ids = {name: str(value) for name, value in found.kwargs.items() if name.endswith("_id")} if found else {}
    details = {"page": found.view_name if found else "", "tables": sorted(tables), **ids}
    # Another system's user is made for the request and stands in no table.
    actor = None if user._state.adding else user
    record_audit(action="page.used", actor=actor, actor_label=str(user), details=details, now=clock.now())
