"""Fixtures for every test: the database, the tenants acme and globex, and no network."""

import os
import socket
from collections.abc import Iterator

import hypothesis
import pytest
import redis
from django.conf import settings
from django.core.files.storage import default_storage
from django.test.signals import setting_changed
from django.utils import translation
from django_tenants.utils import schema_context, tenant_context

from tests import databases, order
from tests.live import Live

LIVE = pytest.StashKey[Live]()

hypothesis.settings.register_profile("quick", max_examples=50, deadline=None, derandomize=True)
hypothesis.settings.register_profile("deep", max_examples=5000, deadline=None)
hypothesis.settings.load_profile("deep" if os.environ.get("SCRM_DEEP") else "quick")


def _read_media_root_again(*, setting: str, **_given: object) -> None:
    """The tenants' storage keeps the first root that it read, be it that of one test's folder."""
    if setting == "MEDIA_ROOT":
        getattr(default_storage._wrapped, "__dict__", {}).pop("relative_media_root", None)


setting_changed.connect(_read_media_root_again)


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """A copy of the template under this process's own name, instead of migrating."""
    databases.make(databases.own_name())


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Only sockets of this machine: a test that needs the internet is a wrong test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _local_only(getattr(socket.socket, name)))
        yield


def _local_only(original):
    def connect(self, address):
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"Tests have no network, but something asked for {address[0]}.")
        return original(self, address)

    return connect


@pytest.fixture(autouse=True)
def empty_redis() -> None:
    redis.Redis.from_url(settings.REDIS_URL).flushdb()


@pytest.fixture(autouse=True)
def begin_in_public() -> None:
    """As a process does: wherever the last test left the connection."""
    from scrm.core.tenancy import leave_tenant

    leave_tenant()


@pytest.fixture(autouse=True)
def begin_in_the_language_of_the_settings() -> None:
    """As a thread does: a page that the last test asked for may have chosen another."""
    translation.deactivate()


@pytest.fixture
def acme(db):
    """Inside Ada's and Ben's tenant; with `globex` too, enter the one you mean by tenant_context."""
    yield from _inside("acme")


@pytest.fixture
def globex(db):
    """Inside Cai's tenant."""
    yield from _inside("globex")


def _inside(schema: str):
    from tenants.models import Tenant

    with schema_context("public"):
        tenant = Tenant.objects.get(schema_name=schema)
    with tenant_context(tenant):
        yield tenant


@pytest.fixture
def own_database(request, django_db_blocker) -> Iterator[str]:
    """The URL of a copy in which commits last until the test ends; threads and processes of the test may use it."""
    _not_with_db(request)
    with databases.copy("own") as name, databases.connected_to(name), django_db_blocker.unblock():
        yield databases.url(name)


@pytest.fixture(scope="session")
def live_processes() -> Iterator[Live]:
    with Live(databases.url(f"{databases.own_name()}_live")) as stack:
        yield stack


@pytest.fixture(scope="module")
def live_stack(request, live_processes: Live) -> Live:
    """Real web server, worker, beat and SMTP server on a fresh copy that the whole module shares."""
    if not order.is_live(request.node.nodeid):
        raise pytest.UsageError("Name this module in LIVE of tests/order.py: one stack serves all that need it.")
    request.config.stash[LIVE] = live_processes
    live_processes.begin_module()
    return live_processes


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """The live stack ends with the last module in a row that needs it."""
    try:
        return (yield)
    finally:
        if nextitem is not None and not order.is_live(nextitem.nodeid) and LIVE in item.config.stash:
            item.config.stash[LIVE].rest()


@pytest.fixture
def live(request, live_stack: Live, django_db_blocker) -> Iterator[Live]:
    """The module's live stack, with this test's own ORM looking at the same database (and committing)."""
    _not_with_db(request)
    with databases.connected_to(live_stack.database), django_db_blocker.unblock():
        yield live_stack


def _not_with_db(request) -> None:
    if "db" in request.fixturenames:
        raise pytest.UsageError("A test takes `own_database` or `live`, or else `db` (`acme`, `globex`): not both.")
