"""How often, since when and for how much everybody bought: one statement over all orders."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection

from commerce.enums import OrderStatus

# Two orders of one day are one purchase, and days are the business's.
ZONE: Final = "(SELECT t.zone FROM public.tenants_tenant t WHERE t.schema_name = current_schema())"
BUYING: Final = f"""
    SELECT o.contact_id, count(DISTINCT (o.ordered_at AT TIME ZONE {ZONE})::date)::int AS days,
        (min(o.ordered_at) AT TIME ZONE {ZONE})::date AS first_on,
        (max(o.ordered_at) AT TIME ZONE {ZONE})::date AS last_on,
        sum(o.amount - o.refunded) FILTER (WHERE o.currency = %(currency)s) AS spent
    FROM commerce_order o
    WHERE o.contact_id IS NOT NULL AND o.status = '{OrderStatus.PAID.value}' AND o.ordered_at < %(until)s
    GROUP BY o.contact_id
"""


class Buying(NamedTuple):
    """One customer's paid orders before a moment: on how many days, from which to which, and what they came to."""

    contact_id: UUID
    days: int
    first_on: date
    last_on: date
    spent: Decimal | None

    @property
    def repeats(self) -> int:
        """How often they came back."""
        return self.days - 1


def buying_of_everybody(*, until: datetime, currency: str) -> list[Buying]:
    """Everybody who bought before a moment; what they spent is in one currency."""
    with connection.cursor() as cursor:
        cursor.execute(BUYING, {"until": until, "currency": currency})
        return [Buying(*row) for row in cursor.fetchall()]
