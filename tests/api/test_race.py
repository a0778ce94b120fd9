"""Two equal requests at once: one effect, one answer."""

import threading

import pytest
from django.db import connections
from django_tenants.utils import tenant_context

from contacts.models import Contact
from exchange.keys import create_api_key
from exchange.models import IdempotencyKey
from leads.models import Lead
from scrm.core import clock
from tenants.models import Tenant
from tests.api.conftest import Caller

CALLERS = 6


@pytest.fixture
def token(own_database):
    acme = Tenant.objects.get(schema_name="acme")
    with tenant_context(acme):
        return acme, create_api_key(name="Shop", scopes=["leads:write"], now=clock.now()).token


def at_once(acme, token, body, **headers):
    """What each of several callers is told who send the same at the same moment."""
    start, answers = threading.Barrier(CALLERS), []

    def send():
        try:
            with tenant_context(acme):
                caller = Caller(acme, token=token)
                start.wait(30)
                answers.append(caller.post("leads", body, **headers))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(CALLERS)]
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
