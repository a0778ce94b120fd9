"""People at their dashboards, each on their own business's host."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import schema_context, tenant_context

from accounts.enums import Role
from accounts.services import create_department
from tenants.models import Tenant
from tests.factories import make_user


class Desk:
    """A browser that is logged in; the test stays in the tenant that it was in."""

    def __init__(self, tenant: Tenant, user):
        self.user = user
        self.headers = {"HTTP_HOST": f"{tenant.schema_name}.localhost", "HTTP_ACCEPT_LANGUAGE": "en"}
        self.client = Client()
        with tenant_context(tenant):
            self.client.force_login(user)

    def get(self, path: str, data: dict | None = None, **headers: str):
        return self._back(lambda: self.client.get(path, data, **self.headers, **headers))

    def post(self, path: str, data: dict | None = None, **headers: str):
        return self._back(lambda: self.client.post(path, data or {}, **self.headers, **headers))

    def count_queries(self, path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert self.get(path).status_code == 200
            return len(seen.captured_queries)

    def _back(self, call: Callable):
        before = connection.tenant
        try:
            return call()
        finally:
            connection.set_tenant(before)


@pytest.fixture
def north(acme):
    return create_department(name="North")


@pytest.fixture
def ada(acme, north):
    """Manager: sees what her department owns."""
    return Desk(acme, make_user("ada", Role.MANAGER, department=north))


@pytest.fixture
def ben(acme, north):
    """Representative in Ada's department."""
    return make_user("ben", Role.REP, department=north)


@pytest.fixture
def zoe(acme):
    """Representative elsewhere: nothing of hers is Ada's business."""
    return make_user("zoe", Role.REP, department=create_department(name="South"))


@pytest.fixture
def ops(acme):
    """Plans everything and sees everything."""
    return Desk(acme, make_user("olga", Role.OPS))


@pytest.fixture
def cai(acme):
    """Plans for another business."""
    with schema_context("public"):
        globex = Tenant.objects.get(schema_name="globex")
    with tenant_context(globex):
        user = make_user("cai", Role.OPS)
    return Desk(globex, user)
