"""A web process that is ready has loaded its addresses, and the collector passes over what stays."""

import gc
import sys

from scrm.web.ready import get_ready


def test_ready_process_has_its_addresses_and_collects_without_them():
    held = gc.get_freeze_count()

    get_ready()

    try:
        assert {"scrm.web.ops.urls", "scrm.web.rep.urls", "scrm.api.urls"} <= sys.modules.keys()
        assert gc.get_freeze_count() > held + 50_000
        assert len(gc.get_objects(generation=2)) < gc.get_freeze_count() / 10
    finally:
        gc.unfreeze()
