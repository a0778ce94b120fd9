"""Makes simulated deliveries look as if they had happened on time, in SQL."""

from datetime import datetime

from django.db import connection

from campaigns.enums import TouchState as S


def settle_on_time(now: datetime) -> None:
    """A mail went out seconds after it was due, though the simulation goes by days."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE campaigns_touchpoint
            SET sent_at = due_at + make_interval(secs => 1 + id %% 4), finished_at = due_at + make_interval(secs => 1 + id %% 4)
            WHERE state = {S.SENT:d} AND due_at < %s
            """,
            [now],
        )


def do_tasks(now: datetime) -> list[int]:
    """Most tasks were done within hours, some were given up, today's and a few late ones wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH ended AS (
                UPDATE campaigns_reptask
                SET state = CASE WHEN touchpoint_id %% 12 = 0 THEN 'cannot' ELSE 'done' END,
                    reason = CASE WHEN touchpoint_id %% 12 = 0 THEN 'No answer after three calls' ELSE '' END,
                    finished_at = due_at + make_interval(mins => (20 + touchpoint_id * 37 %% 400)::int)
                WHERE state = 'open' AND due_at < %s - interval '14 hours' AND touchpoint_id %% 19 <> 0
                RETURNING touchpoint_id, state, finished_at)
            UPDATE campaigns_touchpoint touch
            SET state = CASE WHEN ended.state = 'done' THEN {S.SENT:d} ELSE {S.SKIPPED:d} END,
                sent_at = CASE WHEN ended.state = 'done' THEN ended.finished_at END,
                finished_at = ended.finished_at,
                reason = CASE WHEN ended.state = 'done' THEN NULL ELSE 'cannot' END
            FROM ended WHERE touch.id = ended.touchpoint_id AND touch.state = {S.WITH_REP:d}
            RETURNING touch.id
            """,
            [now],
        )
        return [row[0] for row in cursor.fetchall()]


def count_form_views() -> None:
    """Views of a form, about five for each lead it brought."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_form form SET views = 40 + 5 * (SELECT count(*) FROM leads_lead WHERE form_id = form.id)"
        )
