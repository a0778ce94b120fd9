"""F1, F2. A task runs in its active tenant or not at all, and leaves nothing of it behind."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from itertools import count

import pytest
from celery import Celery
from django.db import DatabaseError, connection, transaction
from django_tenants.utils import schema_context, tenant_context

from scheduler.selectors import is_runnable
from scrm.celery import app
from scrm.core.postgres import roles
from scrm.core.tenancy import leave_tenant, schema_name
from scrm.worker import base
from scrm.worker.base import PlatformTask, TenantTask, WrongTenant
from tenants.models import Tenant
from tests.tenancy.conftest import in_database
from tests.tenancy.pitfalls import PITFALLS

for module in app.conf.imports:
    import_module(module)
TASKS = {name: task for name, task in sorted(app.tasks.items()) if not name.startswith("celery.")}
OF_TENANTS = {name: task for name, task in TASKS.items() if isinstance(task, TenantTask)}
OF_PLATFORM = {name: task for name, task in TASKS.items() if isinstance(task, PlatformTask)}

FOREIGN = {"_schema_name": "globex", "schema_name": "globex", "tenant": "globex", "_old_schema": "globex"}
REFUSED: dict[str, tuple[tuple[object, ...], dict[str, object]]] = {
    "missing": ((), {}),
    "null": ((None,), {}),
    "null by name": ((), {"schema_name": None}),
    "empty": (("",), {}),
    "number": ((1,), {}),
    "list": ((["globex"],), {}),
    "unknown": (("nobody",), {}),
    "deleted": (("deleted",), {}),
    "suspended": (("resting",), {}),
    "template": (("tpl_blank",), {}),
    "public": (("public",), {}),
    "spelling": (("GLOBEX",), {}),
    "two names": (("globex, public",), {}),
    "statement": (('globex"; SET ROLE NONE; --',), {}),
}


@pytest.fixture(autouse=True)
def one_connection(monkeypatch) -> None:
    """The test's transaction is in it, which a task would take for a connection left in disorder."""
    monkeypatch.setattr(base, "close_old_connections", lambda: None)


@pytest.fixture
def resting(db) -> None:
    leave_tenant()
    Tenant.objects.filter(schema_name="acme").update(schema_name="resting", status="suspended")


def executions(task, arguments, monkeypatch) -> list[str]:
    """Schemas in which the task's own code ran."""
    seen: list[str] = []
    monkeypatch.setattr(task, "run", lambda *args, **kwargs: seen.append(in_database()[0]))
    args, kwargs = arguments
    for headers in ({}, FOREIGN):
        assert task.apply(args=args, kwargs=kwargs, headers=headers).successful()
    return seen


def test_every_task_is_one_of_a_tenant_or_of_the_platform():
    assert TASKS
    assert {*OF_TENANTS, *OF_PLATFORM} == {*TASKS}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("name", OF_TENANTS)
def test_task_without_an_active_tenant_does_not_run(resting, monkeypatch, name, case):
    assert executions(OF_TENANTS[name], REFUSED[case], monkeypatch) == []
    assert schema_name() == "public"


@pytest.mark.parametrize("name", OF_TENANTS)
def test_task_that_runs_anyway_would_be_noticed(resting, monkeypatch, name):
    with PITFALLS["F1"]():
        assert executions(OF_TENANTS[name], REFUSED["deleted"], monkeypatch) == ["public"] * 2


@pytest.mark.parametrize("name", OF_TENANTS)
def test_header_of_another_tenant_changes_nothing(db, monkeypatch, name):
    assert executions(OF_TENANTS[name], (("acme",), {}), monkeypatch) == ["acme"] * 2


@pytest.mark.parametrize("name", OF_PLATFORM)
def test_task_of_the_platform_runs_in_public_wherever_the_connection_was(db, monkeypatch, name):
    leave_tenant()
    connection.set_tenant(Tenant.objects.get(schema_name="acme"))

    assert executions(OF_PLATFORM[name], ((), {}), monkeypatch) == ["public"] * 2


def test_task_that_breaks_leaves_its_tenant(db, monkeypatch):
    task = next(iter(OF_TENANTS.values()))

    def breaks(schema_name: str) -> None:
        assert in_database()[0] == schema_name
        with schema_context("globex"):
            connection.set_schema("globex")
            raise RuntimeError("broken")

    monkeypatch.setattr(task, "run", breaks)

    assert task.apply(args=("acme",)).failed()
    assert in_database()[0] == "public"


def test_task_that_finds_itself_elsewhere_refuses(db, monkeypatch):
    task = next(iter(OF_TENANTS.values()))
    monkeypatch.setattr(base, "schema_name", lambda: "globex")

    assert isinstance(task.apply(args=("acme",)).result, WrongTenant)


def test_tasks_in_threads_never_mix_tenants(own_database):
    """Nothing of a tenant is kept on the task itself, which all threads share."""
    amount = 100_000 if os.environ.get("SCRM_DEEP") else 600
    roles_of = {tenant.schema_name: roles.role_name(tenant.uuid) for tenant in Tenant.objects.all()}
    numbers = count()

    @Celery("apart", set_as_current=False).task(base=TenantTask, name="look")
    def look(schema_name: str) -> bool:
        inside = in_database()
        with schema_context("public"):
            outside = in_database()
        again = in_database()
        if next(numbers) % 7 == 0:
            raise ValueError("some break")
        return inside == again == (schema_name, roles_of[schema_name]) and outside[0] == "public"

    def work(names: list[str]) -> int:
        mixed = 0
        try:
            for name in names:
                with suppress(ValueError):
                    mixed += not look(name)
                mixed += in_database()[0] != "public"
        finally:
            connection.close()
        return mixed

    names = ["acme", "globex", "globex", "acme", "acme"] * (amount // 20)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, [names] * 4)) == 0
    assert next(numbers) >= amount - 20


def test_tenant_deleted_between_look_up_and_entry_is_an_error(db):
    """Its role is gone: nothing runs in the schema that the connection was in before."""
    leave_tenant()
    tenant = is_runnable("globex")
    gone = Tenant(schema_name=tenant.schema_name, name="Gone")

    with pytest.raises(DatabaseError, match="does not exist"), transaction.atomic(), tenant_context(gone):
        in_database()
