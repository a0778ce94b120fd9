"""The funnel and the table by source twice: as the dashboard shows them, and by SQL as plain as it gets."""

from typing import Any

# Lead by lead, without any of the product's own queries. States and words are written out on purpose.
_TOUCHED = (
    "(EXISTS (SELECT 1 FROM campaigns_touchpoint t WHERE t.contact_id = l.contact_id AND t.state = 4 "
    "AND t.sent_at >= l.captured_at) OR EXISTS (SELECT 1 FROM campaigns_reptask k "
    "WHERE k.contact_id = l.contact_id AND k.state = 'done' AND k.finished_at >= l.captured_at))"
)
_ENGAGED = (
    "EXISTS (SELECT 1 FROM events_event e WHERE e.contact_id = l.contact_id AND e.occurred_at > l.captured_at "
    "AND e.type_id IN (SELECT y.id FROM events_eventtype y WHERE y.engaging))"
)
_STEPS = {
    "captured": "TRUE",
    "assigned": "l.assigned_at IS NOT NULL",
    "touched": _TOUCHED,
    "engaged": _ENGAGED,
    "won": "l.status = 'won'",
}
_REACHABLE = (
    "EXISTS (SELECT 1 FROM contacts_identity i WHERE i.contact_id = l.contact_id AND i.kind IN ('phone', 'email'))"
)


def plain_funnel() -> dict[str, int]:
    """One count per step."""
    return {
        step: int(_rows(f"SELECT count(*) FROM leads_lead l WHERE {condition}")[0][0])
        for step, condition in _STEPS.items()
    }


def plain_sources() -> dict[str, dict[str, int]]:
    """One count per source and column."""
    counted = {"leads": "TRUE", "valid": _REACHABLE, **{step: _STEPS[step] for step in ("touched", "engaged", "won")}}
    table: dict[str, dict[str, int]] = {}
    for column, condition in counted.items():
        for name, count in _rows(
            "SELECT coalesce(s.name, ''), count(*) FROM leads_lead l LEFT JOIN leads_source s ON s.id = l.source_id "
            f"WHERE {condition} GROUP BY s.name"
        ):
            table.setdefault(name, dict.fromkeys(counted, 0))[column] = count
    return table


def shown_funnel() -> dict[str, int]:
    """What the dashboard shows to somebody who sees everything."""
    from analytics.funnel import ReportFilters
    from analytics.selectors import funnel

    return {step.key: step.value for step in funnel(_onlooker(), ReportFilters())}


def shown_sources() -> dict[str, dict[str, int]]:
    from analytics.funnel import ReportFilters
    from analytics.selectors import source_table

    columns = ("leads", "valid", "touched", "engaged", "won")
    return {
        row.name if row.source_id else "": {column: getattr(row, column) for column in columns}
        for row in source_table(_onlooker(), ReportFilters())
    }


def _onlooker() -> Any:
    from accounts.enums import Role
    from accounts.models import User

    return User(username="onlooker", role=Role.PRINCIPAL)


def _rows(sql: str) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: list[Any] = cursor.fetchall()
        return found
