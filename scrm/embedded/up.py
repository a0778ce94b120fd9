"""bin/up: everything on this machine, stage by stage, under one supervisor."""

import argparse
import re
import secrets
import shutil
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from types import FrameType

from scrm.embedded import catalogues, django, environment, frontend, health, manage, stamps
from scrm.embedded.console import Trouble, say, stage, stage_done
from scrm.embedded.meanwhile import Meanwhile
from scrm.embedded.paths import LOGS, ROOT, VAR
from scrm.embedded.processes import Beat, Process, Web, Worker, check_port
from scrm.embedded.servers import Servers
from scrm.embedded.supervisor import Supervisor

_DEMO_HOST = re.compile(r"https?://([\w-]+\.localhost)\b")


def options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/up", description="Start SCRM on this machine.")
    parser.add_argument("--port", type=int, default=manage.DEFAULT_PORT, help="the web server's port (8000)")
    parser.add_argument("--once", action="store_true", help="start, see that all of it works, stop")
    parser.add_argument("--no-demo", action="store_true", help="without the two demo tenants")
    return parser.parse_args(arguments)


def run(arguments: Sequence[str], started: float) -> int:
    chosen = options(arguments)
    over = threading.Event()
    lock = manage.take_servers(chosen.port, seconds=1)
    # After the lock: a second bin/up is told about the first one, not about a port.
    check_port(chosen.port)
    supervisor = Supervisor()
    try:
        _stop_on_signals(over)
        _start(supervisor, chosen, started)
        if not chosen.once:
            supervisor.watch(over.is_set)
    except Interrupted:
        pass
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        say("Stopping.")
        supervisor.stop()
        del lock
    return 0 if chosen.once or over.is_set() else 1


class Interrupted(BaseException):
    """Ctrl-C, or a polite kill, while something was being started."""


def _stop_on_signals(over: threading.Event) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        over.set()
        raise Interrupted

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def _start(supervisor: Supervisor, chosen: argparse.Namespace, started: float) -> None:
    servers = Servers(manage.NAME)
    manage.prepare(servers)
    instance = secrets.token_hex(8)
    env = environment.laptop(servers.database_url, servers.redis_url, port=chosen.port, instance=instance)
    fetched = Meanwhile(frontend.ensure)
    _start_servers(supervisor, servers)
    with stage("Message catalogues"):
        catalogues.ensure()
    _migrate(servers, env)
    if not chosen.no_demo:
        _make_demo(servers, env)
    fetched.result()
    stage_done("Front-end packages", fetched.seconds, "meanwhile")
    _collect(env)
    accounts = None if chosen.no_demo else Meanwhile(lambda: _accounts(servers, env))
    since = time.time()
    # Figures of server processes that are gone.
    shutil.rmtree(env["SCRM_METRICS_FOLDER"], ignore_errors=True)
    with stage("Web"):
        _start_process(supervisor, Web(env, chosen.port))
        health.wait_for_web(chosen.port, instance)
    _start_process(supervisor, Worker(env))
    _start_process(supervisor, Beat(env))
    if chosen.once:
        with stage("Healthy"):
            health.wait_for_all(chosen.port, instance, since, _demo_hosts(accounts))
    say(f"\nReady after {time.time() - started:.1f} s. The platform: http://localhost:{chosen.port}/")
    if accounts:
        say(accounts.result())
    if not chosen.once:
        say("\nCtrl-C stops everything. Logs: var/log/")


def _demo_hosts(accounts: Meanwhile[str] | None) -> list[str]:
    """Those of the addresses that a person is told."""
    hosts = sorted(set(_DEMO_HOST.findall(accounts.result()))) if accounts else []
    if accounts and len(hosts) < 2:
        raise Trouble(f"There are {len(hosts)} demo tenants instead of 2; see {LOGS / 'seed_demo.log'}.")
    return hosts


def _start_servers(supervisor: Supervisor, servers: Servers) -> None:
    # Known to the supervisor before they start, so that a trouble half-way still stops them.
    if servers.postgres:
        supervisor.add(servers.postgres)
        with stage("PostgreSQL"):
            servers.start_postgres()
    if servers.redis:
        supervisor.add(servers.redis)
        with stage("Redis"):
            servers.start_redis()


def _migrate(servers: Servers, env: Mapping[str, str]) -> None:
    mark, value = servers.state / "migrated", _schema_stamp(servers)
    with stage("Database tables"):
        if servers.postgres is None or not stamps.holds(mark, value):
            django.run(["migrate_all"], env)
            stamps.leave(mark, value)


def _schema_stamp(servers: Servers) -> str:
    return f"{stamps.of_schema()} {servers.postgres.identity() if servers.postgres else ''}"


def _make_demo(servers: Servers, env: Mapping[str, str]) -> None:
    mark, value = servers.state / "demo", _schema_stamp(servers)
    with stage("Demo tenants"):
        if servers.postgres is None or not stamps.holds(mark, value):
            django.run(["seed_demo"], env)
            stamps.leave(mark, value)


def _collect(env: Mapping[str, str]) -> None:
    """Hashed names and compressed copies; with DEBUG on the files are served as they lie."""
    if env["DEBUG"].lower() in ("true", "1", "yes", "on"):
        return
    mark = VAR / "collected"
    value = stamps.of_files(file for file in (ROOT / "static").rglob("*") if file.is_file())
    with stage("Static files"):
        if not stamps.holds(mark, value):
            django.run(["collectstatic", "--no-input", "--verbosity", "0"], env)
            stamps.leave(mark, value)


def _start_process(supervisor: Supervisor, process: Process) -> None:
    supervisor.add(process)
    process.spawn()


def _accounts(servers: Servers, env: Mapping[str, str]) -> str:
    """How to log in; asked once for each port, since the addresses name it."""
    kept, mark = servers.state / "accounts.txt", servers.state / "accounts"
    value = f"{_schema_stamp(servers)} {env['PUBLIC_PORT']}"
    if servers.postgres is None or not (kept.exists() and stamps.holds(mark, value)):
        kept.write_text(django.run(["demo_accounts"], env).strip())
        stamps.leave(mark, value)
    return kept.read_text()
