"""The SQL of what leads came to: one statement over the leads that a queryset picks."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from commerce.enums import OrderStatus
from leads.enums import LeadStatus, Rating
from leads.models import Lead

# An order belongs to the last lead of its contact that came before it, so that two sources never both have it.
_FIGURES = f"""
WITH picked AS ({{picked}}),
talked AS (
    SELECT i.contact_id, max(i.at) AS last_at FROM leads_interaction i
    WHERE i.effective AND i.deleted_at IS NULL AND i.contact_id IN (SELECT p.contact_id FROM picked p)
    GROUP BY i.contact_id
),
paid AS (
    SELECT w.id AS lead_id,
        coalesce(sum(o.amount - o.refunded) FILTER (WHERE o.currency = %(currency)s), 0) AS revenue,
        count(*) FILTER (WHERE o.currency = %(currency)s) AS orders,
        count(*) FILTER (WHERE o.currency <> %(currency)s) AS apart
    FROM commerce_order o
    CROSS JOIN LATERAL (
        SELECT l.id FROM leads_lead l WHERE l.contact_id = o.contact_id AND l.captured_at <= o.ordered_at
        ORDER BY l.captured_at DESC, l.id DESC LIMIT 1
    ) w
    WHERE o.status = '{OrderStatus.PAID.value}' AND o.contact_id IN (SELECT p.contact_id FROM picked p)
    GROUP BY w.id
)
SELECT coalesce(s.merged_into_id, p.source_id) AS source_id, count(*),
    count(*) FILTER (WHERE t.last_at >= p.captured_at),
    count(*) FILTER (WHERE p.rating IN ('{Rating.A.value}', '{Rating.B.value}')),
    count(*) FILTER (WHERE p.status = '{LeadStatus.WON.value}'),
    coalesce(sum(r.revenue), 0), coalesce(sum(r.orders), 0)::bigint, coalesce(sum(r.apart), 0)::bigint
FROM picked p
LEFT JOIN leads_source s ON s.id = p.source_id
LEFT JOIN talked t ON t.contact_id = p.contact_id
LEFT JOIN paid r ON r.lead_id = p.id
GROUP BY 1
"""


def figures_by_source(leads: QuerySet[Lead], *, currency: str) -> list[tuple[Any, ...]]:
    """Source, leads, with effective communication, rated A or B, won, revenue, orders, orders in other currencies."""
    try:
        columns = leads.order_by().values("id", "contact_id", "source_id", "captured_at", "rating", "status")
        picked, given = columns.query.sql_with_params()
    except EmptyResultSet:
        return []
    # The queryset's values get names: one statement can't mix both kinds of placeholder.
    names = [f"picked_{index}" for index in range(len(given))]
    picked = picked % tuple(f"%({name})s" for name in names)
    params = {**dict(zip(names, given, strict=True)), "currency": currency}
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES.replace("{picked}", picked), params)
        return cursor.fetchall()
