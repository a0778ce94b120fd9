"""Puts everybody, or some, into the tiers of a scheme: what changed is found and written in one statement."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from commerce.enums import TierKind
from commerce.models import Tier, TierScheme
from commerce.rfm_queries import buying_sql

TIERS_NEXT_DUE: Final = "SELECT min(due_at) FROM commerce_tierscheme WHERE due_at IS NOT NULL"
MEASURES: Final = ("recency", "frequency", "money")
_SCORED: Final = """
    SELECT contact_id, days_ago, days, spent,
        5 - width_bucket(days_ago - 1, %(recency)s::numeric[]) AS recency,
        1 + width_bucket(days - 1, %(frequency)s::numeric[]) AS frequency,
        1 + width_bucket(spent - 0.01, %(money)s::numeric[]) AS money
    FROM bought
"""
_COLUMNS: Final[Mapping[str, tuple[str, str, str]]] = {
    TierKind.RFM: MEASURES,
    TierKind.ACTIVITY: ("days_ago", "days", "spent"),
}


class Moved(NamedTuple):
    """One customer who came from one tier, or none, to another, or none."""

    id: int
    contact_id: UUID
    before_id: UUID | None
    after_id: UUID | None


def quantiles(*, until: datetime, today: date, currency: str) -> dict[str, list[str]]:
    """The four bounds between fifths of the customers, of each measure."""
    fifths = "ARRAY[0.2, 0.4, 0.6, 0.8]"
    columns = ", ".join(
        f"percentile_disc({fifths}) WITHIN GROUP (ORDER BY {name})" for name in ("days_ago", "days", "spent")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH bought AS ({buying_sql()}) SELECT {columns} FROM bought",
            {"until": until, "today": today, "currency": currency},
        )
        found = cursor.fetchone()
    return {name: [str(bound) for bound in bounds or ()] for name, bounds in zip(MEASURES, found, strict=True)}


def place_customers(
    scheme: TierScheme,
    tiers: Sequence[Tier],
    *,
    now: datetime,
    today: date,
    among: Collection[UUID] | None = None,
) -> list[Moved]:
    """Bring places up to date, of everybody or of some; gives who moved.

    A customer who bought nothing any more has no place.
    """
    params: dict[str, Any] = {
        "scheme": scheme.pk.hex,
        "until": now,
        "now": now,
        "today": today,
        "currency": scheme.currency,
        **{name: [Decimal(bound) for bound in scheme.cuts.get(name, ())] for name in MEASURES},
    }
    some = ""
    if among is not None:
        some = " AND contact_id = ANY(%(among)s::uuid[])"
        params["among"] = [pk.hex for pk in among]
    chosen = _tier_of(scheme, tiers, params)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH bought AS ({buying_sql(some=among is not None)}),
            scored AS ({_SCORED}),
            wanted AS (SELECT contact_id, recency, frequency, money, {chosen} AS tier_id FROM scored),
            present AS (SELECT * FROM commerce_tierplace WHERE scheme_id = %(scheme)s{some}),
            changed AS (
                SELECT w.contact_id, w.recency, w.frequency, w.money, w.tier_id AS after_id,
                    p.contact_id AS present_id, p.tier_id AS before_id
                FROM wanted w FULL JOIN present p ON p.contact_id = w.contact_id
                WHERE (w.contact_id IS NULL) OR (p.contact_id IS NULL)
                    OR (w.tier_id, w.recency, w.frequency, w.money)
                        IS DISTINCT FROM (p.tier_id, p.recency::int, p.frequency::int, p.money::int)
            ),
            kept AS (
                INSERT INTO commerce_tierplace AS place
                    (scheme_id, contact_id, tier_id, since, recency, frequency, money)
                SELECT %(scheme)s::uuid, contact_id, after_id, %(now)s, recency, frequency, money
                FROM changed WHERE contact_id IS NOT NULL
                ON CONFLICT (scheme_id, contact_id) DO UPDATE SET
                    since = CASE WHEN place.tier_id IS DISTINCT FROM excluded.tier_id
                        THEN excluded.since ELSE place.since END,
                    tier_id = excluded.tier_id, recency = excluded.recency,
                    frequency = excluded.frequency, money = excluded.money
            ),
            gone AS (
                DELETE FROM commerce_tierplace p USING changed
                WHERE changed.contact_id IS NULL AND p.scheme_id = %(scheme)s
                    AND p.contact_id = changed.present_id
            )
            INSERT INTO commerce_tiermove (scheme_id, contact_id, before_id, after_id, at)
            SELECT %(scheme)s::uuid, coalesce(contact_id, present_id), before_id, after_id, %(now)s
            FROM changed WHERE before_id IS DISTINCT FROM after_id
            RETURNING id, contact_id, before_id, after_id
            """,
            params,
        )
        return [Moved(*row) for row in cursor.fetchall()]


def _tier_of(scheme: TierScheme, tiers: Sequence[Tier], params: dict[str, Any]) -> str:
    """The first tier whose bounds hold, as an expression over what was scored; its values go into the parameters."""
    columns = dict(zip(MEASURES, _COLUMNS[scheme.kind], strict=True))
    cases = []
    for number, tier in enumerate(sorted(tiers, key=lambda each: each.position)):
        asked = []
        for name in MEASURES:
            for end, sign in (("from", ">="), ("to", "<=")):
                bound = getattr(tier, f"{name}_{end}")
                if bound is not None:
                    params[f"{name}_{end}_{number}"] = bound
                    asked.append(f"{columns[name]} {sign} %({name}_{end}_{number})s")
        params[f"tier_{number}"] = tier.pk.hex
        cases.append(f"WHEN {' AND '.join(asked) or 'true'} THEN %(tier_{number})s::uuid")
    return f"CASE {' '.join(cases)} END" if cases else "NULL::uuid"
