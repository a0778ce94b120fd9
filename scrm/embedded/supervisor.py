"""Keeps the children alive: what dies comes back, each time a little later; all stop in order."""

import time
from collections.abc import Callable

from scrm.embedded import children
from scrm.embedded.console import pause, say
from scrm.embedded.services import Service

STOP_ORDER = ("beat", "web", "worker", "redis", "postgres")
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 30.0
_LOOK_EVERY = 0.2


class Supervisor:
    def __init__(self) -> None:
        self.services: list[Service] = []
        self._delays: dict[str, float] = {}
        self._started: dict[str, float] = {}
        self._due: dict[str, float] = {}

    def add(self, service: Service) -> None:
        self.services.append(service)
        self._started[service.name] = time.monotonic()

    def watch(self, is_over: Callable[[], bool]) -> None:
        while not is_over():
            for service in self.services:
                self._look_at(service)
            pause(_LOOK_EVERY)

    def stop(self) -> None:
        known = {service.name: service for service in self.services}
        for name in STOP_ORDER:
            if name in known:
                known[name].stop()

    def _look_at(self, service: Service) -> None:
        now = time.monotonic()
        if service.name in self._due:
            if now >= self._due[service.name]:
                del self._due[service.name]
                self._started[service.name] = now
                service.spawn()
        elif service.process is not None and service.process.poll() is not None:
            ended = service.process.returncode
            children.stop(service.process, service.stop_signal, 0)
            delay = self._next_delay(service.name, now)
            self._due[service.name] = now + delay
            reason = children.last_line(service.log) if ended > 0 else f"signal {-ended}" if ended else "it just ended"
            say(f"  {service.name} stopped ({reason}); starting it again in {delay:.1f} s")

    def _next_delay(self, name: str, now: float) -> float:
        """Doubles while it keeps dying; a long life is forgiven."""
        lived = now - self._started[name]
        before = self._delays.get(name, 0.0) if lived < _LONGEST_DELAY else 0.0
        self._delays[name] = min(before * 2 or _FIRST_DELAY, _LONGEST_DELAY)
        return self._delays[name]
