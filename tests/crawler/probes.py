"""Every question the crawler asks: route x method x who x whose ids x host x credential."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scrm.web.routes import TENANT, Guard, Route, route_list
from tests.crawler.asking import (
    BODIES,
    DEPARTMENT,
    FOREIGN,
    KINDS,
    MIXED,
    OWN,
    QUERIES,
    RANDOM,
    is_personal,
    parameters,
)

VIEWERS: Final = (
    *("principal", "admin", "ops", "manager", "ben", "auditor", "narrow", "lost"),
    *("system", "anonymous"),
)
ABROAD: Final = ("b", "public", "unknown", "forwarded")
"""Hosts that A's credentials mean nothing on; `forwarded` is A's own with B's name in a proxy's header."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One request; `related` is the kind of the ids in its query or body."""

    route: Route
    method: str
    viewer: str
    kind: str
    related: str
    host: str = "a"

    def __str__(self) -> str:
        where = f"{self.method} {self.route.pattern} on {self.host}"
        return f"{where} as {self.viewer}, ids {self.kind}, related {self.related}"


def probes() -> Iterator[Probe]:
    for route in route_list(TENANT):
        for method in methods_of(route):
            for viewer in VIEWERS:
                for kind, related in kinds_of(route, method):
                    yield Probe(route, method, viewer, kind, related)
                for host in ABROAD:
                    yield Probe(route, method, viewer, OWN, OWN, host)


def methods_of(route: Route) -> list[str]:
    declared = [each for each in route.actions if each != "*"]
    return [*declared, "PUT"] if declared else ["GET", "POST"]


def kinds_of(route: Route, method: str) -> list[tuple[str, str]]:
    asks = route.name in (BODIES if method == "POST" else QUERIES)
    names = parameters(route)
    if not names and route.guard is not Guard.TOKEN and route.name not in ("public:form", "public:form_thanks"):
        return [(OWN, related) for related in KINDS] if asks else [(OWN, OWN)]
    kinds = KINDS if is_personal(route) else (OWN, FOREIGN, RANDOM)
    found = [(kind, OWN) for kind in kinds]
    if len(names) > 1 and is_personal(route):
        found.append((MIXED, OWN))
    if asks:
        found += [(OWN, DEPARTMENT), (OWN, FOREIGN)]
    return found


def sample(seed: int, most: int) -> list[Probe]:
    """Each route and method at least once, and the rest by chance; the administration's many tables less."""
    everything = list(probes())
    chance = random.Random(seed)
    chance.shuffle(everything)
    # Stable: what is not the administration comes first.
    everything.sort(key=lambda probe: probe.route.guard is Guard.ADMIN and chance.random() < 0.9)
    seen: set[tuple[str, str]] = set()
    first, rest = [], []
    for probe in everything:
        key = (probe.route.pattern, probe.method)
        if key in seen or probe.route.guard is Guard.ADMIN:
            rest.append(probe)
        else:
            seen.add(key)
            first.append(probe)
    return (first + rest)[:most]
