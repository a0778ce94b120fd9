import io
from datetime import timedelta

import pytest
from django_tenants.utils import tenant_context

from exchange import jobs
from exchange.enums import JobState
from exchange.models import Job, JobTally
from exchange.problems import UnreadableFile
from leads.enums import LeadStatus
from leads.mapping import InvalidMapping
from leads.mapping_json import parse_mapping
from leads.models import Lead
from scheduler.budget import Budget
from scrm.core import clock
from scrm.core.bulk import COPIED_FROM
from scrm.flows import lead_import
from scrm.flows.jobs import jobs_due
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_live_sop, make_user
from tests.flows.importing import PHONES, bring, counts, errors, many

FILE = "id,name,phone,source\n1,Lin,13800138000,Fair\n2,Mo,13900139000,fair\n"


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr("scrm.flows.lead_rows.BATCH_ROWS", 2)


def test_file_brings_leads_with_source_and_identity(acme):
    job = bring(FILE)

    assert counts(job) == (2, 2, 0, 0, 0)
    assert job.state == JobState.DONE
    assert set(Lead.objects.values_list("contact__name", "source__name", "came_by")) == {
        ("Lin", "Fair", "import"),
        ("Mo", "Fair", "import"),
    }


def test_same_file_twice_changes_nothing(acme):
    bring(FILE)

    job = bring(FILE)

    assert counts(job) == (2, 0, 0, 2, 0)
    assert Lead.objects.count() == 2


def test_changed_row_updates_its_lead(acme):
    bring(FILE)

    job = bring(FILE.replace("Mo,13900139000", "Mo Li,13900139000"))

    assert counts(job) == (2, 0, 1, 1, 0)
    assert Lead.objects.count() == 2
    assert set(Lead.objects.values_list("contact__name", flat=True)) == {"Lin", "Mo Li"}


def test_identical_rows_without_identity_are_two_leads_each_time(acme, small_batches):
    content = "city,source\nBeijing,Fair\nBeijing,Fair\nBeijing,Fair\nWuhan,Fair\nBeijing,Fair\n"

    first, second = bring(content), bring(content)

    assert counts(first) == (5, 5, 0, 0, 0)
    assert counts(second) == (5, 0, 0, 5, 0)
    assert Lead.objects.count() == 5
    assert not JobTally.objects.exists()


def test_bad_rows_come_back_with_row_column_reason_and_fix_while_good_ones_go_in(acme):
    content = "name,phone,email\nLin,13800138000,\nMo,12,\nHan,,not an address\nLi,,li@example.com\nNobody,,\n"

    job = bring(content)

    assert counts(job) == (5, 2, 0, 0, 3)
    rows = errors(job)
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("3", "phone", "12"),
        ("4", "email", "not an address"),
        ("6", "", ""),
    ]
    assert all(row[3] and row[4] for row in rows)
    assert [row[5:] for row in rows] == [["Mo", "12", ""], ["Han", "", "not an address"], ["Nobody", "", ""]]


def test_what_the_database_refuses_is_one_rejected_row(acme, monkeypatch):
    """Halving the batch finds it, and the rest goes in."""
    from django.db import DataError

    arrived = lead_import.prepared_arrived

    def refuse_one(prepared, **options):
        if any(each.arrival.lead.name == "N3" for each in prepared):
            raise DataError("a value of N3")
        return arrived(prepared, **options)

    monkeypatch.setattr(lead_import, "prepared_arrived", refuse_one)

    job = bring(many(7))

    assert counts(job) == (7, 6, 0, 0, 1)
    assert [row[0] for row in errors(job)] == ["5"]


def test_nobody_is_told_of_what_the_database_refused_and_undid(acme, monkeypatch):
    """The batch breaks after its leads were noted for telling; the halves that hold speak for themselves."""
    from django.db import DataError

    from exchange.models import WebhookDelivery
    from exchange.webhooks import create_webhook
    from scrm.flows import arrival

    kept = arrival.keep_arrivals

    def refuse_one(enquiries, *rest):
        if any(enquiry.said.name == "N3" for enquiry in enquiries):
            raise DataError("a value of N3")
        kept(enquiries, *rest)

    monkeypatch.setattr(arrival, "keep_arrivals", refuse_one)
    events = ["lead.captured", "stage.changed"]
    create_webhook(name="Shop", url="https://example.com/", event_types=events, now=clock.now())
    lay_out_tenant()

    assert counts(bring(many(7))) == (7, 6, 0, 0, 1)

    told = [(delivery.event_type, delivery.data["contact_id"]) for delivery in WebhookDelivery.objects.all()]
    here = [str(lead.contact_id) for lead in Lead.objects.all()]
    assert sorted(told) == sorted((event, contact_id) for event in events for contact_id in here)


def test_gbk_file_with_chinese_headers(acme):
    content = "姓名,手机号,客户来源,城市\n李雷,13800138000,展会,北京\n韩梅梅,13900139000,抖音,上海\n".encode("gbk")

    job = bring(content)

    assert counts(job) == (2, 2, 0, 0, 0)
    assert set(Lead.objects.values_list("contact__name", "source__name", "contact__city")) == {
        ("李雷", "展会", "北京"),
        ("韩梅梅", "抖音", "上海"),
    }


