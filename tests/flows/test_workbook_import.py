"""Uploaded workbooks: read by a job where that takes time, stopped, gone on with, and refused in one line."""

import io
import os
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from accounts.enums import Role
from exchange import jobs, spreadsheets
from exchange.enums import JobState
from exchange.models import Job
from exchange.sheets import Limits
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows import lead_import, workbook_import
from scrm.flows.jobs import jobs_due
from tenants.files import media_files
from tests.exchange.workbooks import workbook
from tests.factories import make_user

BOOK = workbook([["Name", "Mobile"], ["Lin", 13812345678], ["Wei", 13912345678], ["Mo", 13712345678]])


@pytest.fixture(autouse=True)
def media(settings, tmp_path, acme):
    settings.MEDIA_ROOT = str(tmp_path)
    # Said again, so that the storage forgets what it has read of both.
    settings.MULTITENANT_RELATIVE_MEDIA_ROOT = "%s"


@pytest.fixture
def all_are_large(monkeypatch):
    monkeypatch.setattr(workbook_import, "AT_ONCE", 0)


def receive(content: bytes = BOOK, user=None) -> Job:
    return workbook_import.file_received(user=user, file=io.BytesIO(content), name="leads.xlsx", size=len(content))


def drafts() -> list[Job]:
    return list(Job.objects.filter(kind=lead_import.KIND))


def files() -> int:
    return len(list(media_files("acme")))


def test_small_one_is_the_draft_at_once():
    job = receive()

    assert (job.kind, job.state, Job.objects.count()) == (lead_import.KIND, JobState.DRAFT, 1)


def test_small_one_with_much_inside_is_read_by_a_job(monkeypatch):
    monkeypatch.setattr(workbook_import, "AT_ONCE_INSIDE", Limits(table_characters=10))

    assert receive().kind == workbook_import.KIND
    assert drafts() == []


def test_job_leaves_the_draft_of_an_import_and_nothing_else(all_are_large):
    job = receive()

    assert not jobs_due(Budget(5))

    job.refresh_from_db()
    [draft] = drafts()
    assert (job.state, workbook_import.draft_of(job)) == (JobState.DONE, str(draft.pk))
    assert (draft.state, draft.title, draft.total) == (JobState.DRAFT, "leads.xlsx", 3)
    assert {name: column["to"] for name, column in draft.options["mapping"]["columns"].items()} == {
        "Name": "name",
        "Mobile": "phone",
    }


def test_how_far_it_is_is_told_while_it_reads(all_are_large, monkeypatch):
    monkeypatch.setattr(workbook_import, "_TOLD_EVERY", 0.0)
    monkeypatch.setattr(spreadsheets, "_TOLD_EVERY", 1)
    told, save = [], jobs.save_progress
    monkeypatch.setattr(jobs, "save_progress", lambda job, now: (told.append(job.done), save(job=job, now=now)))
    receive()

    jobs_due(Budget(5))

    assert told[-4:] == [1, 2, 3, 4]
    assert drafts()[0].total == 3


def test_stopped_while_it_reads_it_leaves_nothing(all_are_large, monkeypatch):
    monkeypatch.setattr(workbook_import, "_TOLD_EVERY", 0.0)
    job, save = receive(), jobs.save_progress

    def stop_first(*, job, now):
        lead_import.cancel_import(job)
        save(job=job, now=now)

    monkeypatch.setattr(jobs, "save_progress", stop_first)

    jobs_due(Budget(5))

    job.refresh_from_db()
    assert (job.state, drafts()) == (JobState.CANCELLED, [])


def test_of_two_workers_one_leaves_a_draft(all_are_large, django_capture_on_commit_callbacks):
    """The first froze beyond its lease: what it comes to is undone, with its file."""
    job = receive()
    slow = jobs.claim_job(kinds=[workbook_import.KIND], now=clock.now())
    quick = jobs.claim_job(kinds=[workbook_import.KIND], now=clock.now() + jobs.LEASE + timedelta(seconds=1))
    before = files()

    with pytest.raises(jobs.JobLost):
        workbook_import.work(slow, Budget(5))
    assert (drafts(), files()) == ([], before)
    workbook_import.work(quick, Budget(5))

    job.refresh_from_db()
    assert (job.state, len(drafts())) == (JobState.DONE, 1)


@pytest.mark.parametrize(("language", "said"), [("en", "damaged or cut short"), ("zh-hans", "已损坏或不完整")])
def test_what_can_t_be_read_says_so_in_one_line(all_are_large, language, said):
    job = receive(BOOK[: len(BOOK) // 2], user=make_user("olga", Role.OPS, language=language))

    jobs_due(Budget(5))

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert said in job.error
    assert "\n" not in job.error
    assert drafts() == []


def test_files_whose_row_was_never_committed_go_with_the_next_that_go():
    old = (clock.now() - timedelta(days=2)).timestamp()
    job, kept = (receive() for _ in range(2))
    storage = job.file.storage
    stray, young = (storage.save(f"jobs/{name}.table", ContentFile(BOOK)) for name in ("stray", "young"))
    errors = storage.save(jobs.error_file_name(kept), ContentFile("Lin"))
    for name in (stray, errors, str(kept.file.name)):
        os.utime(storage.path(name), (old, old))
    Job.objects.filter(pk=job.pk).update(due_at=clock.now())

    assert jobs.tidy_files(now=clock.now()) == 1

    assert [storage.exists(name) for name in (stray, young, errors, str(kept.file.name))] == [False, True, True, True]
