"""Answers kept for idempotency are forgotten after a week."""

from datetime import timedelta

import pytest

from exchange.idempotency import KEPT_FOR
from exchange.models import IdempotencyKey
from leads.models import Lead
from scheduler.models import WakeUp
from scheduler.services import drain_tenant, rebuild_wake_up
from scrm.core import clock


@pytest.fixture
def later():
    yield clock.set_offset
    clock.set_offset(timedelta(0))


def test_kept_answer_wakes_the_tenant_when_its_time_is_over(system, acme):
    rebuild_wake_up()

    system.post("leads", {"phone": "13800138000"}, HTTP_IDEMPOTENCY_KEY="order-1")

    kept = IdempotencyKey.objects.get()
    assert WakeUp.objects.get(tenant_id=acme.pk).due_at <= kept.created_at + KEPT_FOR


def test_answer_is_forgotten_after_a_week_and_its_effect_stays(system, acme, later):
    system.post("leads", {"phone": "13800138000"}, HTTP_IDEMPOTENCY_KEY="order-1")

    later(timedelta(days=6))
    drain_tenant(seconds=1)
    assert IdempotencyKey.objects.count() == 1
    later(timedelta(days=7, minutes=1))
    drain_tenant(seconds=1)

    assert IdempotencyKey.objects.count() == 0
    again = system.post("leads", {"phone": "13800138000"}, HTTP_IDEMPOTENCY_KEY="order-1")
    assert again.json()["outcome"] == "unchanged"
    assert Lead.objects.count() == 1
