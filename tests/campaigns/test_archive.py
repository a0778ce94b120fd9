"""What ended long ago lies in the archive: read as ever, no longer carried by the engine, and never twice."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction

from analytics.queries import funnel_counts, source_counts
from campaigns import enrollment_queries
from campaigns.archive_queries import ARCHIVE_NEXT_DUE
from campaigns.enums import EnrollmentState, Reason, TaskState, TouchState
from campaigns.models import Enrollment, Lane, RepTask, Touchpoint
from campaigns.of_contacts import sops_of_contact, touchpoint_list_of_contact
from campaigns.selectors import step_counts, touchpoint_get, touchpoint_list
from campaigns.services import exit_enrollments, finish_task
from campaigns.services.archive import archive_ended
from campaigns.task_selectors import contacts_last_reached, task_list_ended
from leads.models import Lead, Source
from operations.backup.queries import table_sums
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.archive import archive_due
from scrm.flows.touchpoint import touchpoints_due
from tenants.portable.queries import copy_out, table_list
from tests.campaigns.people import put_in
from tests.factories import make_contact, make_live_sop, make_user, step

LATER = timedelta(days=91)


def rows_in(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ONLY {table}")
        return int(cursor.fetchone()[0])


def counts() -> tuple[int, int]:
    """Rows in the ledger and in the archive."""
    return rows_in("campaigns_touchpoint"), rows_in("campaigns_touchpointarchive")


def next_due():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({ARCHIVE_NEXT_DUE})")
        return cursor.fetchone()[0]


@pytest.fixture
def ada(acme):
    return make_user("ada", role="manager")


@pytest.fixture
def done(acme):
    """Lin did what the SOP wanted; Mei is still in it."""
    ben = make_user()
    sop = make_live_sop(step(), name="Welcome")
    lin, mei = make_contact("Lin", owner=ben), make_contact("Mei", owner=ben)
    put_in(sop, lin, mei)
    touchpoints_due(Budget(5))
    assert finish_task(task=RepTask.objects.get(contact=lin), now=clock.now())
    return lin


def test_only_what_ended_long_ago_is_moved(done):
    now = clock.now()

    assert archive_ended(now=now) == 0
    assert counts() == (2, 0)
    assert archive_ended(now=now + LATER) == 1
    assert counts() == (1, 1)
    assert archive_ended(now=now + LATER) == 0
    assert Enrollment.objects.get(contact=done).archived_at == now + LATER
    assert Touchpoint.objects.get(contact=done).state == TouchState.SENT


def test_archive_is_due_when_its_first_enrollment_is_old_enough(done):
    ended_at = Enrollment.objects.get(contact=done).ended_at

    assert next_due() == ended_at + timedelta(days=90)
    archive_ended(now=ended_at + timedelta(days=90))
    assert next_due() is None


def test_touch_that_somebody_has_to_settle_stays_and_wakes_nobody(done):
    Touchpoint.objects.filter(contact=done).update(state=TouchState.UNKNOWN)

    assert next_due() is None
    assert archive_ended(now=clock.now() + LATER) == 0
    assert counts() == (2, 0)


def test_everybody_reads_the_archive_as_before(done, ada):
    now = clock.now()
    source = Source.objects.create(name="Web", created_at=now)
    earlier = now - timedelta(hours=1)
    lead = Lead.objects.create(contact=done, source=source, came_by="hand", captured_at=earlier, updated_at=earlier)
    Enrollment.objects.filter(contact=done).update(lead=lead)
    touch, sop = Touchpoint.objects.get(contact=done), Lane.objects.get().sop

    def seen():
        return (
            [row.pk for row in touchpoint_list(ada)],
            [row.pk for row in touchpoint_list(ada, state=TouchState.SENT)],
            [row.pk for row in touchpoint_list_of_contact(done.pk)],
            [(taking.why, taking.next) for taking in sops_of_contact(done.pk)],
            {number: dict(found.by_state) for number, found in step_counts(ada, sop).items()},
            contacts_last_reached([done.pk]),
            [task.touchpoint.step.name for task in task_list_ended(ada, clock.now() - LATER)],
            touchpoint_get(ada, touch.pk),
            funnel_counts(Lead.objects.all()),
            source_counts(Lead.objects.all(), currency="CNY", since=None, until=None, sources=None),
        )

    before = seen()
    archive_ended(now=clock.now() + LATER)

    assert counts() == (1, 1)
    assert seen() == before
    assert before[2] == [touch.pk]


def test_contact_that_is_deleted_takes_its_archive_along(done):
    archive_ended(now=clock.now() + LATER)

    done.delete()

    assert counts() == (1, 0)
    assert not RepTask.objects.filter(contact_id=done.pk).exists()


def test_step_that_is_archived_is_not_planned_again(done):
    archive_ended(now=clock.now() + LATER)
    touch = Touchpoint.objects.get(contact=done)
    again = enrollment_queries.NewTouch(
        touch.enrollment_id, touch.contact_id, touch.lane_id, touch.step_id, touch.step_number, 1, clock.now()
    )

    assert enrollment_queries.insert_touchpoints([again]) == 0
    assert counts() == (1, 1)


@pytest.mark.parametrize("state", [TouchState.PLANNED, TouchState.UNKNOWN, TouchState.WITH_REP])
def test_archive_refuses_what_may_still_change(done, state):
    archive_ended(now=clock.now() + LATER)

    with pytest.raises(IntegrityError, match="touchpoint_archive_finished"), transaction.atomic():
        Touchpoint.objects.filter(contact=done).update(state=state)


def test_exit_of_an_archived_person_changes_nothing(done):
    archive_ended(now=clock.now() + LATER)

    with due_work():
        assert exit_enrollments(contact_ids=[done.pk], reason=Reason.LEFT, now=clock.now()) == 0

    assert Enrollment.objects.get(contact=done).state == EnrollmentState.FINISHED
    assert RepTask.objects.get(contact=done).state == TaskState.DONE


def test_archive_has_the_ledger_s_columns_in_their_order(acme):
    with connection.cursor() as cursor:
        columns = []
        for table in ("campaigns_touchpoint", "campaigns_touchpointarchive"):
            cursor.execute(
                "SELECT array_agg(attname::text || atttypid::regtype ORDER BY attnum) FROM pg_attribute "
                "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
                [table],
            )
            columns.append(cursor.fetchone()[0])

    assert columns[0] == columns[1]


@pytest.mark.parametrize("schema", ["acme", "tpl_blank"])
def test_column_that_is_dropped_goes_from_the_archive_too(acme, schema):
    """In clones as in what migrations made: no column of the archive is its own."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(
            "SELECT count(*) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attislocal",
            [f"{schema}.campaigns_touchpointarchive"],
        )
        assert cursor.fetchone()[0] == 0


def test_export_takes_each_row_from_its_own_table(done):
    archive_ended(now=clock.now() + LATER)
    connection.set_schema_to_public()
    tables = {table.name: table for table in table_list("acme")}

    rows = [copy_out("acme", tables[f"campaigns_touchpoint{end}"], BytesIO()) for end in ("", "archive")]
    with connection.cursor() as cursor:
        sums = table_sums(cursor)

    assert rows == [1, 1]
    assert [sums[f"acme.campaigns_touchpoint{end}"][0] for end in ("", "archive")] == [1, 1]


def test_drain_archives_until_nothing_is_left(done, settings):
    settings.SCRM_ARCHIVE_AFTER_DAYS = 0

    assert archive_due(Budget(5)) is False
    assert counts() == (1, 1)
