"""A host is claimed, proved by a TXT record, chosen and given up; it belongs to one tenant."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from scrm.core import clock
from tenants.domains import (
    CLAIMS_MAX,
    QUARANTINE,
    check_domain,
    choose_domain,
    claim_domain,
    release_domain,
    vouch_domain,
)
from tenants.enums import DomainProblem, DomainStatus
from tenants.hosts import proof_name, proof_text
from tenants.models import Domain, Tenant
from tenants.selectors import domain_primary
from tests.doubles import name_server

HOST = "shop.example.com"
LATER = timedelta(minutes=1)


@pytest.fixture
def tenants(db):
    connection.set_schema_to_public()
    return Tenant.objects.get(schema_name="acme"), Tenant.objects.get(schema_name="globex")


@pytest.fixture(scope="module")
def name_server_process():
    with name_server.running() as server:
        yield server


@pytest.fixture
def names(name_server_process, settings):
    """A name server that knows nothing yet."""
    server = name_server_process
    server.texts, server.asked, server.mute, server.refuse = {}, [], False, False
    settings.SCRM_NAME_SERVERS = [server.address]
    return server


def prove(names, claim: Domain) -> None:
    names.texts[proof_name(claim.domain)] = ["v=spf1 -all", proof_text(claim.proof)]


def answers(host: str) -> int:
    code = Client(HTTP_HOST=host).get("/accounts/login/").status_code
    connection.set_schema_to_public()
    return code


def test_claimed_host_answers_once_it_is_proved(tenants, names):
    acme, _globex = tenants
    now = clock.now()
    claim = claim_domain(tenant=acme, domain=HOST.upper() + ".", now=now)
    assert answers(HOST) == 404

    prove(names, claim)
    status = check_domain(claim=claim, now=now)

    assert status == claim.status == DomainStatus.VERIFIED
    assert names.asked == [f"_scrm-challenge.{HOST}"]
    assert answers(HOST) == 200
    assert domain_primary(acme) == "acme.localhost"


@pytest.mark.parametrize(
    ("prepare", "problem"),
    [
        (lambda names: None, DomainProblem.MISSING),
        (lambda names: names.texts.update({f"_scrm-challenge.{HOST}": []}), DomainProblem.MISSING),
        (lambda names: names.texts.update({HOST: ["scrm-verification=x"]}), DomainProblem.MISSING),
        (lambda names: names.texts.update({f"_scrm-challenge.{HOST}": ["scrm-verification="]}), DomainProblem.OTHER),
        (lambda names: setattr(names, "refuse", True), DomainProblem.SILENT),
    ],
)
def test_host_without_its_proof_answers_nothing_and_says_why(tenants, names, prepare, problem):
    claim = claim_domain(tenant=tenants[0], domain=HOST, now=clock.now())
    prepare(names)

    assert check_domain(claim=claim, now=clock.now()) == DomainStatus.FAILED
    assert claim.problem == problem
    assert answers(HOST) == 404


def test_mute_name_server_is_given_up_in_time(tenants, names, monkeypatch):
    monkeypatch.setattr("tenants.dns._SECONDS", 0.2)
    claim = claim_domain(tenant=tenants[0], domain=HOST, now=clock.now())
    names.mute = True

    assert check_domain(claim=claim, now=clock.now()) == DomainStatus.FAILED
    assert claim.problem == DomainProblem.SILENT


def test_check_is_not_repeated_within_seconds(tenants, names):
    claim = claim_domain(tenant=tenants[0], domain=HOST, now=clock.now())
    now = clock.now()
    check_domain(claim=claim, now=now)
    prove(names, claim)

    assert check_domain(claim=claim, now=now) == DomainStatus.FAILED
    assert check_domain(claim=claim, now=now + LATER) == DomainStatus.VERIFIED


def test_claim_blocks_nobody_and_the_proof_decides(tenants, names):
    acme, globex = tenants
    squatted = claim_domain(tenant=globex, domain=HOST, now=clock.now())
    claim = claim_domain(tenant=acme, domain=HOST, now=clock.now())
    assert squatted.proof != claim.proof
    prove(names, claim)
    assert check_domain(claim=squatted, now=clock.now()) == DomainStatus.FAILED
    assert check_domain(claim=claim, now=clock.now()) == DomainStatus.VERIFIED

    names.texts[proof_name(HOST)].append(proof_text(squatted.proof))
    assert check_domain(claim=squatted, now=clock.now() + LATER) == DomainStatus.FAILED

    assert squatted.problem == DomainProblem.TAKEN
    assert Domain.objects.get(domain=HOST, status=DomainStatus.VERIFIED).tenant == acme


@pytest.mark.parametrize("host", ["ACME.localhost", "acme.localhost.", "localhost", "nonsense", "10.0.0.1"])
def test_host_that_is_taken_or_none_is_refused(tenants, host):
    with pytest.raises(ValidationError):
        claim_domain(tenant=tenants[1], domain=host, now=clock.now())

    assert Domain.objects.filter(tenant=tenants[1]).count() == 1


def test_host_is_claimed_once(tenants):
    claim_domain(tenant=tenants[0], domain="商城.例子.中国", now=clock.now())

    with pytest.raises(ValidationError):
        claim_domain(tenant=tenants[0], domain="xn--czru2d.xn--fsqu00a.xn--fiqs8s", now=clock.now())
    with pytest.raises(ValidationError):
        claim_domain(tenant=tenants[0], domain="acme.localhost", now=clock.now())


def test_claims_have_an_end(tenants):
    for number in range(CLAIMS_MAX - 1):
        claim_domain(tenant=tenants[0], domain=f"shop{number}.example.com", now=clock.now())

    with pytest.raises(ValidationError):
        claim_domain(tenant=tenants[0], domain=HOST, now=clock.now())


def test_only_a_verified_host_becomes_the_primary_one(tenants):
    acme, _globex = tenants
    with pytest.raises(ValidationError):
        choose_domain(claim=claim_domain(tenant=acme, domain=HOST, now=clock.now()))
    assert domain_primary(acme) == "acme.localhost"

    choose_domain(claim=vouch_domain(tenant=acme, domain=HOST, now=clock.now()))

    assert domain_primary(acme) == HOST
    assert Domain.objects.filter(tenant=acme, is_primary=True).count() == 1


def test_primary_host_is_not_given_up(tenants):
    with pytest.raises(ValidationError):
        release_domain(claim=Domain.objects.get(domain="acme.localhost"), now=clock.now())

    assert answers("acme.localhost") == 200


def test_released_host_is_nobody_else_s_for_90_days(tenants, names):
    acme, globex = tenants
    now = clock.now()
    other = claim_domain(tenant=globex, domain=HOST, now=now)
    release_domain(claim=vouch_domain(tenant=acme, domain=HOST, now=now), now=now)
    assert answers(HOST) == 404
    prove(names, other)

    almost = now + QUARANTINE - LATER
    assert check_domain(claim=other, now=almost) == DomainStatus.FAILED
    assert other.problem == DomainProblem.TAKEN
    for take in (claim_domain, vouch_domain):
        with pytest.raises(ValidationError):
            take(tenant=globex, domain=HOST, now=almost)
    assert answers(HOST) == 404

    assert check_domain(claim=other, now=now + QUARANTINE + LATER) == DomainStatus.VERIFIED


def test_released_host_comes_back_to_its_tenant(tenants):
    acme, _globex = tenants
    release_domain(claim=vouch_domain(tenant=acme, domain=HOST, now=clock.now()), now=clock.now())

    assert vouch_domain(tenant=acme, domain=HOST, now=clock.now()).tenant == acme
    assert answers(HOST) == 200


def test_claim_that_was_never_proved_leaves_no_quarantine(tenants):
    acme, globex = tenants
    release_domain(claim=claim_domain(tenant=acme, domain=HOST, now=clock.now()), now=clock.now())

    assert vouch_domain(tenant=globex, domain=HOST, now=clock.now()).tenant == globex
