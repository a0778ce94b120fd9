"""The platform's admin on the bare host: tenants are opened, suspended and resumed there."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django_tenants.utils import schema_context, schema_exists, tenant_context

from accounts.enums import Role
from accounts.models import AuditEntry, User
from scheduler.models import WakeUp
from tenants.enums import DomainStatus, TenantStatus
from tenants.models import Domain, Tenant
from tests.factories import make_user

PUBLIC = "scrm.urls_public"
FORM = {
    "schema_name": "initech",
    "name": "Initech",
    "domain": "initech.localhost",
    "template": "tpl_blank",
    "zone": "Asia/Shanghai",
    "language": "en",
    "region": "cn",
    "currency": "cny",
    "username": "pat",
    "email": "",
    "password": "correct-horse-9",
}


def at(name: str, *args) -> str:
    return reverse(f"admin:{name}", args=args, urlconf=PUBLIC)


@pytest.fixture
def operator(db) -> User:
    connection.set_schema_to_public()
    return make_user("olga", Role.PRINCIPAL, is_staff=True)


@pytest.fixture
def desk(operator) -> Client:
    client = Client(HTTP_HOST="localhost", HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(operator)
    yield client
    connection.set_schema_to_public()


def test_operators_of_the_platform_enter(desk):
    assert desk.get("/admin/").status_code == 200


def test_principal_of_a_business_does_not_enter(acme):
    pat = make_user("pat", Role.PRINCIPAL, is_staff=True)
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(pat)
    assert client.get("/admin/").status_code == 200

    client.defaults["HTTP_HOST"] = "localhost"

    assert "/accounts/login/" in client.get("/admin/", follow=True).redirect_chain[-1][0]


@pytest.mark.parametrize(
    "name",
    ["tenants_tenant", "tenants_domain", "accounts_user", "accounts_auditentry", "scheduler_wakeup", "scheduler_pulse"],
)
def test_every_list_opens(desk, name):
    assert desk.get(at(f"{name}_changelist"), {"q": "x"}).status_code == 200


def test_rooms_are_not_here(desk):
    assert desk.get("/admin/leads/lead/").status_code == 404


def test_tenant_is_opened_with_its_host_and_principal(desk, operator):
    answer = desk.post(at("tenants_tenant_add"), FORM)

    assert answer.status_code == 302, answer.content.decode()
    tenant = Tenant.objects.get(schema_name="initech")
    assert (tenant.region, tenant.currency) == ("CN", "CNY")
    assert Domain.objects.get(tenant=tenant).domain == "initech.localhost"
    assert WakeUp.objects.filter(tenant=tenant).exists()
    assert AuditEntry.objects.get(action="tenant.added").actor == operator
    with tenant_context(tenant):
        principal = User.objects.get()
        assert (principal.role, principal.is_staff, principal.check_password(FORM["password"])) == (
            Role.PRINCIPAL,
            True,
            True,
        )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("schema_name", "acme"),
        ("schema_name", "Not A Name"),
        ("schema_name", "public"),
        ("domain", "acme.localhost"),
        ("template", "acme"),
        ("zone", "Mars/Olympus"),
        ("password", "short"),
    ],
)
def test_tenant_that_cannot_be_is_refused_whole(desk, field, value):
    answer = desk.post(at("tenants_tenant_add"), {**FORM, field: value})

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not Tenant.objects.filter(name="Initech").exists()
    assert not schema_exists("initech")


def step(desk, tenant, action: str, **fields):
    connection.set_schema_to_public()
    chosen = {"_selected_action": [str(tenant.pk)], "action": action}
    answer = desk.post(at(f"tenants_{tenant._meta.model_name}_changelist"), {**chosen, **fields})
    connection.set_schema_to_public()
    tenant.refresh_from_db()
    return answer


def test_tenant_is_suspended_and_resumed_once_it_is_confirmed(desk, operator):
    acme = Tenant.objects.get(schema_name="acme")
    visitor = Client(HTTP_HOST="acme.localhost")

    asked = step(desk, acme, "suspend")
    assert "Their hosts answer nothing" in asked.content.decode()
    assert acme.status == TenantStatus.ACTIVE
    step(desk, acme, "suspend", confirmed="yes")
    assert acme.status == TenantStatus.SUSPENDED
    assert visitor.get("/accounts/login/").status_code == 404

    step(desk, acme, "resume", confirmed="yes")
    assert visitor.get("/accounts/login/").status_code == 200
    step(desk, acme, "pause", confirmed="yes")
    assert visitor.get("/accounts/login/").status_code == 200
    with schema_context("public"):
        entries = list(AuditEntry.objects.order_by("pk").values_list("action", "actor"))
    assert entries == [(f"tenant.{verb}", operator.pk) for verb in ("suspended", "resumed", "paused")]


def test_tenant_is_deleted_by_who_types_its_name_and_can_be_kept(desk):
    acme = Tenant.objects.get(schema_name="acme")

    wrong = step(desk, acme, "leave", confirmed="yes", typed="globex")
    assert "nothing was done" in wrong.content.decode()
    assert acme.status == TenantStatus.ACTIVE
    step(desk, acme, "leave", confirmed="yes", typed="acme")
    assert (acme.status, schema_exists("acme")) == (TenantStatus.LEAVING, True)

    step(desk, acme, "resume", confirmed="yes")
    assert acme.status == TenantStatus.LEAVING
    step(desk, acme, "keep", confirmed="yes")
    assert (acme.status, acme.leaves_at) == (TenantStatus.PAUSED, None)


def test_host_is_added_chosen_and_given_up(desk):
    acme = Tenant.objects.get(schema_name="acme")
    desk.post(at("tenants_domain_add"), {"tenant": acme.pk, "domain": "Shop.Example.com."})
    connection.set_schema_to_public()
    host = Domain.objects.get(domain="shop.example.com")
    assert host.status == DomainStatus.VERIFIED
    assert "Record that proves it" in desk.get(at("tenants_domain_change", host.pk)).content.decode()

    step(desk, host, "choose", confirmed="yes")
    assert host.is_primary
    first = Domain.objects.get(domain="acme.localhost")
    desk.post(
        at("tenants_domain_changelist"), {"_selected_action": [first.pk], "action": "release", "confirmed": "yes"}
    )

    connection.set_schema_to_public()
    assert not Domain.objects.filter(domain="acme.localhost").exists()
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["domain.added", "domain.chosen", "domain.released"]


@pytest.mark.parametrize("host", ["globex.localhost", "nonsense", "localhost"])
def test_host_that_is_taken_or_none_is_not_added(desk, host):
    acme = Tenant.objects.get(schema_name="acme")

    answer = desk.post(at("tenants_domain_add"), {"tenant": acme.pk, "domain": host})

    assert "errorlist" in answer.content.decode()
    connection.set_schema_to_public()
    assert Domain.objects.count() == 2


def test_tenant_is_not_deleted_here(desk):
    acme = Tenant.objects.get(schema_name="acme")

    assert desk.post(at("tenants_tenant_delete", acme.pk), {"post": "yes"}).status_code == 403
    assert schema_exists("acme")


def test_wake_ups_and_pulses_are_to_look_at(desk):
    assert desk.get(at("scheduler_wakeup_add")).status_code == 403
    assert desk.get(at("scheduler_pulse_add")).status_code == 403
