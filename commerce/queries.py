"""Commerce's SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from scrm.core.bulk import array

# Two orders of one day are one purchase, and days are the business's.
PURCHASE_DAY: Final = """(o.ordered_at AT TIME ZONE
    (SELECT t.zone FROM public.tenants_tenant t WHERE t.schema_name = current_schema()))::date"""

# The last one and as long again as between two of theirs on average; nobody knows after the first.
NEXT_ORDER: Final = f"""(SELECT CASE WHEN count(DISTINCT {PURCHASE_DAY}) > 1 THEN max(o.ordered_at) + make_interval(
    secs => floor(extract(epoch FROM max(o.ordered_at) - min(o.ordered_at)) / (count(DISTINCT {PURCHASE_DAY}) - 1))) END
    FROM commerce_order o WHERE o.contact_id = c.id AND o.status = 'paid')"""


def order_ids_named(names: Sequence[tuple[str, str]]) -> list[UUID]:
    """The orders of these platforms and numbers."""
    if not names:
        return []
    platforms, numbers = zip(*names, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.id FROM commerce_order o JOIN unnest(%s::text[], %s::text[]) AS given(platform, number)"
            " ON o.platform = given.platform AND o.number = given.number",
            [array(platforms), array(numbers)],
        )
        return [row[0] for row in cursor.fetchall()]


def next_orders(contact_ids: Collection[UUID]) -> list[tuple[UUID, datetime]]:
    """When each is expected to buy next, of those who bought on two days or more."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id, {NEXT_ORDER} FROM unnest(%s::uuid[]) AS c(id)",
            [[str(pk) for pk in contact_ids]],
        )
        return [row for row in cursor.fetchall() if row[1] is not None]


def hours_of_orders(contact_ids: Collection[UUID], zones: Collection[str]) -> list[tuple[UUID, int, int, datetime]]:
    """How many orders each paid in each hour of their own day, and the last of them: (contact, hour, number, last)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT o.contact_id, extract(hour FROM o.ordered_at AT TIME ZONE given.zone)::int, count(*),
                   max(o.ordered_at)
            FROM unnest(%s::uuid[], %s::text[]) AS given(contact_id, zone)
            JOIN commerce_order o ON o.contact_id = given.contact_id AND o.status = 'paid'
            GROUP BY 1, 2
            """,
            [[str(pk) for pk in contact_ids], array(zones)],
        )
        found: list[tuple[UUID, int, int, datetime]] = cursor.fetchall()
        return found


def remove_lines(names: Sequence[tuple[UUID, str]]) -> None:
    """Delete lines by their order and key; those without a key go by `#` and their id."""
    order_ids, keys = zip(*names, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM commerce_orderline n USING unnest(%s::uuid[], %s::text[]) AS given(order_id, key)"
            " WHERE n.order_id = given.order_id AND (n.key = given.key OR (n.key = '' AND given.key = '#' || n.id))",
            [[str(pk) for pk in order_ids], array(keys)],
        )
