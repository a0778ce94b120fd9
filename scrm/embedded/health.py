"""Is it up, is it ours, and does every part of it work."""

import json
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from scrm.embedded.console import Trouble, pause
from scrm.embedded.paths import LOGS
from scrm.embedded.processes import get

_PATIENCE = 60.0


def report(port: int, instance: str) -> dict[str, Any]:
    """What /readyz says, if it is this run's own web server that says it."""
    _, body = get(port, "localhost", "/readyz")
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) and said.get("instance") == instance else {}


def wait_for_web(port: int, instance: str) -> None:
    _until(lambda: [] if report(port, instance).get("ready") else ["the web server does not answer (web.log)"])


def wait_for_all(port: int, instance: str, since: float, hosts: Sequence[str]) -> None:
    """Until every part works and the tenants at `hosts` are there."""
    _until(lambda: _complaints(report(port, instance), port, since, hosts))


def _complaints(said: dict[str, Any], port: int, since: float, hosts: Sequence[str]) -> list[str]:
    tenants = said.get("tenants", 0)
    checks = {
        "the web server does not answer (web.log)": bool(said.get("ready")),
        "the worker ran no task (worker.log)": _is_after(said.get("worker_ran_at"), since),
        "beat did not tick (beat.log)": _is_after(said.get("beat_ticked_at"), since),
        f"there are {tenants} tenants instead of {len(hosts)} (seed_demo.log)": tenants >= len(hosts),
    }
    failed = [complaint for complaint, passed in checks.items() if not passed]
    if failed:
        return failed
    return [f"the pages of {host} do not open (web.log)" for host in hosts if not _opens(port, host)]


def _opens(port: int, host: str) -> bool:
    status, _ = get(port, host, "/")
    return status in (200, 301, 302)


def _is_after(text: str | None, since: float) -> bool:
    return text is not None and datetime.fromisoformat(text).timestamp() >= since


def _until(complaints: Callable[[], list[str]]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while failed := complaints():
        if time.monotonic() > deadline:
            raise Trouble(f"After {_PATIENCE:.0f} s {', '.join(failed)}; the logs are in {LOGS}.")
        pause(0.1)
