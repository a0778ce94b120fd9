"""Whether this installation works: /healthz says that a server is alive, /readyz what works, and why not."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from operations.bounded import Bounded
from operations.enums import Kind
from operations.judging import State, problems_in
from operations.selectors import free_shares, incident_counts, queue_length, state_of_database
from scheduler.selectors import pulse_times
from scrm.core import clock
from scrm.core.tenancy import leave_tenant
from scrm.flows.watch import problems_noted
from tenants.selectors import tenant_list_active

SECONDS: Final = 2.0
"""How long a part of the installation may take to answer."""
SERVING: Final = ("database", "migrations")
"""What a web server can't do without. Without the rest it still takes leads and shows pages, so it stays in service."""
WATCH_AFTER: Final = 60.0
"""A server that has just been started finds old pulses: it does not raise the alarm yet."""
_CHECKS: Final = {
    Kind.MIGRATIONS: "migrations",
    Kind.BEAT: "beat",
    Kind.WORKER: "worker",
    Kind.CLOCK: "clock",
    Kind.REDIS: "redis",
    Kind.DISK: "disk",
}
_OF_DATABASE: Final = ("migrations", "beat", "worker", "clock")


class HealthMiddleware:
    """Answers on any host, before a tenant is looked up. Anybody may ask, so it names nobody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"ok": True, "instance": settings.SCRM_INSTANCE})
        if request.path == "/readyz":
            return _answer(request.GET.getlist("check") or SERVING)
        return self.get_response(request)


def _answer(asked: Sequence[str]) -> JsonResponse:
    report = readiness()
    ready = all(report["checks"].get(name, {}).get("ok", False) for name in asked)
    return JsonResponse({"ready": ready, **report}, status=200 if ready else 503)


def readiness() -> dict[str, Any]:
    """Each check with its reason where it fails; what the database can't say is missing when it does not answer."""
    report: dict[str, Any] = {"instance": settings.SCRM_INSTANCE}
    checks: dict[str, dict[str, Any]] = {name: {"ok": True} for name in ("database", "redis", "disk")}
    state = State()
    try:
        state, facts = _database.answer()
        checks |= {name: {"ok": True} for name in _OF_DATABASE}
        report |= facts
    except (DatabaseError, TimeoutError) as error:
        checks["database"] = {"ok": False, "reason": type(error).__name__}
    state = replace(state, queue_length=_queue(), free=free_shares())
    for problem in problems_in(state):
        if (name := _CHECKS.get(problem.kind)) in checks:
            checks[name] = {"ok": False, "reason": f"{problem.kind.value} {problem.figure}".strip()}
    report["reasons"] = [f"{name}: {check['reason']}" for name, check in checks.items() if not check["ok"]]
    return {**report, "checks": checks}


def _ask_database() -> tuple[State, dict[str, Any]]:
    leave_tenant()
    state = state_of_database(every_schema=False)
    pulses = pulse_times()
    silent = {problem.kind for problem in problems_in(state)} & {Kind.BEAT, Kind.WORKER}
    if silent and clock.boot_seconds() - _STARTED > WATCH_AFTER and not silent & set(incident_counts()):
        # The watchman is a task of the workers: where they are silent, somebody else has to say so.
        _watch.begin()
    facts = {
        "beat_ticked_at": pulses.get("beat"),
        "worker_ran_at": pulses.get("worker"),
        "tenants": len(tenant_list_active()),
    }
    return state, facts


def _queue() -> int | None:
    try:
        return _redis.answer()
    except TimeoutError:
        return None


_STARTED: Final = clock.boot_seconds()
_database: Final = Bounded(_ask_database, SECONDS)
_redis: Final = Bounded(queue_length, SECONDS)
_watch: Final = Bounded(problems_noted, SECONDS)
