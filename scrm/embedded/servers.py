"""PostgreSQL and Redis together, unless the environment names others."""

import os
import shutil
from pathlib import Path

from scrm.embedded.paths import memory_folder, server_owner, server_state, socket_folder
from scrm.embedded.postgres import Postgres
from scrm.embedded.redis import Redis

DATABASE = "scrm"
_ROOM = 3 * 1024**3


class Servers:
    """Those that this machine must run itself: `durable` for people's data, not for tests."""

    def __init__(self, name: str, *, durable: bool = True) -> None:
        """Without `durable` PostgreSQL lives in memory where there is room: files are made ten times faster there."""
        owner = server_owner()
        self.state: Path = server_state(name)
        sockets = socket_folder(self.state)
        outside = {key: os.environ.get(key, "") if durable else "" for key in ("DATABASE_URL", "REDIS_URL")}
        home = None if durable else memory_folder(self.state, _ROOM)
        self.postgres = (
            None if outside["DATABASE_URL"] else Postgres(self.state, sockets, owner, durable=durable, home=home)
        )
        self.redis = None if outside["REDIS_URL"] else Redis(self.state, sockets, owner, durable=durable)
        self.database_url = self.postgres.url(DATABASE) if self.postgres else outside["DATABASE_URL"]
        self.redis_url = self.redis.url() if self.redis else outside["REDIS_URL"]

    def start_postgres(self) -> None:
        if self.postgres:
            self.postgres.start()
            self.postgres.make_database(DATABASE)

    def start_redis(self) -> None:
        if self.redis:
            self.redis.start()

    def start(self) -> None:
        self.start_postgres()
        self.start_redis()

    def forget(self) -> None:
        """Stop, and remove what they keep."""
        self.stop()
        shutil.rmtree(self.state)
        if self.postgres:
            shutil.rmtree(self.postgres.data, ignore_errors=True)

    def stop(self) -> None:
        for service in (self.redis, self.postgres):
            if service:
                service.stop()
