"""The two-tenant crawler: whoever asks whatever of whichever host, nothing crosses."""

import os
import sys

import pytest

from scrm.web.routes import TENANT, Guard, route_list
from tests.crawler.asking import parameters, table_of
from tests.crawler.crawl import Crawler
from tests.crawler.probes import NO_ROWS, arrivals, methods_of, probes, sample

DEEP = bool(os.environ.get("SCRM_DEEP"))
SAMPLE = 420
PARTS = 8 if DEEP else 1


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
        and name not in ("job_id", "code", "app_label", "number", "place")
        and table_of(route, name) not in {*twins.a.rows, "accounts.user"}
    }

    assert unknown == set()


def test_every_address_with_an_id_leads_somewhere(twins):
    """Whoever may gets past the look-up with an id of one's own; else its refusals would prove nothing."""
    crawler, asked = Crawler(twins), arrivals(everywhere=DEEP)

    crawler.crawl([probe for probe in asked if probe.method == "GET"])
    reached = crawler.report.reached
    crawler.crawl([probe for probe in asked if probe.method != "GET" and probe.route.pattern not in reached])

    assert crawler.report.crossings == []
    assert {probe.route.pattern for probe in asked} - reached == set()
