"""The product's real processes for a test: web, worker, beat, and an SMTP server that keeps what it gets."""

import os
import secrets
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Self

import redis
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from scrm.embedded import health
from scrm.embedded.console import pause
from scrm.embedded.processes import HOST, Beat, Web, Worker
from tests import databases
from tests.servers import state_folder

_REDIS_BASE = 32
_PATIENCE = 30.0


class Mailbox:
    """A real SMTP server on loopback."""

    def __init__(self, port: int) -> None:
        self.messages: list[EmailMessage] = []
        self.controller = Controller(self, hostname=HOST, port=port)
        self.controller.start()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def close(self) -> None:
        self.controller.stop()


class Live:
    """A whole SCRM on a database of its own."""

    def __init__(self, database_url: str) -> None:
        self.database = database_url.rpartition("/")[2]
        self.port, self.mail_port = free_port(), free_port()
        base, _, number = os.environ["REDIS_URL"].partition("?db=")
        self.instance = secrets.token_hex(8)
        self.mailbox: Mailbox | None = None
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "REDIS_URL": f"{base}?db={_REDIS_BASE + int(number)}",
            "EMAIL_URL": f"smtp://{HOST}:{self.mail_port}",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "PUBLIC_PORT": str(self.port),
            "SCRM_INSTANCE": self.instance,
            "PYTHONWARNINGS": "default",
        }
        logs = Path(state_folder()) / "live"
        self.services = [
            Web(self.environment, self.port, logs),
            Worker(self.environment, logs),
            Beat(self.environment, logs),
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.rest()
        databases.drop(self.database)

    def begin_module(self) -> None:
        """Put a fresh database under the processes: those that run come back from a lost connection, as they must."""
        databases.make(self.database)
        store = redis.Redis.from_url(self.environment["REDIS_URL"])
        # The broker's own keys stay: its workers would not hear the bell without them.
        kept = (b"_kombu", b"celery", b"unacked")
        for key in [key for key in store.scan_iter() if not key.startswith(kept)]:
            store.delete(key)
        store.close()
        if self.mailbox is None:
            self.mailbox = Mailbox(self.mail_port)
            for service in self.services:
                service.spawn()
        self.mailbox.messages.clear()
        health.wait_for_web(self.port, self.instance)

    def rest(self) -> None:
        """End the processes, whose ticks cost something, until the next module that needs them."""
        if self.mailbox is not None:
            for service in reversed(self.services):
                service.stop()
            self.mailbox.close()
            self.mailbox = None

    def url(self, tenant: str, path: str = "/") -> str:
        return f"http://{tenant}.localhost:{self.port}{path}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def eventually(question, patience: float = _PATIENCE):
    """Ask until the answer is true; give that answer. Fails with the last one."""
    for _ in range(int(patience / 0.05)):
        if answer := question():
            return answer
        pause(0.05)
    raise AssertionError(f"Still {answer!r} after {patience:.0f} s.")
