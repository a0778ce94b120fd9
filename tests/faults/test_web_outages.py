"""What comes in while something is broken: rows 2, 3 and 4 of the fault matrix, and `inbox.committed`."""

from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection
from django_tenants.utils import tenant_context

from leads.models import Lead
from scheduler.selectors import wake_up_due
from scrm.core import clock
from scrm.embedded.paths import make_folder, server_owner, socket_folder
from scrm.embedded.redis import Redis
from tenants.models import Tenant
from tests import databases
from tests.api.conftest import make_caller
from tests.factories import make_user
from tests.faults.forked import BROKE, DIED, ENDED, STOPPED, Child
from tests.faults.ground import nowhere
from tests.faults.work import take_lead, take_lead_and_ring
from tests.live import free_port
from tests.servers import state_folder

LEAD = {"name": "Lin", "phone": "138 0013 8000", "source": "Spring fair"}


@pytest.fixture
def shop(kept_database):
    """Another system; what breaks inside is an answer to it and not an error of the test."""
    caller = make_caller(Tenant.objects.get(schema_name="acme"))
    caller.client.raise_request_exception = False
    return caller


def lead_count() -> int:
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        return Lead.objects.count()


@pytest.mark.parametrize(
    ("action", "end"), [("kill", {DIED}), ("stop", {STOPPED}), ("raise", {ENDED, BROKE}), ("drop", {ENDED, BROKE})]
)
def test_lead_whose_answer_was_lost_is_kept_once(shop, action, end):
    """The caller hears nothing and sends the same again: it is told what was done, and nothing is doubled."""
    before = lead_count()
    lead = {**LEAD, "email": f"{action}@example.invalid", "phone": ""}

    child = Child(f"inbox.committed={action}", take_lead, shop.token, lead, f"lost-{action}")
    assert child.wait() in end
    again = shop.post("leads", lead, HTTP_IDEMPOTENCY_KEY=f"lost-{action}")

    assert (again.status_code, again.headers.get("Idempotency-Replayed")) == (200, "true")
    if action == "stop":
        assert child.thaw() == ENDED
    assert lead_count() == before + 1


def test_caller_is_asked_to_come_again_while_the_database_is_away(shop):
    """Row 2: 503 and not 500, for whoever pushes tries again after it."""
    with nowhere():
        refused = shop.post("leads", LEAD, HTTP_IDEMPOTENCY_KEY="away")
        page = shop.client.get("/", HTTP_HOST="acme.localhost")

    assert [(answer.status_code, answer["Retry-After"]) for answer in (refused, page)] == [(503, "5")] * 2
    assert shop.post("leads", LEAD, HTTP_IDEMPOTENCY_KEY="away").status_code == 201


@pytest.fixture
def own_redis():
    """One of this test's own, that may be filled, demoted and killed."""
    state = make_folder(Path(state_folder()) / f"redis-of-{databases.own_name()}")
    server = Redis(state, socket_folder(state), server_owner(), durable=False)
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize(("trouble", "rings"), [("none", 1), ("full", 0), ("read-only", 0), ("gone", 0)])
def test_lead_is_taken_and_worked_on_without_redis(shop, own_redis, trouble, rings):
    """Rows 3 and 4: the bell is silent, the answer is 201, and the tick finds the work."""
    client = redis.Redis.from_url(own_redis.url())
    if trouble == "full":
        client.config_set("maxmemory", 1)
    elif trouble == "read-only":
        client.replicaof("127.0.0.1", free_port())
    elif trouble == "gone":
        client.shutdown(nosave=True)
    before = lead_count()

    lead = {**LEAD, "email": f"{trouble}@example.invalid", "phone": ""}

    child = Child("", take_lead_and_ring, own_redis.url(), shop.token, lead, f"no-redis-{trouble}")

    assert child.wait() == ENDED
    assert trouble == "gone" or client.llen("celery") == rings
    assert lead_count() == before + 1
    connection.set_schema_to_public()
    assert "acme" in wake_up_due(clock.now() + timedelta(days=8))


def test_flushed_redis_logs_nobody_out(kept_database, client):
    """Row 3: sessions stand in PostgreSQL."""
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        client.force_login(make_user("flushed"))
    redis.Redis.from_url(settings.REDIS_URL).flushdb()

    assert client.get("/", HTTP_HOST="acme.localhost", follow=True).context["user"].username == "flushed"
