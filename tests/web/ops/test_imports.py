"""Files of leads through the dashboard: upload, mapping, trying, running, result."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.services import save_field
from exchange.enums import JobState
from exchange.models import Job
from leads.models import Lead
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows import workbook_import
from scrm.flows.jobs import jobs_due
from scrm.flows.lead_import import KIND
from tests.exchange.workbooks import workbook

FILE = "Name,Mobile,City\nLin,13812345678,Kiel\nWei,13912345678,Bonn\nNo,12,Rom\n"


@pytest.fixture
def job(desk, settings, tmp_path) -> Job:
    settings.MEDIA_ROOT = str(tmp_path)
    answer = desk.post("/imports/new/", {"file": SimpleUploadedFile("leads.csv", FILE.encode())})
    job = Job.objects.get()
    assert answer["Location"] == f"/imports/{job.pk}/mapping/"
    return job


def mapped(*targets: str, **more: str) -> dict[str, str]:
    return {f"column-{number}": target for number, target in enumerate(targets)} | more


def test_upload_refuses_what_is_no_table(desk):
    answer = desk.post("/imports/new/", {"file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04" + bytes(50))})

    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_mapping_page_guesses_and_shows_samples(desk, job):
    answer = desk.get(f"/imports/{job.pk}/mapping/")

    assert [row.chosen for row in answer.context["columns"]] == ["name", "phone", "city"]
    assert "13812345678" in answer.content.decode()


def test_column_becomes_a_field_of_the_business(desk, job):
    save_field(field=None, kind="date", label="Last visit", label_zh="上次到店", by=None, now=clock.now())
    page = desk.get(f"/imports/{job.pk}/mapping/").content.decode()
    assert '<optgroup label="Custom fields"><option value="field:last_visit">Last visit</option>' in page

    refused = desk.post(f"/imports/{job.pk}/mapping/", mapped("field:gone", "phone", "city"))
    tried = desk.post(f"/imports/{job.pk}/mapping/", mapped("field:last_visit", "phone", "city"))

    assert refused.status_code == 422
    assert "There is no field “field:gone”" in refused.content.decode()
    assert 'name="order-0"' in tried.content.decode()
    assert {problem.column for problem in tried.context["tried"].problems} == {"Name", "Mobile"}


def test_mapping_page_says_which_file_its_mapping_comes_from(desk, job):
    job.options["mapping_from"] = "May <b>.csv"
    job.save()

    answer = desk.get(f"/imports/{job.pk}/mapping/")

    assert "Chosen as for “May &lt;b&gt;.csv”" in answer.content.decode()


def test_workbook_is_taken_as_a_table(desk, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    file = SimpleUploadedFile("leads.csv", workbook([["Name", "Mobile"], ["Lin", 13812345678]]))

    answer = desk.get(desk.post("/imports/new/", {"file": file})["Location"])

    assert [row.samples for row in answer.context["columns"]] == [["Lin"], ["13812345678"]]


def test_workbook_that_would_keep_one_waiting_is_read_by_a_job_with_its_progress(desk, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(workbook_import, "AT_ONCE", 0)
    file = SimpleUploadedFile("leads.xlsx", workbook([["Name", "Mobile"], ["Lin", 13812345678]]))

    page = desk.post("/imports/new/", {"file": file})["Location"]

    assert "Reading the workbook" in desk.get(page).content.decode()
    assert "Reading the workbook" in desk.get(f"{page}progress/", htmx=True).content.decode()
    assert page in desk.get("/imports/").content.decode()
    jobs_due(Budget(5))
    assert desk.get(f"{page}progress/", htmx=True)["HX-Refresh"] == "true"
    draft = Job.objects.get(kind=KIND)
    assert desk.get(page)["Location"] == f"/imports/{draft.pk}/mapping/"
    assert page not in desk.get("/imports/").content.decode()


def test_workbook_that_is_read_by_a_job_can_be_stopped_or_fail(desk, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(workbook_import, "AT_ONCE", 0)
    book = workbook([["Name", "Mobile"], ["Lin", 13812345678]])
    stopped, broken = (
        desk.post("/imports/new/", {"file": SimpleUploadedFile("leads.xlsx", content)})["Location"]
        for content in (book, book[:300])
    )

    desk.post(f"{stopped}cancel/")
    jobs_due(Budget(5))

    page = desk.get(stopped).content.decode()
    assert "Cancelled" in page
    assert "What had gone in stays" not in page
    failed = desk.get(broken).content.decode()
    assert "damaged or cut short" in failed
    assert "Import another file" in failed
    assert not Job.objects.filter(kind=KIND).exists()


def test_trying_shows_problems_and_writes_nothing(desk, job):
    answer = desk.post(f"/imports/{job.pk}/mapping/", mapped("name", "phone", "city", action="try"))

    tried = answer.context["tried"]
    assert (tried.counts["created"], tried.counts["rejected"]) == (2, 1)
    assert [cell.value for cell in tried.marked[0].cells if cell.problems] == ["12"]
    assert 'class="cell-bad"' in answer.content.decode()
    assert not Lead.objects.exists()
    job.refresh_from_db()
    assert job.state == JobState.DRAFT


def test_mapping_says_which_column_is_wrong(desk, job):
    answer = desk.post(f"/imports/{job.pk}/mapping/", mapped("name", "phone", "name", action="import"))

    assert answer.status_code == 422
    assert answer.context["columns"][2].error
    job.refresh_from_db()
    assert job.state == JobState.DRAFT


def test_import_runs_and_gives_its_errors_as_a_file(desk, job):
    desk.post(
        f"/imports/{job.pk}/mapping/", mapped("name", "phone", "attribute:Town", action="import", start_sops="on")
    )
    assert "hx-get" in desk.get(f"/imports/{job.pk}/").content.decode()

    jobs_due(Budget(5))

    assert desk.get(f"/imports/{job.pk}/progress/", htmx=True)["HX-Refresh"] == "true"
    page = desk.get(f"/imports/{job.pk}/").content.decode()
    errors = desk.get(f"/imports/{job.pk}/errors/")
    assert "Download the error file" in page
    assert b"Mobile" in b"".join(errors.streaming_content)
    assert {lead.attributes["Town"] for lead in Lead.objects.all()} == {"Kiel", "Bonn"}


def test_import_is_stopped(desk, job):
    desk.post(f"/imports/{job.pk}/mapping/", mapped("name", "phone", "city", action="import"))

    desk.post(f"/imports/{job.pk}/cancel/")
    jobs_due(Budget(5))

    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert not Lead.objects.exists()


def test_import_of_another_tenant_is_not_found(cais_desk, job):
    for path in ("", "mapping/", "progress/", "errors/"):
        assert cais_desk.get(f"/imports/{job.pk}/{path}").status_code == 404
