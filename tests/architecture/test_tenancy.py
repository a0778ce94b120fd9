"""No tenant, no data: an app is public or per tenant, and a tenant's tables are nowhere else."""

import socket

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

CAPTURE = ("touchpoint_once", "touchpoint_sent_has_a_time", "identity_once", "idempotency_once", "enrollment_once")


def tables_of(app_names) -> set[str]:
    configs = [apps.get_app_config(name.rpartition(".")[2]) for name in app_names]
    return {model._meta.db_table for config in configs for model in config.get_models(include_auto_created=True)}


def tables_in(schema: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
        return {row[0] for row in cursor.fetchall()}


def shared_apps(public, tenant, people) -> set[str]:
    """Apps on both sides that nobody declared to be."""
    return set(public) & set(tenant) - set(people)


def test_app_is_public_or_per_tenant():
    assert shared_apps(settings.SHARED_APPS, settings.TENANT_APPS, settings.PEOPLE_APPS) == set()
    assert set(settings.ROOM_APPS).isdisjoint(settings.PUBLIC_APPS)
    assert set(settings.INSTALLED_APPS) == {*settings.SHARED_APPS, *settings.TENANT_APPS}


def test_app_on_both_sides_is_found():
    assert shared_apps(["tenants", "leads"], ["accounts", "leads"], ["accounts"]) == {"leads"}


def test_tables_of_tenants_do_not_exist_in_public(acme):
    rooms = tables_of(settings.ROOM_APPS)

    assert len(rooms) > 30
    assert tables_in("public").isdisjoint(rooms)
    assert rooms <= tables_in("acme")


def test_tables_of_the_platform_do_not_exist_in_a_tenant(acme):
    platform = tables_of(["tenants", "scheduler"])

    assert tables_in("acme").isdisjoint(platform)
    assert platform <= tables_in("public")


def test_clone_has_its_template_s_constraints_by_name(acme):
    """Migrations remove constraints by name, in every tenant."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT connamespace::regnamespace::text, conname FROM pg_constraint "
            "WHERE connamespace::regnamespace::text IN ('tpl_blank', 'acme', 'globex') AND contype <> 'n'"
        )
        names: dict[str, set[str]] = {}
        for schema, name in cursor.fetchall():
            names.setdefault(schema, set()).add(name)

    assert set(CAPTURE) <= names["tpl_blank"]
    assert names["acme"] == names["globex"] == names["tpl_blank"]


def test_tests_have_no_network():
    with pytest.raises(OSError, match="no network"), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))
