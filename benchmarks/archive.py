"""What the archive saves and costs: the same claim over a ledger full of finished touches and after they have moved.

bin/bench archive [ROWS]: ROWS enrollments that ended long ago with one finished touch each, beside 2,000 that are due
and 30,000 that wait. What is measured is rolled back, but for the move itself. Baselines run in the same process: an
empty SELECT, plain copying, plain updates.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from benchmarks.stack import Stack

ROUNDS = 200
BATCH = 50
DUE = 2_000
WAITING = 30_000

_PEOPLE = """
WITH person AS (
    INSERT INTO contacts_contact (id, {columns}) SELECT gen_random_uuid(), {columns}
    FROM (SELECT {columns} FROM contacts_contact LIMIT 1) one, generate_series(1, %(count)s) RETURNING id),
enrolled AS (
    INSERT INTO campaigns_enrollment
        (sop_id, version_id, contact_id, entry, anchor_at, zone, state, exit_reason, ended_at)
    SELECT %(sop)s, %(version)s, id, 1, %(at)s, 'UTC', %(state)s, '', %(ended)s FROM person RETURNING id, contact_id)
INSERT INTO campaigns_touchpoint (enrollment_id, contact_id, lane_id, step_id, step_number, occurrence, due_at, state,
                                  attempt, sent_at, finished_at)
SELECT id, contact_id, %(lane)s, %(step)s, 1, 1, %(at)s, %(touch)s, 1, %(ended)s, %(ended)s FROM enrolled
"""


def main(rows: int) -> None:
    with Stack("bench-archive") as stack:
        stack.manage("migrate_all")
        stack.enter_django()
        from django.db import connection
        from django_tenants.utils import tenant_context

        from tenants.services import create_tenant

        with tenant_context(create_tenant(schema_name="bench", domain="bench.test")):
            lane_id, sop = _fill(rows)
            with connection.cursor() as cursor:
                full = _measured(lane_id), _size(cursor)
                print(f"plain copying       {_copied(cursor):>10,.0f} rows/s")
                began = time.perf_counter()
                moved = _moved()
                print(f"moved to the archive{moved / (time.perf_counter() - began):>10,.0f} rows/s, {moved:,} rows")
                _settle(cursor)
                light = _measured(lane_id), _size(cursor)
            print(f"{'':<24}{rows:>12,} live {'archived':>10} {'ratio':>6}")
            for name in full[0]:
                before, after = full[0][name], light[0][name]
                print(f"{name:<24}{before:>14.3f} ms {after:>10.3f} {before / after:>6.2f}")
            print(f"{'ledger on disk':<24}{full[1]:>14,.0f} MB {light[1]:>10,.0f} {full[1] / light[1]:>6.2f}")
            _end(sop)


def _fill(rows: int) -> tuple[int, Any]:
    from django.db import connection

    from campaigns.enums import TouchState, Trigger
    from campaigns.models import Lane, Step
    from campaigns.services import create_sop, publish_sop
    from contacts.models import Contact
    from scrm.core import clock

    now = clock.now()
    steps = [{"name": "Mail", "channel": "email", "offset": {"kind": "immediately"}, "subject": "S", "body": "B"}]
    sop = create_sop(name="Bench", trigger=Trigger.MANUAL, now=now, steps=steps)
    version = publish_sop(sop=sop, by=None, now=now)
    lane, step = Lane.objects.get(sop=sop), Step.objects.get(version=version)
    person = Contact.objects.create(name="P", created_at=now, updated_at=now)
    columns = ", ".join(str(field.column) for field in person._meta.concrete_fields if not field.primary_key)
    plain: dict[str, Any] = {"sop": sop.pk, "version": version.pk, "lane": lane.pk, "step": step.pk}
    old = now - timedelta(days=100)
    kinds: tuple[dict[str, Any], ...] = (
        {"count": rows, "at": old, "state": "finished", "ended": old, "touch": TouchState.SENT.value},
        {"count": DUE, "at": now, "state": "active", "ended": None, "touch": TouchState.PLANNED.value},
        {
            "count": WAITING,
            "at": now + timedelta(days=9),
            "state": "active",
            "ended": None,
            "touch": TouchState.PLANNED.value,
        },
    )
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        # Without the checks of references: what is filled in is whole.
        cursor.execute("SET session_replication_role = replica")
        for kind in kinds:
            cursor.execute(_PEOPLE.format(columns=columns), plain | kind)
        cursor.execute("SET session_replication_role = origin")
        _settle(cursor)
    return lane.pk, sop


def _settle(cursor: Any) -> None:
    cursor.execute("RESET ROLE")
    cursor.execute("VACUUM (FULL, ANALYZE) campaigns_touchpoint")
    cursor.execute("VACUUM ANALYZE campaigns_enrollment")
    cursor.execute("CHECKPOINT")


def _measured(lane_id: int) -> dict[str, float]:
    """Medians in milliseconds, taken in turns."""
    import uuid

    from campaigns import queries
    from campaigns.archive_queries import ARCHIVE_NEXT_DUE
    from campaigns.lane_queries import TOUCHPOINTS_NEXT_DUE
    from scrm.core import clock

    def claim() -> None:
        now = clock.now()
        until = now + timedelta(minutes=1)
        found = queries.claim(lane_id=lane_id, limit=BATCH, token=uuid.uuid4(), now=now, lease_until=until)
        assert len(found) == BATCH

    works: dict[str, Callable[[], Any]] = {
        "empty SELECT": lambda: queries.rows_of("SELECT 1", []),
        f"claim of {BATCH}": claim,
        "next due touch": lambda: queries.rows_of(TOUCHPOINTS_NEXT_DUE, []),
        "next due archive": lambda: queries.rows_of(f"SELECT ({ARCHIVE_NEXT_DUE})", []),
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            with _undone():
                taken[name].append(_seconds(work) * 1000)
    return {name: statistics.median(each) for name, each in taken.items()}


def _moved() -> int:
    from campaigns.services.archive import archive_ended
    from scrm.core import clock

    moved, now = 0, clock.now()
    while count := archive_ended(now=now):
        moved += count
    return moved


def _copied(cursor: Any) -> float:
    with _undone():
        cursor.execute("CREATE TABLE plain (LIKE campaigns_touchpointarchive INCLUDING INDEXES)")
        seconds = _seconds(
            lambda: cursor.execute("INSERT INTO plain SELECT * FROM ONLY campaigns_touchpoint ORDER BY id LIMIT 100000")
        )
        return float(cursor.rowcount / seconds)


def _size(cursor: Any) -> float:
    cursor.execute("SELECT pg_total_relation_size('campaigns_touchpoint') / 1e6")
    return float(cursor.fetchone()[0])


def _end(sop: Any) -> None:
    """Everybody inside leaves, beside the same rows updated without asking anything."""
    from campaigns.enums import Reason
    from campaigns.queries import rows_changed
    from campaigns.services.enrolment import exit_everybody
    from scrm.core import clock

    def plain() -> None:
        rows_changed("UPDATE campaigns_enrollment SET state = 'exited', ended_at = now() WHERE state = 'active'", [])
        rows_changed("UPDATE ONLY campaigns_touchpoint SET state = 7, finished_at = now() WHERE state = 0", [])

    with _undone():
        bare = _seconds(plain)
    with _undone():
        whole = _seconds(lambda: exit_everybody(sop=sop, reason=Reason.STOPPED, now=clock.now()))
    print(f"{DUE + WAITING:,} people leave in {whole:.2f} s, plain updates {bare:.2f} s, ratio {whole / bare:.2f}")


@contextmanager
def _undone() -> Iterator[None]:
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
