"""Taking an import back through the dashboard: asked with the counts, run, told."""

import pytest

from accounts.enums import Role
from exchange.models import Job
from leads.models import Interaction, Lead
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.jobs import jobs_due
from tests.factories import make_user
from tests.flows.importing import bring
from tests.web.ops.conftest import Desk

FILE = "name,phone\nLin,13812345678\nWei,13912345678\n"


@pytest.fixture
def job(tenant, settings, tmp_path) -> Job:
    settings.MEDIA_ROOT = str(tmp_path)
    return bring(FILE)


def test_page_asks_with_the_counts_and_why_something_stays(desk, job):
    Interaction.objects.create(contact=Lead.objects.first().contact, kind="call", at=clock.now())

    page = desk.get(f"/imports/{job.pk}/undo/")

    assert (page.context["foreseen"].undone.leads, page.context["foreseen"].undone.kept) == (1, 1)
    assert "Somebody talked to them" in page.content.decode()
    assert Lead.objects.count() == 2


def test_import_is_undone_with_progress_and_told(desk, job):
    assert f"/imports/{job.pk}/undo/" in desk.get(f"/imports/{job.pk}/").content.decode()
    desk.post(f"/imports/{job.pk}/undo/")
    assert "hx-get" in desk.get(f"/imports/{job.pk}/undo/").content.decode()
    assert "0 leads removed" in desk.get(f"/imports/{job.pk}/undo/progress/", htmx=True).content.decode()

    jobs_due(Budget(5))

    assert desk.get(f"/imports/{job.pk}/undo/progress/", htmx=True)["HX-Refresh"] == "true"
    page = desk.get(f"/imports/{job.pk}/undo/")
    assert (page.context["undone"].leads, page.context["undone"].contacts) == (2, 2)
    assert not Lead.objects.exists()


def test_undoing_is_stopped(desk, job):
    desk.post(f"/imports/{job.pk}/undo/")

    desk.post(f"/imports/{job.pk}/undo/cancel/")
    jobs_due(Budget(5))

    assert Lead.objects.count() == 2


def test_second_click_starts_nothing_more(desk, job):
    desk.post(f"/imports/{job.pk}/undo/")
    desk.post(f"/imports/{job.pk}/undo/")

    assert Job.objects.filter(kind="lead_import_undo").count() == 1


@pytest.mark.parametrize("path", ["", "progress/", "cancel/"])
def test_only_who_may_import_may_undo(tenant, cais_desk, job, path):
    rep = Desk(tenant, make_user("ben", Role.REP))

    for desk, refused in ((rep, 403), (cais_desk, 404)):
        assert desk.post(f"/imports/{job.pk}/undo/{path}").status_code == refused
    assert not Job.objects.filter(kind="lead_import_undo").exists()
