"""The two-tenant crawler: whoever asks whatever of whichever host, nothing crosses."""

import os
import sys

from scrm.web.routes import TENANT, route_list
from tests.crawler.crawl import Crawler
from tests.crawler.probes import methods_of, probes, sample

DEEP = bool(os.environ.get("SCRM_DEEP"))
SAMPLE = 600


def test_nothing_crosses(twins, capsys):
    chosen = list(probes()) if DEEP else sample(seed=7, most=SAMPLE)

    report = Crawler(twins).crawl(chosen)

    with capsys.disabled():
        sys.stdout.write(f"\nThe crawler: {report}\n")
    assert report.crossings == []


def test_every_route_and_method_is_asked():
    asked = {(probe.route.pattern, probe.method) for probe in probes()}
    there = {(route.pattern, method) for route in route_list(TENANT) for method in methods_of(route)}

    assert there - asked == set()
