"""The tests' own ground: databases that forget, databases that keep, the real processes, no network."""

import socket
import threading

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from accounts.models import Department
from scrm.embedded import health, processes
from tenants.models import Tenant
from tests.live import eventually


def test_tenant_fixture_enters_its_schema(acme):
    assert connection.schema_name == "acme"


@pytest.mark.parametrize("turn", [1, 2])
def test_change_in_one_test_is_gone_in_the_next(acme, turn):
    assert Department.objects.filter(name="Changed").count() == 0

    Department.objects.create(name="Changed")


def test_own_database_shows_a_commit_to_another_thread(own_database):
    seen: list[str] = []
    Tenant.objects.filter(schema_name="acme").update(name="Committed")

    def look() -> None:
        seen.append(Tenant.objects.get(schema_name="acme").name)
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert seen == ["Committed"]


def test_live_stack_answers_ticks_and_works(live):
    def report():
        said = health.report(live.port, live.instance)
        return said if said.get("worker_ran_at") and said.get("beat_ticked_at") else None

    assert eventually(report)["tenants"] >= 2


def test_live_stack_knows_its_tenants_by_host(live):
    assert processes.get(live.port, "acme.localhost", "/")[0] in (200, 302)
    assert processes.get(live.port, "stranger.localhost", "/")[0] == 404


def test_live_stack_shares_the_tests_database(live):
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        assert connection.settings_dict["NAME"] == live.database


def test_network_is_out_of_reach():
    with socket.socket() as client, pytest.raises(OSError, match="no network"):
        client.connect(("192.0.2.1", 80))
