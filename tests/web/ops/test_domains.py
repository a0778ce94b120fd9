"""The hosts of the business in its settings: for who rules it, with the record to set, and nobody else's."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry
from scrm.core import clock
from scrm.core.tenancy import on_platform
from tenants.domains import claim_domain
from tenants.enums import DomainProblem, DomainStatus
from tenants.hosts import proof_name, proof_text
from tenants.models import Domain, Tenant
from tests.doubles import name_server
from tests.factories import make_user
from tests.web.ops.conftest import Desk

HOST = "shop.example.com"
PAGE = "/settings/domains/"


@pytest.fixture
def names(settings):
    with name_server.running() as server:
        settings.SCRM_NAME_SERVERS = [server.address]
        yield server


@pytest.fixture
def desk(tenant) -> Desk:
    return Desk(tenant, make_user("pat", Role.PRINCIPAL))


def act(name: str, claim: Domain) -> str:
    return reverse(f"ops:settings_domain_{name}", args=[claim.pk])


def test_host_is_claimed_proved_chosen_and_given_up(desk, names):
    assert desk.post(PAGE, {"domain": "SHOP.example.com."}).status_code == 302
    claim = Domain.objects.get(domain=HOST)
    shown = desk.get(PAGE).content.decode()
    assert proof_name(HOST) in shown
    assert proof_text(claim.proof) in shown

    desk.post(act("check", claim))
    claim.refresh_from_db()
    assert (claim.status, claim.problem) == (DomainStatus.FAILED, DomainProblem.MISSING)
    assert "There is no such TXT record yet" in desk.get(PAGE).content.decode()

    names.texts[proof_name(HOST)] = [proof_text(claim.proof)]
    with on_platform():
        Domain.objects.filter(pk=claim.pk).update(checked_at=None)
    desk.post(act("check", claim))
    desk.post(act("choose", claim))
    claim.refresh_from_db()
    assert (claim.status, claim.is_primary) == (DomainStatus.VERIFIED, True)

    desk.post(act("release", Domain.objects.get(domain="acme.localhost")))
    assert [each.domain for each in Domain.objects.all()] == [HOST]
    actions = list(AuditEntry.objects.filter(action__startswith="domain").order_by("pk").values_list("action", "actor"))
    verbs = ["claimed", "checked", "checked", "chosen", "released"]
    assert actions == [(f"domain.{verb}", desk.user.pk) for verb in verbs]


@pytest.mark.parametrize("host", ["globex.localhost", "nonsense", "acme.localhost", "10.0.0.1", ""])
def test_host_that_cannot_be_claimed_says_why(desk, host):
    answer = desk.post(PAGE, {"domain": host})

    assert answer.status_code == 422
    assert " data-show>" in answer.content.decode()
    assert Domain.objects.count() == 1


def test_host_of_another_tenant_is_not_there(desk):
    with on_platform():
        globex = Tenant.objects.get(schema_name="globex")
        theirs = claim_domain(tenant=globex, domain=HOST, now=clock.now())

    assert proof_name(HOST) not in desk.get(PAGE).content.decode()
    for name in ("check", "choose", "release"):
        assert desk.post(act(name, theirs)).status_code == 404
    with on_platform():
        assert Domain.objects.filter(pk=theirs.pk, status=DomainStatus.PENDING).exists()


@pytest.mark.parametrize("role", [Role.OPS, Role.MANAGER, Role.REP, Role.AUDITOR])
def test_others_neither_see_nor_change_hosts(tenant, desk, role):
    other = Desk(tenant, make_user("olga", role))

    assert other.get(PAGE).status_code in (302, 403)
    assert other.post(PAGE, {"domain": HOST}).status_code == 403
    assert Domain.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_for_any_number_of_hosts(desk, django_assert_max_num_queries, tenant, rows):
    for number in range(rows):
        claim_domain(tenant=tenant, domain=f"shop{number}.example.com", now=clock.now())

    with django_assert_max_num_queries(9):
        desk.get(PAGE)
