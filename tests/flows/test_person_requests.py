"""What people ask of us: a copy for a day, to be erased for good, answered in time."""

import io
import json
import zipfile
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.models import AuditEntry
from contacts.enums import RequestKind, RequestState
from contacts.models import Contact, ForgottenIdentity, PersonRequest
from contacts.request_days import answer_due
from contacts.selectors import copy_of, request_count_late, request_list
from contacts.services import note_request, settle_request
from exchange.models import Job
from leads.enums import LeadOrigin
from scheduler.budget import Budget
from scheduler.models import WakeUp
from scheduler.services import drain_tenant, rebuild_wake_up
from scrm.core import clock, failpoints
from scrm.flows.arrival import lead_arrived
from scrm.flows.erasure_job import erasure_asked
from scrm.flows.jobs import jobs_due
from scrm.flows.person_copy import copy_asked, copy_fetched
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_user
from tests.flows.arrivals import make_arrival


@pytest.fixture
def lin(acme, settings, tmp_path) -> Contact:
    settings.MEDIA_ROOT = str(tmp_path)
    with suppress(AttributeError):
        # The tenants' storage keeps what it has read, whatever the settings say since.
        del default_storage.relative_media_root
    lay_out_tenant()
    make_user("ben", takes_leads=True)
    return _arrive(make_arrival(1, note="Likes <b>tea</b>"))


@pytest.fixture
def later():
    yield clock.set_offset
    clock.set_offset(timedelta(0))


def _arrive(arrival) -> Contact:
    [outcome] = lead_arrived([arrival], now=clock.now())
    return Contact.objects.get(pk=outcome.contact_id)


def _fetch(request: PersonRequest, by) -> zipfile.ZipFile:
    pieces = copy_fetched(request, by=by, now=clock.now())
    return zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


def test_copy_is_made_fetched_and_gone_after_a_day(lin, later):
    ada = make_user("ada", Role.ADMIN)
    request = copy_asked(lin.pk, by=ada, now=clock.now())

    jobs_due(Budget(5))

    request.refresh_from_db()
    assert request.state == RequestState.DONE
    with _fetch(request, ada) as archive:
        data = json.loads(archive.read("data.json"))
        page = archive.read("index.html").decode()
    assert {row["sealed"] for row in data["tables"]["contacts_identity"]} == {"+8613800000001", "person1@example.com"}
    assert data["tables"]["contacts_contact"][0]["name"] == "Person 1"
    assert "Likes &lt;b&gt;tea&lt;/b&gt;" in page
    name = copy_of(request, clock.now())
    with default_storage.open(name) as file:
        assert b"Person 1" not in file.read()
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions[-3:] == ["person_request.noted", "person.copied", "person.copy_fetched"]
    rebuild_wake_up()
    assert WakeUp.objects.get().due_at <= request.file_until

    later(timedelta(hours=24, seconds=1))
    assert copy_fetched(request, by=ada, now=clock.now()) is None
    drain_tenant(seconds=1)
    assert not default_storage.exists(name)
    request.refresh_from_db()
    assert (str(request.file), request.file_until) == ("", None)


def test_worker_that_dies_after_the_file_leaves_one_file(lin):
    copy_asked(lin.pk, by=None, now=clock.now())
    failpoints.arm("copy.written=raise")
    jobs_due(Budget(5))
    failpoints.arm("")
    assert PersonRequest.objects.get().state == RequestState.OPEN

    Job.objects.update(due_at=clock.now())
    jobs_due(Budget(5))

    assert PersonRequest.objects.get().state == RequestState.DONE
    assert len(default_storage.listdir("persons")[1]) == 1


def test_erasure_is_asked_done_and_the_copy_goes_along(lin, django_capture_on_commit_callbacks):
    copy_asked(lin.pk, by=None, now=clock.now())
    jobs_due(Budget(5))
    assert len(default_storage.listdir("persons")[1]) == 1

    with django_capture_on_commit_callbacks(execute=True):
        erasure_asked(lin.pk, by=None, now=clock.now())
        jobs_due(Budget(5))

    assert set(PersonRequest.objects.values_list("state", flat=True)) == {RequestState.DONE}
    assert Contact.objects.get().erased_at is not None
    assert Job.objects.filter(kind="person_erasure", state="done").exists()
    assert default_storage.listdir("persons")[1] == []


