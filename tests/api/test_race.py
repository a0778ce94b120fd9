"""Two equal requests at once: one effect, one answer."""

import os
import threading

import pytest
from django.db import connections
from django_tenants.utils import tenant_context

from contacts.models import Contact
from exchange.keys import create_api_key
from exchange.models import IdempotencyKey
from leads.models import Lead, Source
from scrm.core import clock
from tenants.models import Tenant
from tests.api.conftest import Caller

CALLERS = 100 if os.environ.get("SCRM_DEEP") else 24


@pytest.fixture
def token(own_database):
    acme = Tenant.objects.get(schema_name="acme")
    with tenant_context(acme):
        return acme, create_api_key(name="Shop", scopes=["leads:write"], now=clock.now()).token


def at_once(acme, token, *bodies, **headers):
    """What each of several callers is told who send at the same moment: all the same, or each its own."""
    start, answers = threading.Barrier(CALLERS), []

    def send(body):
        try:
            with tenant_context(acme):
                caller = Caller(acme, token=token)
                start.wait(30)
                answers.append(caller.post("leads", body, **headers))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=[bodies[n % len(bodies)]]) for n in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_equal_requests_at_once_have_one_effect(token):
    acme, secret = token

    answers = at_once(acme, secret, {"phone": "13800138000"}, HTTP_IDEMPOTENCY_KEY="order-1")

    assert sorted(answer.status_code for answer in answers) == [200] * (CALLERS - 1) + [201]
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert sum(answer.get("Idempotency-Replayed") == "true" for answer in answers) == CALLERS - 1
    with tenant_context(acme):
        assert (Lead.objects.count(), Contact.objects.count(), IdempotencyKey.objects.count()) == (1, 1, 1)


def test_equal_enquiries_without_a_key_at_once_are_one_lead(token):
    acme, secret = token

    answers = at_once(acme, secret, {"phone": "13800138000", "source": "Fair"})

    assert sorted(answer.json()["outcome"] for answer in answers) == ["created"] + ["unchanged"] * (CALLERS - 1)
    with tenant_context(acme):
        assert (Lead.objects.count(), Contact.objects.count()) == (1, 1)


def test_a_new_person_by_a_new_source_is_one_of_each(token):
    acme, secret = token
    body = {"name": "Lin", "phone": "13800138000", "email": "lin@example.com", "source": "Fair", "tags": ["Hot"]}

    answers = at_once(acme, secret, body)

    assert sorted(answer.status_code for answer in answers) == [200] * (CALLERS - 1) + [201]
    with tenant_context(acme):
        assert (Lead.objects.count(), Contact.objects.count()) == (1, 1)
        assert Source.objects.filter(name="Fair").count() == 1


def test_batches_of_the_same_people_in_any_order_neither_block_nor_double(token):
    acme, secret = token
    people = [{"phone": f"1380013{n:04}", "source": f"Fair {n % 5}", "company": f"Firm {n % 3}"} for n in range(20)]

    bodies = [{"leads": people[n % 20 :] + people[: n % 20]} for n in range(CALLERS)]
    answers = at_once(acme, secret, *bodies)

    assert [answer.status_code for answer in answers] == [200] * CALLERS
    assert sum(answer.json()["created"] for answer in answers) == 20
    with tenant_context(acme):
        assert (Lead.objects.count(), Contact.objects.count()) == (20, 20)
