"""Every question the crawler asks: route x method x who x whose ids x host x credential."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scrm.web.routes import TENANT, Guard, Route, route_list
from tests.crawler.asking import (
    COLLEAGUE,
    DEPARTMENT,
    FOREIGN,
    KINDS,
    MIXED,
    OWN,
    RANDOM,
    is_personal,
    is_private,
    parameters,
)
from tests.crawler.saying import BODIES, QUERIES

VIEWERS: Final = (
    *("principal", "admin", "ops", "manager", "ben", "auditor", "narrow", "lost"),
    *("system", "anonymous"),
)
ABROAD: Final = ("b", "public", "forwarded")
"""Hosts that A's credentials mean nothing on; `forwarded` is A's own with B's name in a proxy's header."""
STRONGEST: Final = ("principal", "system", "anonymous")
"""A session, a key and nothing: a principal may whatever another role may, so what any of them crosses they cross."""
NO_ROWS: Final = {
    "api/v1/<rest:rest>": "Says in the API's own words that there is nothing.",
    "admin/(?P<url>.*)$": "Says so in the administration.",
    "admin/r/<path:content_type_id>/<path:object_id>/": "Leads to a row's own address; no table has one.",
}
"""Addresses with a parameter that never lead to a row."""
RULERS: Final = ("principal", "admin")


@dataclass(frozen=True, slots=True)
class Probe:
    """One request; `related` is the kind of the ids in its query or body."""

    route: Route
    method: str
    viewer: str
    kind: str
    related: str
    host: str = "a"
    holder: str = "a"
    """Whose the viewer's cookie or key is."""

    def __str__(self) -> str:
        where = f"{self.method} {self.route.pattern} on {self.host} with credentials of {self.holder}"
        return f"{where} as {self.viewer}, ids {self.kind}, related {self.related}"


def probes() -> Iterator[Probe]:
    """The whole product, but for what is one class by one door that stands before everything told apart here.

    The administration looks at the role before it looks at any id, and whoever gets past sees the whole business;
    on a host that is unknown nothing of the address is read.
    """
    for route in route_list(TENANT):
        inside = route.guard is Guard.ADMIN
        for method in methods_of(route):
            for viewer in VIEWERS:
                for kind, related in kinds_of(route, method):
                    if not inside or kind in ((OWN, FOREIGN, RANDOM) if viewer in RULERS else (OWN,)):
                        yield Probe(route, method, viewer, kind, related)
            for viewer in STRONGEST if inside else VIEWERS:
                for host in ABROAD:
                    yield Probe(route, method, viewer, OWN, OWN, host)
                # A link is as much a credential as a cookie: the other tenant's.
                kind = FOREIGN if route.guard is Guard.TOKEN else OWN
                yield Probe(route, method, viewer, kind, OWN, "a", "b")
            yield Probe(route, method, "principal", OWN, OWN, "unknown")


def arrivals(*, everywhere: bool) -> list[Probe]:
    """Each address with an id asked with an id of one's own by somebody who may; of the administration, whose tables
    are looked up in one place, only the pages of rows, if not `everywhere`."""
    found = []
    for route in route_list(TENANT):
        inside = route.guard is Guard.ADMIN
        if not parameters(route) or route.pattern in NO_ROWS or (inside and not everywhere and _is_minor(route)):
            continue
        viewer = "ben" if route.guard is Guard.PERSON else "principal"
        methods = ["GET"] if inside else [each for each in methods_of(route) if each != "PUT"]
        found += [Probe(route, method, viewer, OWN, OWN) for method in methods]
    return found


def _is_minor(route: Route) -> bool:
    return "/change/" not in route.pattern


def methods_of(route: Route) -> list[str]:
    declared = [each for each in route.actions if each != "*"]
    return [*declared, "PUT"] if declared else ["GET", "POST"]


def kinds_of(route: Route, method: str) -> list[tuple[str, str]]:
    asks = route.name in (BODIES if method == "POST" else QUERIES)
    names = parameters(route)
    if not names and route.guard is not Guard.TOKEN and route.name not in ("public:form", "public:form_thanks"):
        return [(OWN, related) for related in KINDS] if asks else [(OWN, OWN)]
    kinds: tuple[str, ...] = (OWN, FOREIGN, RANDOM)
    if is_personal(route):
        kinds = KINDS
    elif is_private(route):
        kinds = (OWN, COLLEAGUE, DEPARTMENT, FOREIGN, RANDOM)
    found = [(kind, OWN) for kind in kinds]
    if len(names) > 1 and route.guard is Guard.ROLE:
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