def test_file_without_header_is_read_from_its_first_row(acme):
    job = bring("Lin,lin@example.com\nMo,mo@example.com\n")

    assert counts(job) == (2, 2, 0, 0, 0)
    assert job.options["header"] is False


def test_leads_stand_where_the_file_says(acme):
    lay_out_tenant()
    mapping = parse_mapping({"columns": {"id": {"to": "external_id"}, "bought": {"to": "converted"}}})

    bring("id,bought\n1,1\n2,0\n", mapping=mapping)

    assert set(Lead.objects.values_list("status", flat=True)) == {LeadStatus.WON, LeadStatus.NEW}


@pytest.mark.parametrize(("start_sops", "touches"), [(True, 2), (False, 0)])
def test_sops_start_only_when_wanted(acme, start_sops, touches):
    from campaigns.models import Touchpoint

    make_live_sop(trigger="lead_captured")

    bring(FILE, start_sops=start_sops)

    assert Touchpoint.objects.count() == touches


def test_batch_ends_where_its_rows_are_large(acme, monkeypatch):
    monkeypatch.setattr("scrm.flows.lead_rows.BATCH_BYTES", 3_000)
    seen = []
    job = lead_import.start_import(user=None, file=io.BytesIO(many(100).encode()), name="leads.csv")

    lead_import.work(
        jobs.claim_job(kinds=[lead_import.KIND], now=clock.now(), job_id=job.pk), tell=lambda job: seen.append(job.done)
    )

    assert Lead.objects.count() == seen[-1] == 100
    assert 2 < len(seen) < 20


def test_other_tenant_sees_nothing_of_what_is_copied(acme, globex):
    with tenant_context(acme):
        bring(many(COPIED_FROM))
        assert Lead.objects.count() == COPIED_FROM
    with tenant_context(globex):
        assert not Lead.objects.exists()


def test_other_tenant_sees_nothing(acme, globex):
    with tenant_context(acme):
        job = bring(FILE)
        assert Lead.objects.count() == 2
    with tenant_context(globex):
        assert not Lead.objects.exists()
        assert not Job.objects.filter(pk=job.pk).exists()
        assert counts(bring(FILE)) == (2, 2, 0, 0, 0)


def test_file_goes_at_the_end_and_the_error_file_after_seven_days(acme, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = bring("name,phone\nLin,12\n", mapping=PHONES)
    storage, error_file = job.file.storage, job.error_file.name
    assert not storage.exists(job.file.name)
    assert storage.exists(error_file)

    assert jobs.tidy_files(now=clock.now() + timedelta(days=6)) == 0
    assert jobs.tidy_files(now=clock.now() + timedelta(days=8)) == 1

    assert not storage.exists(error_file)
    job.refresh_from_db()
    assert (job.file.name, job.error_file.name, job.due_at) == ("", "", None)
    assert jobs.tidy_files(now=clock.now() + timedelta(days=8)) == 0


def test_file_name_tells_nothing(acme):
    job = lead_import.receive_file(user=None, file=io.BytesIO(FILE.encode()), name="Lin 13800138000.csv")

    assert "Lin" not in job.file.name
    assert job.title == "Lin 13800138000.csv"
    assert job.file.storage.path(job.file.name).count("/acme/") == 1


def test_draft_waits_for_its_mapping_and_goes_after_seven_days(acme):
    job = lead_import.receive_file(user=None, file=io.BytesIO(FILE.encode()), name="leads.csv")

    assert jobs.claim_job(kinds=[lead_import.KIND], now=clock.now()) is None
    assert jobs.tidy_files(now=clock.now() + timedelta(days=8)) == 1
    assert not Job.objects.filter(pk=job.pk).exists()
    assert not job.file.storage.exists(job.file.name)


def test_draft_begins_once(acme):
    job = lead_import.receive_file(user=None, file=io.BytesIO(FILE.encode()), name="leads.csv")

    assert lead_import.begin_import(job)
    assert not lead_import.begin_import(job)


def test_worker_takes_an_import_up_and_brings_it_on_slice_by_slice(acme, small_batches):
    job = lead_import.start_import(user=make_user(), file=io.BytesIO(many(7).encode()), name="leads.csv")

    for done in (2, 4, 6):
        assert jobs_due(Budget(0))
        job.refresh_from_db()
        assert (job.state, job.done, job.token) == (JobState.WAITING, done, None)
    jobs_due(Budget(0))

    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert counts(job) == (7, 7, 0, 0, 0)
    assert (job.done, job.total) == (7, 7)
    assert not jobs_due(Budget(0))


def test_progress_is_told_after_each_batch(acme, small_batches):
    job = lead_import.start_import(user=None, file=io.BytesIO(many(5).encode()), name="leads.csv")
    held = jobs.claim_job(kinds=[lead_import.KIND], now=clock.now())
    seen = []

    lead_import.work(held, tell=lambda held: seen.append((held.done, held.total)))

    assert held.pk == job.pk
    assert seen == [(2, 5), (4, 5), (5, 5)]


def test_cancelled_import_stops_between_batches_and_keeps_what_is_in(acme, small_batches):
    job = lead_import.start_import(user=None, file=io.BytesIO(many(9).encode()), name="leads.csv")
    held = jobs.claim_job(kinds=[lead_import.KIND], now=clock.now())

    def cancel_after_four(held: Job) -> None:
        if held.done == 4:
            assert lead_import.cancel_import(job)

    with pytest.raises(jobs.JobLost):
        lead_import.work(held, tell=cancel_after_four)

    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert Lead.objects.count() == job.done == 4
    assert not lead_import.cancel_import(job)
    assert not jobs_due(Budget(1))


def test_worker_that_lost_its_lease_writes_nothing(acme, small_batches):
    lead_import.start_import(user=None, file=io.BytesIO(many(4).encode()), name="leads.csv")
    slow = jobs.claim_job(kinds=[lead_import.KIND], now=clock.now())
    later = clock.now() + jobs.LEASE + timedelta(seconds=1)
    quick = jobs.claim_job(kinds=[lead_import.KIND], now=later)

    with pytest.raises(jobs.JobLost):
        lead_import.work(slow)

    assert not Lead.objects.exists()
    lead_import.work(quick)
    assert Lead.objects.count() == 4


def test_broken_import_is_tried_again_and_then_given_up(acme, small_batches, monkeypatch):
    def break_down(*_arguments, **_options):
        raise RuntimeError("about Lin")

    job = lead_import.start_import(user=None, file=io.BytesIO(FILE.encode()), name="leads.csv")
    monkeypatch.setattr(lead_import, "prepared_arrived", break_down)

    try:
        for _ in range(5):
            jobs_due(Budget(1))
            clock.set_offset(clock._offset + timedelta(hours=1))
    finally:
        clock.set_offset(timedelta(0))

    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "RuntimeError")
    assert not Lead.objects.exists()


