"""The reports' numbers, one statement each, over the leads that a queryset picks."""

from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from campaigns.enums import TaskState, TouchState
from contacts.enums import IdentityKind
from leads.enums import LeadStatus
from leads.models import Lead

# A touch or an engagement counts when the contact's last one lies after the capture: the same as
# "there is one after it", for one grouped scan instead of a look per lead.
_JUDGED = f"""
picked AS ({{picked}}),
touch AS (
    SELECT x.contact_id, max(x.at) AS last_at FROM (
        SELECT t.contact_id, t.sent_at AS at FROM campaigns_touchpoint t WHERE t.state = {TouchState.SENT.value}
        UNION ALL
        SELECT k.contact_id, k.finished_at FROM campaigns_reptask k WHERE k.state = '{TaskState.DONE.value}'
    ) x WHERE x.contact_id IN (SELECT p.contact_id FROM picked p) GROUP BY x.contact_id
),
engagement AS (
    SELECT e.contact_id, max(e.occurred_at) AS last_at
    FROM events_event e JOIN events_eventtype y ON y.id = e.type_id AND y.engaging
    WHERE e.contact_id IN (SELECT p.contact_id FROM picked p) GROUP BY e.contact_id
),
judged AS (
    SELECT p.id, p.contact_id, p.source_id, p.captured_at,
        p.assigned_at IS NOT NULL AS assigned,
        coalesce(t.last_at >= p.captured_at, FALSE) AS touched,
        coalesce(e.last_at > p.captured_at, FALSE) AS engaged,
        p.status = '{LeadStatus.WON.value}' AS won
    FROM picked p
    LEFT JOIN touch t ON t.contact_id = p.contact_id
    LEFT JOIN engagement e ON e.contact_id = p.contact_id
)
"""

_FUNNEL = f"""
WITH {_JUDGED}
SELECT count(*), count(*) FILTER (WHERE assigned), count(*) FILTER (WHERE touched),
    count(*) FILTER (WHERE engaged), count(*) FILTER (WHERE won)
FROM judged
"""

_PER_DAY = f"""
WITH {_JUDGED}
SELECT (captured_at AT TIME ZONE %s)::date AS day, count(*), count(*) FILTER (WHERE touched),
    count(*) FILTER (WHERE engaged), count(*) FILTER (WHERE won)
FROM judged GROUP BY day ORDER BY day
"""

_REACHABLE = f"""
    SELECT i.contact_id FROM contacts_identity i
    WHERE i.kind IN ('{IdentityKind.PHONE.value}', '{IdentityKind.EMAIL.value}')
    UNION ALL SELECT c.id FROM contacts_contact c WHERE c.erased_at IS NOT NULL AND c.was_reachable
"""

_SOURCES = f"""
WITH {_JUDGED},
counted AS (
    SELECT source_id, count(*) AS leads, count(*) FILTER (WHERE contact_id IN ({_REACHABLE})) AS valid,
        count(*) FILTER (WHERE assigned) AS assigned, count(*) FILTER (WHERE touched) AS touched,
        count(*) FILTER (WHERE engaged) AS engaged, count(*) FILTER (WHERE won) AS won
    FROM judged GROUP BY source_id
),
spent AS (
    SELECT c.source_id, sum(c.amount) AS cost FROM leads_sourcecost c
    WHERE c.currency = %(currency)s
        AND (%(since)s::date IS NULL OR c."on" >= %(since)s) AND (%(until)s::date IS NULL OR c."on" <= %(until)s)
        AND (%(sources)s::uuid[] IS NULL OR c.source_id = ANY(%(sources)s::uuid[]))
    GROUP BY c.source_id
)
SELECT coalesce(n.source_id, k.source_id), s.name, coalesce(n.leads, 0), coalesce(n.valid, 0),
    coalesce(n.assigned, 0), coalesce(n.touched, 0), coalesce(n.engaged, 0), coalesce(n.won, 0), k.cost
FROM counted n FULL JOIN spent k ON k.source_id = n.source_id
LEFT JOIN leads_source s ON s.id = coalesce(n.source_id, k.source_id)
ORDER BY coalesce(n.leads, 0) DESC, s.name
"""

_COLUMNS = ("id", "contact_id", "source_id", "captured_at", "assigned_at", "status")


def funnel_counts(leads: QuerySet[Lead]) -> tuple[int, ...]:
    """Captured, assigned, touched, engaged, won."""
    return _rows(_FUNNEL, leads)[0]


def funnel_counts_per_day(leads: QuerySet[Lead], zone: str) -> list[tuple[Any, ...]]:
    """Day of capture in the zone, then captured, touched, engaged, won; days without leads are left out."""
    return _rows(_PER_DAY, leads, [zone])


def source_counts(
    leads: QuerySet[Lead], *, currency: str, since: date | None, until: date | None, sources: list[Any] | None
) -> list[tuple[Any, ...]]:
    """One row per source that brought leads or cost something in these days."""
    named = {"currency": currency, "since": since, "until": until, "sources": sources}
    return _rows(_SOURCES, leads, named)


def _rows(template: str, leads: QuerySet[Lead], more: list[Any] | dict[str, Any] | None = None) -> list[Any]:
    try:
        picked, given = leads.order_by().values(*_COLUMNS).query.sql_with_params()
    except EmptyResultSet:
        picked, given = f"SELECT {', '.join(_COLUMNS)} FROM leads_lead WHERE FALSE", ()
    params: list[Any] | dict[str, Any] = [*given, *(more or [])]
    if isinstance(more, dict):
        # The queryset's values get names too: one statement can't mix both kinds of placeholder.
        names = [f"picked_{index}" for index in range(len(given))]
        picked = picked % tuple(f"%({name})s" for name in names)
        params = {**dict(zip(names, given, strict=True)), **more}
    with connection.cursor() as cursor:
        cursor.execute(template.replace("{picked}", picked), params)
        rows: list[Any] = cursor.fetchall()
        return rows
