"""What a run stands on: durable servers of its own, three tenants, contacts, SOPs and the provider."""

import os
import random
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self
from uuid import UUID

from chaos import plan
from scrm.embedded.console import Trouble
from scrm.embedded.paths import VAR, make_folder, try_lock
from scrm.embedded.servers import Servers
from tests.doubles.provider import ProviderProcess

TENANTS = {"acme": 6, "globex": 3, "initech": 1}
"""Their shares of the contacts. acme's provider can be asked what it took, globex' honours keys, initech's
does neither."""
SOPS = 3
STEPS = 2
_PORTION = 60
_SLOTS = 8


class Portion(NamedTuple):
    """Contacts to be put into one SOP, by their ids and addresses."""

    tenant: str
    sop: str
    contacts: list[tuple[UUID, str]]

    def wanted(self) -> set[tuple[str, str]]:
        return {(address, subject(self.sop, step)) for _pk, address in self.contacts for step in range(STEPS)}


class Ground:
    """PostgreSQL with fsync, Redis and the provider, whose faults have these `shares` of the calls.

    `environment` is what the product's processes get.
    """

    def __init__(self, touchpoints: int, seed: int, *, shares: dict[str, float]) -> None:
        for variable in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(variable, None)
        self.touchpoints, self.seed = touchpoints, seed
        self.name, self._lock = _free_slot()
        self.servers = Servers(self.name)
        if self.servers.postgres is None or self.servers.redis is None:
            raise Trouble("A run kills its servers: it takes its own only.")
        self.postgres, self.redis = self.servers.postgres, self.servers.redis
        self.folder = make_folder(VAR / f"{self.name}-files")
        for old in self.folder.glob("*.log*"):
            old.unlink()
        ledger = self.folder / "provider.tsv"
        ledger.unlink(missing_ok=True)
        self.provider = ProviderProcess(
            ledger,
            shares=shares,
            keyed=["globex"],
            blind=["initech"],
            timeout=plan.TIMEOUT_SECONDS,
            retry_after=plan.RETRY_AFTER_SECONDS,
            seed=seed,
        )

    def __enter__(self) -> Self:
        self.servers.start()
        self.provider.__enter__()
        prefix = self.servers.database_url.rpartition("/")[0]
        self.environment = {
            **os.environ,
            **self.provider.environment,
            "DATABASE_URL": f"{prefix}/{self.name.replace('-', '_')}",
            "REDIS_URL": self.servers.redis_url,
            "EMAIL_URL": "memorymail://",
            "DEBUG": "true",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "MEDIA_ROOT": str(self.folder / "media"),
            "SCRM_INSTANCE": "chaos",
            "SCRM_TEST_STATE": str(self.servers.state),
            "SCRM_LEASE_SECONDS": str(plan.LEASE_SECONDS),
            "SCRM_SETTLE_SECONDS": str(plan.SETTLE_SECONDS),
            "SCRM_LOOK_UP_SECONDS": str(plan.LOOK_UP_SECONDS),
            "LOG_LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
        }
        os.environ.update(self.environment)
        import django

        django.setup()
        self._make_database()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.provider.__exit__(kind, error, trace)
        self.servers.stop()
        self._lock.close()

    def portions(self) -> list[Portion]:
        """All the work, in an order of chance; its contacts and SOPs are made here, nobody is in an SOP yet."""
        found = [portion for tenant in TENANTS for portion in self._portions_of(tenant)]
        random.Random(self.seed).shuffle(found)
        return found

    def _portions_of(self, name: str) -> Iterator[Portion]:
        from django_tenants.utils import tenant_context

        from tenants.models import Tenant
        from tests import factories

        count = max(1, self.touchpoints * TENANTS[name] // sum(TENANTS.values()) // (SOPS * STEPS))
        with tenant_context(Tenant.objects.get(schema_name=name)):
            addresses = [f"{name}{number}@example.invalid" for number in range(count)]
            ids = factories.make_mailable_contacts(addresses, owner=factories.make_user())
            people = list(zip(ids, addresses, strict=True))
            for number in range(SOPS):
                sop = factories.make_live_sop(*_steps(f"S{number}"), name=f"S{number}")
                for start in range(0, count, _PORTION):
                    yield Portion(name, sop.name, people[start : start + _PORTION])

    def _make_database(self) -> None:
        import redis
        from django.db import connection

        from tenants.services import create_tenant
        from tests import databases

        databases.make(databases.own_name())
        self.check_redis()
        redis.Redis.from_url(self.servers.redis_url).flushall()
        with connection.cursor() as cursor:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                cursor.execute(f"SHOW {setting}")
                if cursor.fetchone()[0] != "on":
                    raise Trouble(f"PostgreSQL runs without {setting}: what it acknowledges could be lost.")
        create_tenant(schema_name="initech", domain="initech.localhost", name="Initech", language="en")

    def check_redis(self) -> None:
        """Nothing is flushed but our own: the Redis that answers keeps its files in our folder."""
        import redis

        client = redis.Redis.from_url(self.servers.redis_url)
        found = Path(str(client.config_get("dir")["dir"]))
        client.close()
        if found.resolve() != self.redis.data.resolve():
            raise Trouble(f"The Redis that answers is another one, of {found}: nothing is flushed.")


def subject(sop: str, step: int) -> str:
    return f"{sop} step {step}"


def _steps(sop: str) -> list[dict[str, object]]:
    from tests import factories

    offsets: list[dict[str, object]] = [{"kind": "immediately"}, {"kind": "minutes", "n": 1}]
    return [
        factories.step("email", offset, name=f"Step {number}", subject=subject(sop, number))
        for number, offset in enumerate(offsets)
    ]


def _free_slot() -> tuple[str, IO[str]]:
    for number in range(_SLOTS):
        if lock := try_lock(VAR / f"chaos-{number}.lock"):
            return f"chaos-{number}", lock
    raise Trouble(f"{_SLOTS} runs are under way already: wait for one to end.")
