"""Callers of the API: systems with a key, people with a session, each on their own business's host."""

from typing import Any

import pytest
from django.test import Client
from django_tenants.utils import schema_context, tenant_context

from accounts.enums import Role
from exchange.enums import ApiScope
from exchange.keys import create_api_key
from scrm.core import clock
from tenants.models import Tenant
from tests.factories import make_user


class Caller:
    """Speaks JSON to one host, and leaves the test in the tenant that it was in."""

    def __init__(self, tenant: Tenant, *, token: str = "", user: Any = None) -> None:
        self.tenant = tenant
        self.token = token
        self.client = Client(raise_request_exception=True)
        self.headers = {"HTTP_HOST": f"{tenant.schema_name}.localhost", "HTTP_ACCEPT_LANGUAGE": "en"}
        if token:
            self.headers["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        if user:
            with tenant_context(tenant):
                self.client.force_login(user)

    def get(self, path: str, **params: Any):
        return self._back(lambda: self.client.get(f"/api/v1/{path}", params, **self.headers))

    def patch(self, path: str, body: Any, **headers: str):
        return self._back(
            lambda: self.client.patch(
                f"/api/v1/{path}", body, content_type="application/json", **self.headers, **headers
            )
        )

    def post(self, path: str, body: Any, **headers: str):
        return self._back(
            lambda: self.client.post(
                f"/api/v1/{path}", body, content_type="application/json", **self.headers, **headers
            )
        )

    def put(self, path: str, body: Any):
        return self._back(
            lambda: self.client.put(f"/api/v1/{path}", body, content_type="application/json", **self.headers)
        )

    def delete(self, path: str):
        return self._back(lambda: self.client.delete(f"/api/v1/{path}", **self.headers))

    def _back(self, call):
        from django.db import connection

        before = connection.tenant
        try:
            return call()
        finally:
            connection.set_tenant(before)


def make_caller(tenant: Tenant, *scopes: str) -> Caller:
    with tenant_context(tenant):
        made = create_api_key(name="Shop", scopes=scopes or ApiScope.values, now=clock.now())
    return Caller(tenant, token=made.token)


@pytest.fixture
def system(acme) -> Caller:
    """Another system with a key for everything."""
    return make_caller(acme)


@pytest.fixture
def ada(acme):
    """Manager of the department that Ben is in."""
    from accounts.services import create_department

    return make_user("ada", Role.MANAGER, department=create_department(name="North"))


@pytest.fixture
def ben(acme, ada):
    return make_user("ben", Role.REP, department=ada.department)


@pytest.fixture
def other_tenant(acme) -> Tenant:
    with schema_context("public"):
        return Tenant.objects.get(schema_name="globex")


@pytest.fixture
def cai(other_tenant) -> Caller:
    """Representative of another business, by the key of that business."""
    return make_caller(other_tenant)
