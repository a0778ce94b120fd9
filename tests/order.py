"""pytest plugin: in which order two processes take the modules of a whole run.

The longest go first, so that only short ones are left when one process has nothing more to do and both end together;
and those that need a live stack are one piece of work, so that one stack serves them all.
"""

from collections.abc import Mapping

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

LIVE = (
    "tests/browser/",
    "tests/embedded/test_harness.py",
    "tests/faults/test_database_restarted.py",
    "tests/api/test_generated_cases.py",
)
SECONDS: Mapping[str, float] = {
    "live": 70,
    "tests/faults/test_chaos.py": 60,
    "tests/faults/test_failpoints.py": 15,
    "tests/crawler/test_planted_faults.py": 15,
    "tests/web/ops/outreach/test_pages.py": 15,
    "tests/crawler/test_crawler.py": 10,
    "tests/operations/test_migrating.py": 10,
    "tests/operations/test_health.py": 8,
    "tests/operations/test_backup.py": 8,
    "tests/tenants/test_carrying.py": 8,
    "tests/analytics/test_reports.py": 8,
    "tests/tenancy/test_hosts.py": 6,
    "tests/tenancy/test_files_and_admin.py": 6,
    "tests/flows/test_lead_import.py": 6,
    "tests/demo/test_seed.py": 5,
}
"""Of what takes longer than its number of tests says, on a quiet machine: a guess that is off costs seconds only."""
_EACH = 0.06


def is_live(nodeid: str) -> bool:
    return nodeid.startswith(LIVE)


class LongestFirst(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return "live" if is_live(nodeid) else super()._split_scope(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(max(self.workqueue, key=self._length), last=False)
        super()._assign_work_unit(node)

    def _length(self, scope: str) -> float:
        """Seconds that this piece of work takes, more or less."""
        return SECONDS.get(scope, _EACH * len(self.workqueue[scope]))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LongestFirst:
    return LongestFirst(config, log)
