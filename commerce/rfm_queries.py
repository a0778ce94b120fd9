"""How often, since when and for how much everybody bought: one statement over all orders."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection

from commerce.enums import OrderStatus

# Two orders of one day are one purchase, and days are the business's.
_ZONE: Final = "(SELECT t.zone FROM public.tenants_tenant t WHERE t.schema_name = current_schema())"


def buying_sql(narrowed: str = "") -> str:
    """Everybody's paid orders before `until`, as of the day `today`, in a currency; `narrowed` by what is said of `o`.

    What people bought who were erased since is nobody's.
    """
    return f"""
    SELECT o.contact_id, count(DISTINCT (o.ordered_at AT TIME ZONE {_ZONE})::date)::int AS days,
        (min(o.ordered_at) AT TIME ZONE {_ZONE})::date AS first_on,
        (max(o.ordered_at) AT TIME ZONE {_ZONE})::date AS last_on,
        greatest(%(today)s::date - (max(o.ordered_at) AT TIME ZONE {_ZONE})::date, 0) AS days_ago,
        coalesce(sum(o.amount - o.refunded) FILTER (WHERE o.currency = %(currency)s), 0) AS spent
    FROM commerce_order o
    WHERE o.contact_id IS NOT NULL AND o.status = '{OrderStatus.PAID.value}' AND o.ordered_at <= %(until)s{narrowed}
    AND NOT EXISTS (SELECT FROM contacts_contact e WHERE e.id = o.contact_id AND e.erased_at IS NOT NULL)
    GROUP BY o.contact_id
"""


class Buying(NamedTuple):
    """One customer's paid orders up to a moment: on how many days, from which to which, and what they came to."""

    contact_id: UUID
    days: int
    first_on: date
    last_on: date
    spent: Decimal

    @property
    def repeats(self) -> int:
        """How often they came back."""
        return self.days - 1


def buying_of_everybody(*, until: datetime, currency: str) -> list[Buying]:
    """Everybody who bought up to a moment; what they spent is in one currency."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT contact_id, days, first_on, last_on, spent FROM ({buying_sql()}) AS bought",
            {"until": until, "today": until.date(), "currency": currency},
        )
        return [Buying(*row) for row in cursor.fetchall()]