def test_error_file_holds_each_problem_once_after_a_resumption(acme, small_batches):
    content = "name,phone\n" + "".join(f"N{number},12\n" for number in range(5))
    job = lead_import.start_import(user=None, file=io.BytesIO(content.encode()), name="leads.csv", mapping=PHONES)
    jobs_due(Budget(0))
    job.refresh_from_db()
    with open(job.error_file.path, "ab") as file:
        file.write(b'"written by a worker that was killed before its commit"\n')

    while jobs_due(Budget(0)):
        pass

    job.refresh_from_db()
    assert counts(job) == (5, 0, 0, 0, 5)
    assert [row[0] for row in errors(job)] == ["2", "3", "4", "5", "6"]


def test_preview_shows_columns_samples_and_the_guess(acme):
    seen = lead_import.preview(io.BytesIO("姓名;手机\n李雷;13800138000\n".encode("gbk")))

    assert (seen.headers, seen.encoding, seen.delimiter) == (["姓名", "手机"], "gb18030", ";")
    assert seen.samples == [{"姓名": "李雷", "手机": "13800138000"}]
    assert {name: column.to for name, column in seen.mapping.columns.items()} == {"姓名": "name", "手机": "phone"}


def test_dry_run_foresees_the_counts_and_writes_nothing(acme, small_batches):
    bring(FILE)
    content = FILE.replace("Mo", "Mo Li") + "3,Han,12,Fair\n4,Wu,13700137000,Fair\n4,Wu,13700137000,Fair\n"

    foreseen = lead_import.dry_run(io.BytesIO(content.encode()))

    assert Lead.objects.count() == 2
    assert not JobTally.objects.exists()
    assert foreseen.complete
    assert [(problem.row, problem.column) for problem in foreseen.problems] == [(4, "phone")]
    assert counts(bring(content)) == tuple(foreseen.counts.values()) == (5, 1, 1, 2, 1)


def test_dry_run_of_the_first_rows_says_that_it_is_not_all(acme, small_batches):
    foreseen = lead_import.dry_run(io.BytesIO(many(9).encode()), rows=4)

    assert (foreseen.counts["rows"], foreseen.complete) == (4, False)


def test_mapping_that_names_a_missing_column_is_refused(acme):
    mapping = parse_mapping({"columns": {"Telephone": {"to": "phone"}}})

    with pytest.raises(InvalidMapping) as caught:
        bring(FILE, mapping=mapping)

    assert caught.value.path == "columns.Telephone"
    assert not Job.objects.exists()


def test_unreadable_file_leaves_nothing(acme):
    with pytest.raises(UnreadableFile):
        bring(b"PK\x03\x04 xl/")

    assert not Job.objects.exists()


def test_memory_does_not_grow_with_the_file(acme, monkeypatch):
    import tracemalloc

    monkeypatch.setattr("scrm.flows.lead_rows.BATCH_ROWS", 1_000)
    peaks = []
    for rows in (3_000, 12_000):
        file = io.BytesIO(many(rows).encode())
        tracemalloc.start()
        lead_import.dry_run(file)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < peaks[0] * 1.3
