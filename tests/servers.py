"""pytest plugin, loaded with -p: PostgreSQL and Redis of this run's own, before Django reads its settings."""

import os
from pathlib import Path
from typing import IO

import pytest

from scrm.embedded.console import Trouble
from scrm.embedded.paths import VAR, try_lock
from scrm.embedded.servers import Servers

_STATE = "SCRM_TEST_STATE"
_SLOTS = 8


class Slot:
    """The first state folder that no other run is using; it stays warm for the next."""

    def __init__(self) -> None:
        self.number, self.lock = _free_slot()
        self.servers = Servers(f"test-{self.number}", durable=False)
        try:
            self.servers.start()
        except Trouble:
            # Another PostgreSQL's files, or broken ones: nothing here is worth keeping.
            self.servers.forget()
            self.servers = Servers(f"test-{self.number}", durable=False)
            self.servers.start()

    def close(self) -> None:
        self.servers.stop()
        self.lock.close()


def _free_slot() -> tuple[int, IO[str]]:
    for number in range(_SLOTS):
        if lock := try_lock(VAR / f"test-{number}.lock"):
            return number, lock
    raise Trouble(f"{_SLOTS} test runs are under way already: wait for one to end.")


class ServersPlugin:
    def __init__(self) -> None:
        self.slot: Slot | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> None:
        worker = os.environ.get("PYTEST_XDIST_WORKER")
        if worker is None:
            try:
                self.slot = Slot()
            except Trouble as trouble:
                raise pytest.UsageError(str(trouble)) from None
            _point_at(self.slot)
        database = f"test_{worker or 'main'}"
        os.environ["DATABASE_URL"] = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{database}"
        number = int(worker.removeprefix("gw")) + 1 if worker else 0
        os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].partition('?')[0]}?db={number}"
        # Each has rows of its own, and whoever tidies up removes files of no row.
        os.environ["MEDIA_ROOT"] = str(Path(state_folder()) / "media" / (worker or "main"))

    def pytest_unconfigure(self) -> None:
        if self.slot is not None:
            self.slot.close()
            self.slot = None


def _point_at(slot: Slot) -> None:
    """A test run takes nothing from the shell's settings: it must never reach a real database."""
    os.environ |= {
        "DATABASE_URL": slot.servers.database_url,
        "REDIS_URL": slot.servers.redis_url,
        "EMAIL_URL": "memorymail://",
        "DEBUG": "true",
        "SCRM_INSTANCE": "tests",
        "SCRM_METRICS_FOLDER": str(slot.servers.state / "metrics"),
        _STATE: str(slot.servers.state),
    }


def state_folder() -> str:
    return os.environ[_STATE]


_plugin = ServersPlugin()
pytest_load_initial_conftests = _plugin.pytest_load_initial_conftests
pytest_unconfigure = _plugin.pytest_unconfigure
