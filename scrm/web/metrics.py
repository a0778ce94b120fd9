"""Figures of the installation for Prometheus at /metrics, and how long requests take."""

import hmac
from collections import defaultdict
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from operations.bounded import Bounded
from operations.enums import Kind
from operations.selectors import free_shares, incident_counts, lag_now, queue_length, readings, silent_now
from scrm.core import clock, tallies
from scrm.core.tenancy import leave_tenant

SECONDS: Final = 2.0
Path(settings.SCRM_METRICS_FOLDER).mkdir(parents=True, exist_ok=True)

_latency = Histogram(
    "scrm_request_seconds",
    "How long requests take, by the name of their route: an address may name a person.",
    ["route", "method", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_METHODS: Final = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_READINGS: Final = {
    "due": "Touchpoints of open lanes that are due; a lane counts to 10,000.",
    "claimed": "Touchpoints that a worker holds.",
    "sending": "Touchpoints on their way to a provider.",
    "unknown": "Touchpoints whose outcome nobody knows yet.",
    "lanes_closed": "Lanes that are closed.",
    "channels_shut": "Channels of tenants that wait for their provider.",
    "failed_jobs": "Jobs that failed within a day.",
    "bits_waiting": "Changes that bit strings don't show yet; a tenant counts to 10,000.",
}
_COUNTED: Final = {
    "ticks": "Ticks of the scheduler.",
    "sent": "Messages that a provider took, by channel.",
    "failed": "Messages that failed for good, by channel.",
    "import_rows": "Rows of files that were taken in or refused.",
    "duplicates_detected": "Messages that were found to have gone out twice.",
}


class MetricsMiddleware:
    """Answers /metrics on the platform's own hosts, to who has the token, or without one to this machine alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != "/metrics":
            started = clock.boot_seconds()
            answer = self.get_response(request)
            _observe(request, answer, clock.boot_seconds() - started)
            return answer
        if not _may_read(request):
            return HttpResponseNotFound("There is nothing at this address.", content_type="text/plain")
        return HttpResponse(_exposition(), content_type=CONTENT_TYPE_LATEST)


class Figures(Collector):
    """What is asked anew at each scrape; what can't be answered is left out, and `scrm_up` says so."""

    def collect(self) -> Iterator[Any]:
        try:
            figures = _database.answer()
        except (DatabaseError, TimeoutError):
            figures = {}
        yield GaugeMetricFamily("scrm_up", "Whether the database answers.", float(bool(figures)))
        for name, value in figures.items():
            if name != "problems":
                yield GaugeMetricFamily(f"scrm_{name}", _HELP.get(name, name), value)
        if figures:
            yield _problems(figures["problems"])
        yield from _machine()
        yield from _counters()


def _observe(request: HttpRequest, answer: HttpResponse, seconds: float) -> None:
    match = request.resolver_match
    route = match.view_name or match.route if match else "none"
    # A series for each word that somebody sends would fill the disk.
    method = request.method if request.method in _METHODS else "other"
    _latency.labels(route, method, f"{answer.status_code // 100}xx").observe(seconds)


def _may_read(request: HttpRequest) -> bool:
    host = request.META.get("HTTP_HOST", "").rsplit(":", 1)[0].lower()
    if host not in settings.SCRM_METRICS_HOSTS:
        return False
    if token := settings.SCRM_METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    # Behind a proxy everybody comes from this machine.
    proxied = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not proxied and ip_address(request.META["REMOTE_ADDR"]).is_loopback


def _exposition() -> bytes:
    """This process's own registry can't be used: each server process would show its own share."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    registry.register(Figures())
    return generate_latest(registry)


def _ask_database() -> dict[str, Any]:
    leave_tenant()
    lag, overdue = lag_now()
    counted = readings()
    return {
        "lag_seconds": lag,
        "tenants_overdue": float(overdue),
        "silent_seconds": silent_now(),
        "clock_difference_seconds": clock.machine_difference(),
        **{name: counted.get(name, 0.0) for name in _READINGS},
        "problems": incident_counts(),
    }


_database: Final = Bounded(_ask_database, SECONDS)
_redis: Final = Bounded(queue_length, SECONDS)
_HELP: Final = {
    "lag_seconds": "Seconds since the oldest due work of a tenant that sends; 0 when nothing is late.",
    "tenants_overdue": "Tenants with due work.",
    "silent_seconds": "Seconds since a worker last did a tick.",
    "clock_difference_seconds": "By how much the database's clock is ahead of this machine's.",
    **_READINGS,
}


def _problems(open_now: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily("scrm_problem", "Whether an alert is open, by kind.", labels=["kind"])
    for kind in Kind:
        family.add_metric([kind.value], open_now.get(kind.value, 0))
    return family


def _machine() -> Iterator[GaugeMetricFamily]:
    try:
        length = _redis.answer()
    except TimeoutError:
        length = None
    yield GaugeMetricFamily("scrm_redis_up", "Whether Redis answers.", float(length is not None))
    if length is not None:
        yield GaugeMetricFamily("scrm_queue_length", "Messages in Redis that wait for a worker.", length)
    disks = GaugeMetricFamily("scrm_disk_free_ratio", "The free share of the disk under a folder.", labels=["folder"])
    for folder, share in free_shares().items():
        disks.add_metric([folder], share)
    yield disks


def _counters() -> Iterator[CounterMetricFamily]:
    found: dict[str, list[tuple[dict[str, str], int]]] = defaultdict(list)
    for name, labels, count in tallies.tallied():
        found[name].append((labels, count))
    for name, meaning in _COUNTED.items():
        samples = found[name] or [({}, 0)]
        names = sorted({label for labels, _count in samples for label in labels})
        family = CounterMetricFamily(f"scrm_{name}", meaning, labels=names)
        for labels, count in samples:
            family.add_metric([labels.get(label, "") for label in names], count)
        yield family
