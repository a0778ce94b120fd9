"""People at the dashboard of acme: Ada manages the North, Ben works there, Olga plans for all; Cai is elsewhere."""

import pytest
from django.db import connection
from django.test import Client
from django_tenants.utils import schema_context, tenant_context

from accounts.enums import Role
from accounts.services import create_department
from scrm.flows.starter import lay_out_tenant
from tenants.models import Tenant
from tests.factories import make_user


class Desk:
    """A browser of one person, which leaves the test in the tenant that it was in."""

    def __init__(self, tenant: Tenant, user=None) -> None:
        self.user = user
        self.client = Client(headers={"accept-language": "en", "host": f"{tenant.schema_name}.localhost"})
        if user is not None:
            with tenant_context(tenant):
                self.client.force_login(user)

    def get(self, path: str, *, htmx: bool = False, **query):
        return self._back(lambda: self.client.get(path, query, headers=_htmx(htmx)))

    def post(self, path: str, data: dict | None = None, *, htmx: bool = False):
        return self._back(lambda: self.client.post(path, data or {}, headers=_htmx(htmx)))

    def _back(self, call):
        before = connection.tenant
        try:
            return call()
        finally:
            connection.set_tenant(before)


def _htmx(wanted: bool) -> dict[str, str]:
    return {"HX-Request": "true"} if wanted else {}


@pytest.fixture
def tenant(acme) -> Tenant:
    lay_out_tenant()
    return acme


@pytest.fixture
def ada(tenant):
    return make_user("ada", Role.MANAGER, department=create_department(name="North"))


@pytest.fixture
def ben(ada):
    return make_user("ben", Role.REP, department=ada.department, takes_leads=True)


@pytest.fixture
def olga(tenant):
    return make_user("olga", Role.OPS)


@pytest.fixture
def desk(tenant, olga) -> Desk:
    return Desk(tenant, olga)


@pytest.fixture
def adas_desk(tenant, ada) -> Desk:
    return Desk(tenant, ada)


@pytest.fixture
def cais_desk(tenant) -> Desk:
    with schema_context("public"):
        globex = Tenant.objects.get(schema_name="globex")
    with tenant_context(globex):
        cai = make_user("cai", Role.OPS)
    return Desk(globex, cai)
