"""What it means that somebody did something with a customer, said once, and whom nobody did anything with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

_TOUCHED: Final = """
    GREATEST(
        (SELECT max(t.at) FROM leads_interaction t WHERE t.contact_id = held.id AND t.deleted_at IS NULL),
        (SELECT max(t.at) FROM leads_attachment t WHERE t.contact_id = held.id),
        (SELECT max(t.at) FROM leads_ratingchange t WHERE t.contact_id = held.id AND t.by_id IS NOT NULL),
        (SELECT max(t.at) FROM leads_opportunitymove t JOIN leads_opportunity o ON o.id = t.opportunity_id
            WHERE o.contact_id = held.id AND t.by_id IS NOT NULL),
        (SELECT max(t.at) FROM lifecycle_stagetransition t WHERE t.contact_id = held.id AND t.source = 'hand'),
        (SELECT max(t.at) FROM tagging_tagchange t WHERE t.contact_id = held.id AND t.source = 'hand'),
        (SELECT max(COALESCE(t.ended_at, t.until)) FROM leads_responsepause t JOIN leads_lead l ON l.id = t.clock_id
            WHERE l.contact_id = held.id),
        (SELECT max(t.finished_at) FROM campaigns_reptask t WHERE t.contact_id = held.id AND t.state = 'done')
    )
"""
"""When a person last did something with the customer `held.id`: a talk or note, a file, a rating, a move of a deal, a
stage or tag by hand, a message or task that was seen to; and until when somebody waits for them. NULL: nobody ever."""

_NEWEST: Final = """
    SELECT l.source_id, l.assigned_at FROM leads_lead l
    WHERE l.contact_id = held.id AND l.owner_id = held.owner_id AND l.status IN ('new', 'assigned', 'working')
    ORDER BY l.captured_at DESC, l.id DESC LIMIT 1
"""
"""The newest open lead that is of whoever has the customer; customers without one stay with whom they are."""

_IDLE: Final = f"""
    SELECT held.id, held.owner_id
    FROM contacts_contact held
    CROSS JOIN LATERAL ({_NEWEST}) newest
    LEFT JOIN unnest(%(sources)s::uuid[], %(days)s::int[]) AS rule(source_id, days)
        ON rule.source_id = newest.source_id
    WHERE held.id = ANY(%(contacts)s::uuid[]) AND held.owner_id IS NOT NULL AND held.erased_at IS NULL
    AND GREATEST(
        newest.assigned_at,
        (SELECT max(o.at) FROM contacts_ownerchange o WHERE o.contact_id = held.id),
        {_TOUCHED}
    ) <= %(now)s - make_interval(days => COALESCE(rule.days, %(others)s)) + %(ahead)s
    AND NOT EXISTS (
        SELECT 1 FROM leads_interaction e WHERE e.contact_id = held.id AND e.effective AND e.deleted_at IS NULL
        AND e.at > %(now)s + %(ahead)s - make_interval(days => %(effective)s)
    )
"""

_UNWORKED: Final = f"""
    SELECT count(*) FROM (
        SELECT 1 FROM contacts_contact held CROSS JOIN LATERAL ({_NEWEST}) newest
        WHERE held.owner_id = %(owner)s AND held.erased_at IS NULL
        AND COALESCE({_TOUCHED} < newest.assigned_at, TRUE)
        LIMIT %(most)s
    ) AS few
"""


@dataclass(frozen=True, slots=True)
class Patience:
    """Days that customers of a source, and of all others, may lie untouched; and that a good talk protects."""

    by_source: Mapping[UUID, int]
    others: int | None
    effective_days: int


def idle_contacts(
    contact_ids: Collection[UUID], *, patience: Patience, now: datetime, ahead: timedelta = timedelta(0)
) -> dict[UUID, UUID]:
    """Those of the customers that will have been left alone for too long `ahead` from now, each with its owner."""
    values: dict[str, Any] = {
        "contacts": list(map(str, contact_ids)),
        "sources": list(map(str, patience.by_source)),
        "days": list(patience.by_source.values()),
        "others": patience.others,
        "effective": patience.effective_days,
        "ahead": ahead,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_IDLE, values)
        return dict(cursor.fetchall())


def unworked_count(owner_id: UUID, *, at_most: int) -> int:
    """Customers with an open lead with whom nobody did anything since this person got it; counted to `at_most`."""
    with connection.cursor() as cursor:
        cursor.execute(_UNWORKED, {"owner": owner_id, "most": at_most})
        return int(cursor.fetchone()[0])
