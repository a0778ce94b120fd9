"""The worker's tasks: thin, ids in, one call each."""

from scheduler import selectors, services
from scrm.celery import app
from scrm.core import clock, tallies
from scrm.flows.audit import audits_anchored
from scrm.flows.removal import tenants_removed
from scrm.flows.watch import installation_watched
from scrm.worker import bell
from scrm.worker.base import PlatformTask, TenantTask
from tenants.selectors import tenant_list_active

DRAIN_SECONDS = 0.5
"""Short, so that tenants take turns: what is left goes to the back of the queue."""


@app.task(base=PlatformTask)
def tick() -> None:
    """Once a second: wake whoever has something due."""
    now = clock.now()
    tallies.add("ticks")
    services.record_pulse("beat", "worker", now=now)
    for schema_name in selectors.wake_up_due(now):
        bell.ring(schema_name)


@app.task(base=TenantTask)
def drain(schema_name: str) -> None:
    """Do one tenant's due work for a while."""
    bell.hush()
    if services.drain_tenant(seconds=DRAIN_SECONDS):
        bell.ring(schema_name)


@app.task(base=PlatformTask)
def rebuild_wake_ups() -> None:
    """Every few minutes: make every tenant's index agree with the truth."""
    for tenant in tenant_list_active():
        rebuild.delay(tenant.schema_name)


@app.task(base=TenantTask)
def rebuild(schema_name: str) -> None:
    services.rebuild_wake_up()


@app.task(base=PlatformTask)
def anchor_audits() -> None:
    """Every quarter of an hour: note how far each audit chain has come."""
    audits_anchored(now=clock.now())


@app.task(base=PlatformTask)
def remove_tenants() -> None:
    """Every minute: remove the tenants whose time to be kept is over."""
    tenants_removed(now=clock.now())


@app.task(base=PlatformTask)
def watch() -> None:
    """Twice a minute: count over all tenants, and tell of what is wrong."""
    installation_watched()
