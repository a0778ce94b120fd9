"""The two-tenant crawler: whoever asks whatever of whichever host, nothing crosses."""

import os
import sys
from typing import Final

import pytest

from scrm.web.routes import TENANT, Guard, route_list
from tests.crawler.asking import OWN, parameters, table_of
from tests.crawler.crawl import Crawler
from tests.crawler.probes import Probe, methods_of, probes, sample

DEEP = bool(os.environ.get("SCRM_DEEP"))
SAMPLE = 500
PARTS = 8 if DEEP else 1
NO_ROWS: Final = {
    "api/v1/<path:rest>": "Says in the API's own words that there is nothing.",
    "admin/(?P<url>.*)$": "Says so in the administration.",
    "admin/r/<path:content_type_id>/<path:object_id>/": "Leads to a row's own address; no table has one.",
}
"""Addresses with a parameter that never lead to a row."""


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_crosses(twins, capsys, part):
    # Neighbours of the list differ in role and ids: each part has some of every address.
    chosen = list(probes())[part::PARTS] if DEEP else sample(seed=7, most=SAMPLE)

    report = Crawler(twins).crawl(chosen)

    with capsys.disabled():
        sys.stdout.write(f"\nThe crawler, part {part + 1} of {PARTS}: {report}\n")
    assert report.crossings == []


def test_every_route_and_method_is_asked():
    asked = {(probe.route.pattern, probe.method) for probe in probes()}
    there = {(route.pattern, method) for route in route_list(TENANT) for method in methods_of(route)}

    assert there - asked == set()


def test_every_parameter_stands_for_a_row_of_the_twins(twins):
    unknown = {
        (route.pattern, name)
        for route in route_list(TENANT)
        for name in parameters(route)
        if route.pattern not in NO_ROWS
        and route.guard in (Guard.ROLE, Guard.ADMIN)
        and name not in ("job_id", "code", "app_label")
        and table_of(route, name) not in {*twins.a.rows, "accounts.user"}
    }

    assert unknown == set()


def test_every_address_with_an_id_leads_somewhere(twins):
    """Whoever may gets past the look-up with an id of one's own; else its refusals would prove nothing."""
    routes = [route for route in route_list(TENANT) if parameters(route) and route.pattern not in NO_ROWS]
    if not DEEP:
        # The administration looks a table's rows up in one place.
        routes = [route for route in routes if route.guard is not Guard.ADMIN or "/change/" in route.pattern]
    asked = [
        Probe(route, method, "ben" if route.guard is Guard.PERSON else "principal", OWN, OWN)
        for route in routes
        for method in methods_of(route)
        if method in ("GET", "POST", "DELETE") and not (route.guard is Guard.ADMIN and method == "POST")
    ]

    report = Crawler(twins).crawl(asked)

    assert report.crossings == []
    assert {route.pattern for route in routes} - report.reached == set()
