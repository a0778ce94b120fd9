"""Durable servers of a benchmark's own, emptied first, with the product's real worker and beat."""

import os
from types import TracebackType
from typing import Self

from scrm.embedded import django, environment
from scrm.embedded.processes import Beat, Process, Worker
from scrm.embedded.servers import Servers


class Stack:
    """PostgreSQL with fsync, Redis, and on demand worker and beat; settings come as keywords."""

    def __init__(self, name: str, **settings: str) -> None:
        for variable in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(variable, None)
        self.servers = Servers(name)
        self.folder = self.servers.state.parent / f"{name}-files"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.env = environment.laptop(self.servers.database_url, self.servers.redis_url, port=0) | settings
        self.processes: list[Process] = []

    def __enter__(self) -> Self:
        self.servers.start()
        self._empty()
        self.manage("migrate_schemas", "--shared", "-v0")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_processes()
        self.servers.stop()

    def manage(self, *arguments: str) -> str:
        """What a manage.py command printed."""
        return django.run(list(arguments), self.env, log=self.folder / f"{arguments[0]}.log")

    def start_worker(self) -> None:
        self.processes = [Worker(self.env, self.folder), Beat(self.env, self.folder)]
        for process in self.processes:
            process.spawn()

    def stop_processes(self) -> None:
        """Worker and beat, so that what is measured next has the machine to itself."""
        while self.processes:
            self.processes.pop().stop()

    def enter_django(self) -> None:
        """Make this process part of the product, on the stack's database."""
        import django as framework

        os.environ |= self.env
        framework.setup()

    def _empty(self) -> None:
        import psycopg2
        import redis

        folder, _, name = self.servers.database_url.partition("@/")[2].rpartition("/")
        connection = psycopg2.connect(host=folder, user="scrm", dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}"')
        connection.close()
        redis.Redis.from_url(self.servers.redis_url).flushall()
