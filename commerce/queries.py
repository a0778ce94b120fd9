"""Commerce's SQL."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from commerce.models import Order, OrderLine
from scrm.core.bulk import array
from scrm.core.rows import stored_rows


def orders_named(names: Sequence[tuple[str, str]], *, hold: bool = False) -> list[Order]:
    """The orders of these platforms and numbers; held until the transaction ends, if asked."""
    if not names:
        return []
    platforms, numbers = zip(*names, strict=True)
    named = "unnest(%s::text[], %s::text[]) AS given(platform, number)"
    held = " FOR NO KEY UPDATE OF commerce_order" if hold else ""
    return stored_rows(
        Order,
        f"JOIN {named} ON commerce_order.platform = given.platform AND commerce_order.number = given.number"
        f" ORDER BY commerce_order.id{held}",
        [array(platforms), array(numbers)],
    )


def lines_of(order_ids: Sequence[UUID]) -> list[OrderLine]:
    """The lines of these orders."""
    return stored_rows(OrderLine, "WHERE order_id = ANY(%s::uuid[])", [[str(pk) for pk in order_ids]])


def remove_lines(names: Sequence[tuple[UUID, str]]) -> None:
    """Delete lines by their order and key; those without a key go by `#` and their id."""
    order_ids, keys = zip(*names, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM commerce_orderline n USING unnest(%s::uuid[], %s::text[]) AS given(order_id, key)"
            " WHERE n.order_id = given.order_id AND (n.key = given.key OR (n.key = '' AND given.key = '#' || n.id))",
            [[str(pk) for pk in order_ids], array(keys)],
        )
