"""A long ledger in which nothing is due: what each tick asks must not read it."""

import pytest
from django.db import connection

from campaigns.enums import TouchState
from campaigns.lane_queries import TOUCHPOINTS_NEXT_DUE, end_catch_up, next_due_in_lane, take_turn
from campaigns.models import Lane
from campaigns.selectors import lanes_with_due_rows
from campaigns.services.ledger import claim_batch, recover
from operations.queries import counts_over
from scrm.core import clock
from tests.factories import make_live_sop, step

ROWS = 20_000


@pytest.fixture
def long_ledger(acme):
    """Ten lanes; what is of the past was sent, and what is planned is to come."""
    for number in range(10):
        make_live_sop(step("email"), name=f"S{number}")
    with connection.cursor() as cursor:
        # As the owner of the tables, for ANALYZE; and without enrollments behind the rows.
        cursor.execute("RESET ROLE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            f"""
            INSERT INTO campaigns_touchpoint (enrollment_id, contact_id, lane_id, step_id, step_number, occurrence,
                                              due_at, state, attempt, sent_at)
            SELECT n, gen_random_uuid(), lanes.ids[1 + n %% 10], 1, 1, 1, now() + (%s - n) * interval '1 minute',
                   CASE WHEN n >= %s THEN {TouchState.SENT:d} ELSE {TouchState.PLANNED:d} END, 1, now()
            FROM generate_series(1, %s) AS n, (SELECT array_agg(id) AS ids FROM campaigns_lane) lanes
            """,
            [ROWS // 2, ROWS // 2, ROWS],
        )
        cursor.execute("ANALYZE acme.campaigns_touchpoint, acme.campaigns_lane")
    return Lane.objects.select_related("sop").first()


def test_nothing_reads_the_whole_ledger(long_ledger):
    plans: dict[str, str] = {}

    def explain(execute, sql, params, many, context):
        if "campaigns_touchpoint" in sql and not sql.startswith("EXPLAIN"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                plans[sql] = "\n".join(row[0] for row in cursor.fetchall())
        return execute(sql, params, many, context)

    now, pk = clock.now(), long_ledger.pk
    with connection.execute_wrapper(explain):
        assert lanes_with_due_rows(now) == []
        with connection.cursor() as cursor:
            cursor.execute(TOUCHPOINTS_NEXT_DUE)
        take_turn(lane_id=pk, now=now, late_before=now, next_at=now)
        end_catch_up(pk)
        next_due_in_lane(pk)
        assert claim_batch(lane=long_ledger) is None
        recover(now=now)
        counts_over(["acme"], now)

    assert len(plans) >= 8
    assert [sql for sql, plan in plans.items() if "Seq Scan on campaigns_touchpoint" in plan] == []
    # The archive's CHECK leaves it out where only what may still change is asked for.
    assert [sql for sql, plan in plans.items() if "campaigns_touchpointarchive" in plan] == []
