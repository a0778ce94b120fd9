"""The product's own three processes, as this machine runs them."""

import errno
import http.client
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

from scrm.embedded.console import Trouble, pause
from scrm.embedded.paths import LOGS, PYTHON
from scrm.embedded.services import Service

HOST = "127.0.0.1"


class Process(Service):
    """A child with the product's environment, run as the person who started it."""

    def __init__(self, env: Mapping[str, str], folder: Path = LOGS) -> None:
        super().__init__(folder / f"{self.name}.log")
        self.env = env

    def environment(self) -> Mapping[str, str]:
        return self.env


class Web(Process):
    name = "web"
    patience = 1.0

    def __init__(self, env: Mapping[str, str], port: int, folder: Path = LOGS) -> None:
        super().__init__(env, folder)
        self.port = port

    def command(self) -> list[str | Path]:
        options = ["--interface", "asgi", "--host", HOST, "--port", str(self.port), "--workers", "1"]
        more = ["--backlog", "2048", "--no-ws", "--workers-kill-timeout", "1"]
        return [PYTHON, "-m", "granian", *options, *more, "scrm.asgi:application"]

    def is_ready(self, pid: int) -> bool:
        try:
            with socket.create_connection((HOST, self.port), 0.5):
                return True
        except OSError:
            return False


class Worker(Process):
    name = "worker"
    patience = 1.5

    def command(self) -> list[str | Path]:
        options = ["--pool", "prefork", "--concurrency", "2", "--loglevel", "INFO"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        return [PYTHON, "-m", "celery", "-A", "scrm.celery", "worker", *options, *quiet]


class Beat(Process):
    """Its schedule is fixed and what is due stands in PostgreSQL, so it has no memory of its own."""

    name = "beat"
    patience = 0.5
    stop_signal = signal.SIGTERM

    def command(self) -> list[str | Path]:
        options = ["--scheduler", "celery.beat:Scheduler", "--pidfile", "", "--loglevel", "WARNING"]
        return [PYTHON, "-m", "celery", "-A", "scrm.celery", "beat", *options]


def check_port(port: int) -> None:
    """Bind before anything else: a stranger on the port would answer our health checks."""
    for _ in range(15):
        if _is_free(port):
            return
        # The web server of a run that was killed lets go within a moment.
        pause(0.1)
    raise Trouble(f"Port {port} is taken by another program: bin/up --port {_free_port()}")


def _is_free(port: int) -> bool:
    families = [(socket.AF_INET, HOST), (socket.AF_INET6, "::1")]
    for family, host in families:
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except PermissionError:
            raise Trouble(f"Ports below 1024 need root: bin/up --port {_free_port()}") from None
        except OSError as error:
            if family == socket.AF_INET or error.errno == errno.EADDRINUSE:
                return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def get(port: int, host: str, path: str) -> tuple[int, bytes]:
    """Ask by address with a Host header: Python can't resolve *.localhost. Status 0: no answer."""
    connection = http.client.HTTPConnection(HOST, port, timeout=15)
    try:
        connection.request("GET", path, headers={"Host": f"{host}:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
