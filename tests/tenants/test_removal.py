"""A tenant that is deleted leaves nothing behind, in steps that can be taken again."""

from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django_tenants.utils import schema_exists, tenant_context

from accounts.models import AuditEntry, User
from scheduler.models import WakeUp
from scheduler.queries import try_drain_lock
from scrm.core import clock, failpoints
from scrm.core.rates import spend
from scrm.flows import removal
from scrm.flows.removal import tenant_removed, tenants_removed
from scrm.flows.standing import tenant_leaves, tenant_stays
from scrm.worker.tasks import drain, rebuild
from tenants.domains import QUARANTINE, vouch_domain
from tenants.enums import TenantStatus
from tenants.files import media_folder
from tenants.models import Domain, Tenant
from tests.factories import make_user

SECOND = timedelta(seconds=1)
POINTS = ("removal.begun", "removal.batch_dropped", "removal.schema_dropped")


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def disarmed():
    yield
    failpoints.arm("")


@pytest.fixture
def leaving(db) -> Tenant:
    """Acme with a file and keys in Redis; its time is over."""
    connection.set_schema_to_public()
    tenant = Tenant.objects.get(schema_name="acme")
    folder = media_folder("acme") / "jobs"
    folder.mkdir(parents=True)
    (folder / "leads.csv").write_text("name")
    with tenant_context(tenant):
        cache.set("colour", "red")
        spend("forms", limit=3, seconds=60)
    tenant_leaves(tenant, now=clock.now(), grace=-SECOND)
    return tenant


def left_of(schema: str) -> dict[str, object]:
    connection.set_schema_to_public()
    keys = redis.Redis.from_url(settings.REDIS_URL).keys(f"{schema}:*")
    return {
        "schema": schema_exists(schema),
        "tenant": Tenant.objects.filter(schema_name=schema).exists(),
        "domains": Domain.objects.filter(tenant__schema_name=schema).count(),
        "wake_up": WakeUp.objects.filter(tenant__schema_name=schema).count(),
        "files": media_folder(schema).exists(),
        "keys": keys,
    }


NOTHING = {"schema": False, "tenant": False, "domains": 0, "wake_up": 0, "files": False, "keys": []}


def test_nothing_is_left_of_a_removed_tenant(leaving):
    tenant_removed(leaving, now=clock.now())

    assert left_of("acme") == NOTHING
    assert left_of("globex")["schema"] is True
    entry = AuditEntry.objects.get(action="tenant.removed")
    assert entry.details == {"tenant": "acme", "uuid": str(leaving.uuid)}


def test_tenant_is_not_removed_before_its_time(db):
    connection.set_schema_to_public()
    acme = Tenant.objects.get(schema_name="acme")
    with pytest.raises(ValidationError):
        tenant_removed(acme, now=clock.now())
    leaves_at = tenant_leaves(acme, now=clock.now())
    with pytest.raises(ValidationError):
        tenant_removed(acme, now=leaves_at - SECOND)

    tenants_removed(now=leaves_at - SECOND)

    assert schema_exists("acme")


def test_host_of_a_removed_tenant_rests_for_90_days(leaving):
    globex = Tenant.objects.get(schema_name="globex")
    now = clock.now()
    tenant_removed(leaving, now=now)

    with pytest.raises(ValidationError):
        vouch_domain(tenant=globex, domain="acme.localhost", now=now + QUARANTINE - SECOND)
    assert Client(HTTP_HOST="acme.localhost").get("/").status_code == 404
    connection.set_schema_to_public()
    vouch_domain(tenant=globex, domain="acme.localhost", now=now + QUARANTINE + SECOND)


def test_queued_tasks_of_a_removed_tenant_are_refused(own_database):
    make_user("olga")
    acme = Tenant.objects.get(schema_name="acme")
    tenant_leaves(acme, now=clock.now(), grace=-SECOND)
    tenant_removed(acme, now=clock.now())

    assert drain("acme") is None
    assert rebuild("acme") is None

    connection.set_schema_to_public()
    assert User.objects.get().username == "olga"
    assert not WakeUp.objects.filter(tenant__schema_name="acme").exists()


@pytest.mark.parametrize("point", POINTS)
def test_removal_that_broke_off_goes_on(leaving, disarmed, point):
    failpoints.arm(f"{point}=raise")
    with pytest.raises(failpoints.Failed):
        tenant_removed(leaving, now=clock.now())
    assert Tenant.objects.get(schema_name="acme").status == TenantStatus.REMOVING
    assert Client(HTTP_HOST="acme.localhost").get("/").status_code == 404
    connection.set_schema_to_public()

    with pytest.raises(ValidationError):
        tenant_stays(leaving, now=clock.now())
    tenants_removed(now=clock.now())

    assert left_of("acme") == NOTHING


def test_tables_go_a_few_at_a_time(leaving):
    """Each table costs a lock per index, constraint and partner; the lock table is one for all tenants."""
    most = 0

    def watch(execute, sql, params, many, context):
        nonlocal most
        result = execute(sql, params, many, context)
        if sql.startswith("DROP TABLE"):
            most = max(most, sql.count('"."'))
        return result

    with connection.execute_wrapper(watch):
        tenant_removed(leaving, now=clock.now())

    assert 0 < most <= 5


def test_removal_waits_for_a_drain_that_is_under_way(own_database, monkeypatch):
    monkeypatch.setattr(removal, "_DRAIN_SECONDS", 1)
    tenant = Tenant.objects.get(schema_name="acme")
    tenant_leaves(tenant, now=clock.now(), grace=-SECOND)
    drainer = connection.copy()
    try:
        with drainer.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [712_000, tenant.pk])
        with pytest.raises(OperationalError, match="lock timeout"):
            tenant_removed(tenant, now=clock.now())
        assert schema_exists("acme")
    finally:
        drainer.close()

    tenants_removed(now=clock.now())

    assert left_of("acme") == NOTHING
    assert try_drain_lock(tenant.pk, 1) == 0


def test_two_do_not_remove_one_tenant_at_once(own_database):
    tenant = Tenant.objects.get(schema_name="acme")
    tenant_leaves(tenant, now=clock.now(), grace=-SECOND)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7120003, %s)", [tenant.pk])
        with pytest.raises(ValidationError):
            tenant_removed(tenant, now=clock.now())
    finally:
        other.close()
    assert schema_exists("acme")


def test_command_removes_after_a_lease_and_only_whom_was_meant(db, capsys):
    connection.set_schema_to_public()
    acme = Tenant.objects.get(schema_name="acme")
    with pytest.raises(CommandError, match="another name"):
        call_command("delete_tenant", "acme", "--now", "--confirm", "globex")
    acme.refresh_from_db()
    assert acme.status == TenantStatus.ACTIVE

    call_command("delete_tenant", "acme", "--now", "--confirm", "acme")
    assert "A worker removes it from" in capsys.readouterr().out
    assert schema_exists("acme")
    tenant_leaves(acme, now=clock.now(), grace=-SECOND)
    call_command("delete_tenant", "acme", "--now", "--confirm", "acme")

    assert "acme is gone." in capsys.readouterr().out
    assert left_of("acme") == NOTHING