def test_erasure_that_dies_after_its_commit_goes_on(lin):
    erasure_asked(lin.pk, by=None, now=clock.now())
    failpoints.arm("erasure.committed=raise")
    jobs_due(Budget(5))
    failpoints.arm("")
    assert PersonRequest.objects.get().state == RequestState.OPEN

    Job.objects.update(due_at=clock.now())
    jobs_due(Budget(5))

    assert PersonRequest.objects.get().state == RequestState.DONE
    assert AuditEntry.objects.filter(action="person.erased").count() == 1


def test_refused_rows_of_files_lose_the_person_and_keep_the_others(lin):
    job = Job(kind="lead_import", title="x.csv", state="done", created_at=clock.now())
    rows = '"Row","Name","Phone"\r\n"1","Lin","138 0000 0001"\r\n"2","Wu","13900000009"\r\n'
    job.error_file.save("x.errors.csv", ContentFile(rows.encode("utf-8-sig")))

    erasure_asked(lin.pk, by=None, now=clock.now())
    jobs_due(Budget(5))

    with default_storage.open(job.error_file.name) as file:
        assert file.read().decode("utf-8-sig") == '"Row","Name","Phone"\r\n"2","Wu","13900000009"\r\n'


def test_who_wants_it_is_brought_in_by_no_file_again_but_may_come_themselves(lin):
    erasure_asked(lin.pk, by=None, now=clock.now(), forget=True)
    jobs_due(Budget(5))
    assert ForgottenIdentity.objects.count() == 2

    [by_file] = lead_arrived([make_arrival(1, key="x", came_by=LeadOrigin.IMPORT)], now=clock.now())
    [other] = lead_arrived([make_arrival(2, key="y", came_by=LeadOrigin.IMPORT)], now=clock.now())
    [by_form] = lead_arrived([make_arrival(1, key="z", came_by=LeadOrigin.FORM)], now=clock.now())

    assert (by_file.outcome, other.outcome, by_form.outcome) == ("rejected", "created", "created")
    assert "asked to be erased" in by_file.problems[0].reason


def test_request_runs_from_the_day_it_was_asked_and_is_settled_once(lin):
    ada, ben = make_user("ada", Role.ADMIN), lin.owner
    kind, asked = RequestKind.CORRECTION, date(2026, 3, 2)
    request = note_request(contact_id=lin.pk, kind=kind, asked_on=asked, note="Name", by=ada, now=clock.now())

    assert request.due_on == date(2026, 3, 23)
    assert request_count_late(ada, date(2026, 3, 24)) == 1
    assert list(request_list(ben)) == [request]
    assert settle_request(request=request, state=RequestState.DONE, by=ada, now=clock.now())
    assert not settle_request(request=request, state=RequestState.REFUSED, by=ada, now=clock.now())
    assert request_count_late(ada, date(2026, 3, 24)) == 0


def test_and_another_representative_sees_no_request_of_it(lin):
    note_request(contact_id=lin.pk, kind=RequestKind.OBJECTION, asked_on=date(2026, 3, 2), by=None, now=clock.now())

    assert not request_list(make_user("eva")).exists()


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_answer_is_due_after_fifteen_working_days(asked_on):
    due = answer_due(asked_on)

    days = [asked_on + timedelta(days=n) for n in range(1, (due - asked_on).days + 1)]
    assert sum(day.weekday() < 5 for day in days) == 15
    assert due.weekday() < 5


def test_import_that_runs_is_awaited_for_its_file_may_name_them(lin, later):
    now = clock.now()
    running = Job.objects.create(
        kind="lead_import", state="waiting", title="leads.csv", created_at=now, due_at=now + timedelta(hours=1)
    )
    later(timedelta(seconds=1))
    request = erasure_asked(lin.pk, by=None, now=clock.now())

    jobs_due(Budget(5))
    assert Contact.objects.get(pk=lin.pk).erased_at is None
    assert WakeUp.objects.get().due_at <= clock.now() + timedelta(minutes=1)
    Job.objects.filter(pk=running.pk).update(state="done", due_at=None)
    later(timedelta(minutes=2))
    jobs_due(Budget(5))

    assert Contact.objects.get(pk=lin.pk).erased_at is not None
    assert PersonRequest.objects.get(pk=request.pk).state == RequestState.DONE
