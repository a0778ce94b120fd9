"""A worker dies between claim and record: nothing is lost and nothing goes out twice."""

import os
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django_tenants.utils import tenant_context

from campaigns.enums import TouchState
from campaigns.inputs import Start
from campaigns.models import Touchpoint
from campaigns.services.enrolment import enroll
from contacts.models import Contact
from scheduler.services import due_work
from scrm.core import clock
from scrm.embedded.processes import Beat, Worker
from tenants.models import Tenant
from tests.doubles.ledger_channel import taken_touchpoints
from tests.factories import give_email, make_live_sop, make_user, step
from tests.live import eventually

# How often each process may pass the point, high enough to get on and low enough to die often,
# and how many contacts make sure that one of two processes does.
POINTS = {
    "claim.committed": (2, 80),
    "guard.passed": (8, 40),
    "http.answered": (8, 40),
    "outcome.committed": (2, 80),
}
QUICK = ("guard.passed", "http.answered")


@pytest.mark.parametrize("failpoint", POINTS if os.environ.get("SCRM_DEEP") else QUICK)
def test_killed_worker_loses_and_doubles_nothing(own_database, tmp_path: Path, failpoint: str):
    """Every process that passes the point so often dies as by kill -9, all run long."""
    passes, contacts = POINTS[failpoint]
    ledger = tmp_path / "provider.jsonl"
    environment = {
        **os.environ,
        "DATABASE_URL": own_database,
        "SCRM_CHANNEL_EMAIL": "tests.doubles.ledger_channel.LedgerChannel",
        "SCRM_TEST_LEDGER": str(ledger),
        "SCRM_FAILPOINTS": f"{failpoint}=kill@{passes}",
        "SCRM_LEASE_SECONDS": "2",
        "SCRM_SETTLE_SECONDS": "1",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONWARNINGS": "default",
    }
    tenant = Tenant.objects.get(schema_name="acme")
    with tenant_context(tenant):
        put_in_contacts(contacts)
        processes = [Worker(environment, tmp_path), Beat(environment, tmp_path)]
        for process in processes:
            process.spawn()
        try:
            eventually(lambda: not Touchpoint.objects.exclude(state=TouchState.SENT).exists(), patience=90)
        finally:
            for process in reversed(processes):
                process.stop()

        ours = set(Touchpoint.objects.values_list("pk", flat=True))

    theirs = Counter(taken_touchpoints(ledger))
    assert "signal 9 (SIGKILL)" in (tmp_path / "worker.log").read_text()
    assert set(theirs) == ours
    assert set(theirs.values()) == {1}


def put_in_contacts(count: int) -> None:
    now = clock.now()
    ben = make_user()
    sop = make_live_sop(step("email"))
    contacts = Contact.objects.bulk_create(
        Contact(name=f"C{number}", owner=ben, created_at=now, updated_at=now) for number in range(count)
    )
    for number, contact in enumerate(contacts):
        give_email(contact, f"c{number}@example.invalid")
    with due_work():
        enroll(sop=sop, starts=[Start(contact.pk, now - timedelta(seconds=1), "UTC") for contact in contacts])
