"""The net under the audit trail: whatever a request changed without a line of its own is written down here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.db import connection
from django.http import HttpRequest, HttpResponse

from accounts.services import record_audit
from scrm.core import clock
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
_LINES: Final = {"accounts_auditentry"}
NO_LINE: Final = {
    "webhooks:arrive": "What another system pushes is kept as a message; the lead that comes of it has its own line.",
    "public:form": "What a customer says is no act of the business's people; lead, event and consent are its record.",
}
"""Pages for everybody whose changes need no line, and why."""


class TrailMiddleware:
    """Behind authentication. A service writes its own line in its own transaction; this one comes after it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE:
            return self.get_response(request)
        net = _Net()
        with connection.execute_wrapper(net):
            answer = self.get_response(request)
        tables = net.kept()
        if tables - _BOOKKEEPING and not tables & _LINES and _page_of(request) not in NO_LINE:
            _record(request, tables - _BOOKKEEPING)
        return answer


class _Net:
    """Notes the tables that statements write to, as long as what they wrote is not taken back."""

    def __init__(self) -> None:
        self._kept: set[str] = set()

    def __call__(self, onward: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        result = onward(sql, params, many, context)
        for table in _written(str(sql)):
            connection.on_commit(_Mark(self, table))
        return result

    def kept(self) -> set[str]:
        """Committed, or about to be by a transaction around the whole request, in which the line then stands too."""
        waiting = (each[1] for each in connection.run_on_commit)
        return self._kept | {mark.table for mark in waiting if isinstance(mark, _Mark) and mark.net is self}


# A program's statements are few; to read each anew would be a tenth of a short request.
@lru_cache(maxsize=1024)
def _written(sql: str) -> tuple[str, ...]:
    return tuple(_WRITES.findall(sql))


@dataclass(frozen=True, slots=True)
class _Mark:
    """Django forgets it with the savepoint or transaction that is rolled back."""

    net: _Net
    table: str

    def __call__(self) -> None:
        self.net._kept.add(self.table)


def _record(request: HttpRequest, tables: set[str]) -> None:
    found = request.resolver_match
    ids = {name: str(value) for name, value in found.kwargs.items() if name.endswith("_id")} if found else {}
    details = {"page": _page_of(request), "tables": sorted(tables), **ids}
    user = request.user if request.user.is_authenticated else None
    # Another system's user is made for the request and stands in no table; somebody's who is not logged in is nobody.
    actor = None if user is None or user._state.adding else user
    record_audit(action="page.used", actor=actor, actor_label=str(user or ""), details=details, now=clock.now())


def _page_of(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""
