"""bin/manage: manage.py with the environment and the servers of bin/up."""

import json
from collections.abc import Sequence

from scrm.embedded import django, environment
from scrm.embedded.console import Trouble, complain
from scrm.embedded.paths import VAR, check_shared_memory, lock_note, try_lock, wait_for_lock
from scrm.embedded.servers import Servers

LOCK = VAR / "servers.lock"
NAME = "data"
DEFAULT_PORT = 8000
_PATIENCE = 600.0


def run(arguments: Sequence[str]) -> int:
    lock = try_lock(LOCK, _note("bin/manage", DEFAULT_PORT))
    if lock is None:
        holder = _holder()
        if holder["by"] == "bin/up":
            return _call(Servers(NAME), arguments, int(holder["port"]))
        complain("Another bin/manage has the servers; waiting for it (while bin/up runs, both can work at once).")
        lock = wait_for_lock(LOCK, _note("bin/manage", DEFAULT_PORT), _PATIENCE)
        if lock is None:
            raise Trouble("The other bin/manage is still running: stop it, or start bin/up first.")
    servers = Servers(NAME)
    with lock:
        try:
            prepare(servers)
            servers.start()
            return _call(servers, arguments, DEFAULT_PORT)
        finally:
            servers.stop()


def prepare(servers: Servers) -> None:
    check_shared_memory()
    if servers.postgres:
        environment.check_secrets(servers.postgres.data)


def take_servers(port: int, seconds: float) -> object:
    """The lock of bin/up, or one line about who has it."""
    lock = wait_for_lock(LOCK, _note("bin/up", port), seconds)
    if lock is None:
        holder = _holder()
        if holder["by"] == "bin/up":
            raise Trouble(f"bin/up runs already, on port {holder['port']}: use that one, or stop it first.")
        raise Trouble("bin/manage is using the servers: wait until it has ended, then run bin/up again.")
    return lock


def _call(servers: Servers, arguments: Sequence[str], port: int) -> int:
    return django.call(arguments, environment.laptop(servers.database_url, servers.redis_url, port=port))


def _note(by: str, port: int) -> str:
    return json.dumps({"by": by, "port": port})


def _holder() -> dict[str, str]:
    try:
        return dict(json.loads(lock_note(LOCK)))
    except ValueError:
        return {"by": "another run", "port": str(DEFAULT_PORT)}
