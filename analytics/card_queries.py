"""The SQL of score cards: two statements for all groups and both periods, over the owners that they name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from analytics.commission import Rate
from leads.enums import DealKind, ResponseEnd

NOW, BEFORE = 0, 1


@dataclass(frozen=True, slots=True)
class Times:
    """Where the period before begins, where it ends and the period itself begins, and where that ends.

    Without a period before the first two are the same.
    """

    first: datetime
    middle: datetime
    last: datetime


_MEMBER: Final = """
member AS MATERIALIZED (SELECT * FROM unnest(%(groups)s::int[], %(owners)s::uuid[]) AS m(grouped, owner_id))
"""
_MINE: Final = "owner_id = ANY(%(people)s::uuid[])"


def _when(column: str) -> str:
    """Rows of both periods, which lie side by side, and which of the two each belongs to."""
    return f"{column} >= %(first)s AND {column} < %(last)s"


def _period(column: str) -> str:
    return f"CASE WHEN {column} >= %(middle)s THEN {NOW} ELSE {BEFORE} END"


# Each lead is judged once and counted by owner; only medians are looked for among all leads of a group.
_LEADS: Final = f"""
WITH {_MEMBER},
picked AS MATERIALIZED (
    SELECT {_period("l.captured_at")} AS period, l.id, l.owner_id, l.contact_id, l.captured_at
    FROM leads_lead l WHERE {_when("l.captured_at")} AND l.{_MINE}
),
talked AS (
    SELECT i.contact_id, max(i.at) AS last_at FROM leads_interaction i
    WHERE i.effective AND i.deleted_at IS NULL AND i.contact_id IN (SELECT p.contact_id FROM picked p)
    GROUP BY i.contact_id
),
judged AS MATERIALIZED (
    SELECT p.period, p.owner_id, coalesce(t.last_at >= p.captured_at, FALSE) AS effective, c.ended_as,
        c.ended_as = '' AND c.due_at < %(now)s AS missed,
        CASE WHEN c.ended_as IN ('{ResponseEnd.MET.value}', '{ResponseEnd.LATE.value}')
            THEN extract(epoch FROM c.ended_at - c.started_at - c.paused_for)::float8 END AS took
    FROM picked p
    LEFT JOIN talked t ON t.contact_id = p.contact_id
    LEFT JOIN leads_responseclock c ON c.lead_id = p.id
),
counted AS (
    SELECT owner_id, period, count(*) AS leads, count(*) FILTER (WHERE effective) AS effective,
        count(*) FILTER (WHERE ended_as = '{ResponseEnd.MET.value}') AS met,
        count(*) FILTER (WHERE ended_as = '{ResponseEnd.LATE.value}') AS late,
        count(*) FILTER (WHERE missed) AS missed
    FROM judged GROUP BY owner_id, period
),
added AS (
    SELECT m.grouped, c.period, sum(c.leads)::bigint AS leads, sum(c.effective)::bigint AS effective,
        sum(c.met)::bigint AS met, sum(c.late)::bigint AS late, sum(c.missed)::bigint AS missed
    FROM counted c JOIN member m ON m.owner_id = c.owner_id GROUP BY m.grouped, c.period
),
waited AS (
    SELECT m.grouped, j.period, percentile_cont(0.5) WITHIN GROUP (ORDER BY j.took) AS median
    FROM judged j JOIN member m ON m.owner_id = j.owner_id WHERE j.took IS NOT NULL GROUP BY m.grouped, j.period
)
SELECT a.grouped, a.period, a.leads, a.effective, a.met, a.late, a.missed, w.median
FROM added a LEFT JOIN waited w ON w.grouped = a.grouped AND w.period = a.period
"""

# By the rate of the day on which a deal was won, rounded deal by deal: sums are of whole cents.
_DEALS: Final = f"""
WITH {_MEMBER},
rate AS MATERIALIZED (
    SELECT * FROM unnest(%(departments)s::uuid[], %(from)s::date[], %(until)s::date[], %(percents)s::numeric[])
        AS r(department_id, from_on, until_on, percent)
),
won AS MATERIALIZED (
    SELECT {_period("o.settled_at")} AS period, o.owner_id, o.currency, coalesce(o.amount, 0) AS amount,
        u.department_id, (o.settled_at AT TIME ZONE %(zone)s)::date AS day
    FROM leads_opportunity o
    JOIN leads_opportunitystage k ON k.id = o.stage_id AND k.kind = '{DealKind.WON.value}'
    JOIN accounts_user u ON u.id = o.owner_id
    WHERE {_when("o.settled_at")} AND o.{_MINE}
),
paid AS (
    SELECT w.owner_id, w.period, w.currency, count(*) AS deals, sum(w.amount) AS amount,
        sum(round(w.amount * r.percent / 100, 2)) AS commission
    FROM won w
    LEFT JOIN rate r ON r.department_id = w.department_id AND w.day >= r.from_on AND (w.day < r.until_on) IS NOT FALSE
    GROUP BY w.owner_id, w.period, w.currency
),
made AS (
    SELECT o.owner_id, {_period("o.created_at")} AS period, count(*) AS deals
    FROM leads_opportunity o WHERE {_when("o.created_at")} AND o.{_MINE} GROUP BY 1, 2
)
SELECT m.grouped, p.period, p.currency, sum(p.deals)::bigint, sum(p.amount), sum(p.commission)
FROM paid p JOIN member m ON m.owner_id = p.owner_id GROUP BY m.grouped, p.period, p.currency
UNION ALL
SELECT m.grouped, o.period, NULL, sum(o.deals)::bigint, NULL, NULL
FROM made o JOIN member m ON m.owner_id = o.owner_id GROUP BY m.grouped, o.period
ORDER BY 1, 2, 3 NULLS FIRST
"""

Members = Sequence[tuple[int, UUID]]


def lead_numbers(times: Times, members: Members, *, now: datetime) -> list[tuple[Any, ...]]:
    """Group, period, leads, with effective communication, met, late, missed, median seconds to the first answer."""
    return _rows(_LEADS, _given(times, members) | {"now": now})


def deal_numbers(times: Times, members: Members, *, rates: Sequence[Rate], zone: str) -> list[tuple[Any, ...]]:
    """Group, period, currency, deals won, amount, commission; with no currency how many opportunities were made.

    Of one department no two rates hold on one day.
    """
    held = {
        "departments": [str(rate.department_id) for rate in rates],
        "from": [rate.from_on for rate in rates],
        "until": [rate.until_on for rate in rates],
        "percents": [rate.percent for rate in rates],
    }
    return _rows(_DEALS, _given(times, members) | held | {"zone": zone})


def _given(times: Times, members: Members) -> dict[str, Any]:
    return {
        "first": times.first,
        "middle": times.middle,
        "last": times.last,
        "groups": [group for group, _owner in members],
        "owners": [str(owner) for _group, owner in members],
        "people": sorted({str(owner) for _group, owner in members}),
    }


def _rows(statement: str, given: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows: list[Any] = cursor.fetchall()
        return rows
