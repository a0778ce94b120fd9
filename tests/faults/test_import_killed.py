"""An import dies as by kill -9 in the middle: it goes on where it stood, and nothing is lost or doubled."""

import io
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django_tenants.utils import tenant_context

from accounts.enums import Role
from accounts.models import AuditEntry
from contacts.models import Contact
from exchange import jobs
from exchange.enums import JobState
from exchange.models import Job
from leads.models import Lead
from scheduler.budget import Budget
from scrm.core import clock
from scrm.embedded.paths import ROOT
from scrm.embedded.processes import Beat, Worker
from scrm.flows import lead_import
from scrm.flows.import_undo import begin_undo, undone_by
from scrm.flows.jobs import jobs_due
from scrm.flows.lead_rows import BATCH_ROWS
from tenants.models import Tenant
from tests.factories import make_user
from tests.faults.forked import DIED, Child
from tests.faults.work import take_back
from tests.flows.importing import bring
from tests.live import eventually

ROWS = 2 * BATCH_ROWS + 500

MANY = 3 * BATCH_ROWS + 500


def test_killed_import_goes_on_with_exact_counts(own_database, tmp_path: Path):
    file = tmp_path / "leads.csv"
    lines = [f"{'' if number % 10 == 7 else 'Beijing'},Fair\n" for number in range(ROWS)]
    lines[1_234] = "Beijing,Fair,one,too,many\n"
    file.write_text("city,source\n" + "".join(lines))
    environment = {
        **os.environ,
        "DATABASE_URL": own_database,
        "SCRM_FAILPOINTS": "import.batch_committed=kill@2",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "manage.py", "import_leads", str(file), "--tenant", "acme"]
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        killed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert killed.returncode == -9, killed.stderr
        job = Job.objects.get()
        assert (job.state, job.done) == (JobState.RUNNING, 2 * BATCH_ROWS)
        assert Lead.objects.count() == 2 * BATCH_ROWS - 1

        assert not jobs_due(Budget(60))
        clock.set_offset(jobs.LEASE + timedelta(seconds=1))
        try:
            jobs_due(Budget(60))
        finally:
            clock.set_offset(timedelta(0))

        job.refresh_from_db()
        assert (job.error, job.state, job.done, job.total) == ("", JobState.DONE, ROWS, ROWS)
        assert job.result == {"rows": ROWS, "created": ROWS - 1, "updated": 0, "unchanged": 0, "rejected": 1}
        assert Lead.objects.count() == ROWS - 1
        with job.error_file.open("rb") as errors:
            assert errors.read().count(b"\n") == 2


def test_killed_undo_goes_on_where_it_stood_and_counts_each_lead_once(own_database):
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        olga = make_user("olga", Role.OPS)
        job = bring("id,name\n" + "".join(f"{number},N{number}\n" for number in range(7)))
        undo = begin_undo(job, by=olga)

        assert Child("undo.batch_committed=kill@2", take_back, 2).wait() == DIED
        undo.refresh_from_db()
        assert (undo.state, undo.done, Lead.objects.count()) == (JobState.RUNNING, 4, 3)

        clock.set_offset(jobs.LEASE + timedelta(seconds=1))
        try:
            assert not jobs_due(Budget(60))
        finally:
            clock.set_offset(timedelta(0))

        undo.refresh_from_db()
        undone = undone_by(undo)
        assert (undo.state, undone.leads, undone.contacts, undone.kept) == (JobState.DONE, 7, 7, 0)
        assert not Lead.objects.exists()
        assert not Contact.objects.exists()
        assert AuditEntry.objects.filter(action="import.undone").count() == 1


@pytest.mark.skipif(not os.environ.get("SCRM_DEEP"), reason="a worker's start takes seconds")
def test_import_outlives_the_workers_that_die_in_it(own_database, tmp_path: Path):
    """Every worker process dies after its second batch; others go on when the lease has ended."""
    environment = {
        **os.environ,
        "DATABASE_URL": own_database,
        "SCRM_FAILPOINTS": "import.batch_committed=kill@2",
        "SCRM_LEASE_SECONDS": "2",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONWARNINGS": "default",
    }
    rows = "".join(f"{number},N{number}\n" for number in range(MANY))
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        job = lead_import.start_import(user=None, file=io.BytesIO(b"id,name\n" + rows.encode()), name="leads.csv")
        processes = [Worker(environment, tmp_path), Beat(environment, tmp_path)]
        for process in processes:
            process.spawn()
        try:
            eventually(lambda: Job.objects.filter(pk=job.pk, state=JobState.DONE).exists(), patience=90)
        finally:
            for process in reversed(processes):
                process.stop()

        job.refresh_from_db()
        assert "signal 9 (SIGKILL)" in (tmp_path / "worker.log").read_text()
        assert job.result == {"rows": MANY, "created": MANY, "updated": 0, "unchanged": 0, "rejected": 0}
        assert Lead.objects.count() == MANY
