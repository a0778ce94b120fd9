"""What children of the fault tests do, as functions with a name."""

import os
import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import time_machine
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from django_tenants.utils import tenant_context

from campaigns.models import Lane
from campaigns.services.delivery import deliver
from campaigns.services.ledger import claim_batch
from scheduler.budget import Budget
from scheduler.services import drain_tenant
from scrm.celery import app
from scrm.core import clock
from scrm.embedded.console import pause
from scrm.flows import (
    handover_job,
    handover_undo,
    import_undo,
    lifecycle_versions,
    order_rows,
    order_undo,
    tagging_job,
    tagging_undo,
)
from scrm.flows.erasure import person_erased
from scrm.flows.hooks_in import messages_due
from scrm.flows.hooks_out import deliveries_due
from scrm.flows.jobs import jobs_due
from scrm.flows.touchpoint import touchpoints_due
from scrm.worker import bell
from tenants.models import Tenant
from tests.api.conftest import Caller


def _acme() -> Tenant:
    return Tenant.objects.get(schema_name="acme")


def send_lane(lane: Lane) -> None:
    """One batch of this lane, as a drain does it."""
    with tenant_context(_acme()):
        batch = claim_batch(lane=lane)
        if batch is not None and batch.messages:
            deliver(batch)


def erase(contact_id: UUID) -> None:
    """Erase a person, as a job does it."""
    with tenant_context(_acme()):
        person_erased(contact_id, now=clock.now())


def drain(skew: timedelta = timedelta(0)) -> None:
    """By a clock that is so far off."""
    with time_machine.travel(clock.now() + skew), tenant_context(_acme()):
        touchpoints_due(Budget(30))


def take_lead(token: str, body: dict[str, str], key: str) -> Any:
    """What the API answers when a lead is brought; what breaks inside is an answer too."""
    shop = Caller(_acme(), token=token)
    shop.client.raise_request_exception = False
    return shop.post("leads", body, HTTP_IDEMPOTENCY_KEY=key)


def take_lead_and_ring(redis_url: str, token: str, body: dict[str, str], key: str) -> None:
    """With caches, limits and bell on that Redis; the lead is created, whatever became of the bell."""
    settings.REDIS_URL = redis_url
    settings.CACHES["default"]["LOCATION"] = redis_url
    with suppress(AttributeError):
        del caches["default"]
    app.conf.broker_url = redis_url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    app._after_fork()
    answer = take_lead(token, body, key)
    assert answer.status_code == 201, answer.content
    bell.ring("acme")


def push_hook(code: str, body: bytes) -> int:
    """The status that another system hears when it pushes a message."""
    client = Client(raise_request_exception=False)
    answer = client.post(f"/hooks/in/{code}", body, content_type="application/json", HTTP_HOST="acme.localhost")
    return answer.status_code


def take_hooks_in() -> None:
    with tenant_context(_acme()):
        messages_due(Budget(30))


def take_back(leads_at_once: int) -> None:
    """What is due of jobs, a file that is taken back in batches of so many."""
    import_undo._AT_ONCE = leads_at_once
    with tenant_context(_acme()):
        jobs_due(Budget(30))


def give_on(contacts_at_once: int) -> None:
    """What is due of jobs, a hand-over or its undoing in batches of so many."""
    handover_job._AT_ONCE = handover_undo._AT_ONCE = contacts_at_once
    with tenant_context(_acme()):
        jobs_due(Budget(30))


def restage(contacts_at_once: int) -> None:
    """What is due of jobs, people of a lifecycle's new version in batches of so many."""
    lifecycle_versions._AT_ONCE = contacts_at_once
    with tenant_context(_acme()):
        jobs_due(Budget(30))


def work_jobs(at_once: int, skew: timedelta = timedelta(0)) -> None:
    """What is due of jobs by a clock that is so far off: tags for many, orders of a file, and their undoing, in batches
    of so many.
    """
    tagging_job._AT_ONCE = tagging_undo._AT_ONCE = order_undo._AT_ONCE = at_once
    order_rows.BATCH_ROWS = at_once
    clock.set_offset(skew)
    with tenant_context(_acme()):
        jobs_due(Budget(30))


def drain_all() -> None:
    """Whatever is due in the tenant, as a drain does it."""
    with tenant_context(_acme()):
        drain_tenant(seconds=30)


def tell_hooks() -> None:
    with tenant_context(_acme()):
        deliveries_due(Budget(30))


def hang() -> None:
    while True:
        pause(60)


def stand_alone(pid: int) -> None:
    """Without threads, and forked by another process than this."""
    assert threading.active_count() == 1
    assert os.getppid() != pid
