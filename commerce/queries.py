"""Commerce's SQL."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from scrm.core.bulk import array


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


def remove_lines(names: Sequence[tuple[UUID, str]]) -> None:
    """Delete lines by their order and key; those without a key go by `#` and their id."""
    order_ids, keys = zip(*names, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM commerce_orderline n USING unnest(%s::uuid[], %s::text[]) AS given(order_id, key)"
            " WHERE n.order_id = given.order_id AND (n.key = given.key OR (n.key = '' AND given.key = '#' || n.id))",
            [[str(pk) for pk in order_ids], array(keys)],
        )
