"""Puts contacts into the tiers of a scheme: what changed is found and written in one statement."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from commerce.enums import TierKind
from commerce.models import Tier, TierScheme
from commerce.rfm_queries import buying_sql
from scrm.core.conditions import Condition, compile_sql

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
_CHANGED: Final = """
    WITH wanted AS ({wanted}),
    present AS (SELECT * FROM commerce_tierplace WHERE scheme_id = %(scheme)s AND {narrowed}),
    changed AS (
        SELECT coalesce(w.contact_id, p.contact_id) AS contact_id, w.contact_id IS NOT NULL AS stays,
            w.recency, w.frequency, w.money, w.tier_id AS after_id, p.tier_id AS before_id
        FROM wanted w FULL JOIN present p ON p.contact_id = w.contact_id
        WHERE (w.contact_id IS NULL) OR (p.contact_id IS NULL)
            OR (w.tier_id, w.recency, w.frequency, w.money)
                IS DISTINCT FROM (p.tier_id, p.recency::int, p.frequency::int, p.money::int)
    )
"""
_KEPT: Final = """,
    kept AS (
        INSERT INTO commerce_tierplace AS place (scheme_id, contact_id, tier_id, since, recency, frequency, money)
        SELECT %(scheme)s::uuid, contact_id, after_id, %(now)s, recency, frequency, money FROM changed WHERE stays
        ON CONFLICT (scheme_id, contact_id) DO UPDATE SET
            since = CASE WHEN place.tier_id IS DISTINCT FROM excluded.tier_id
                THEN excluded.since ELSE place.since END,
            tier_id = excluded.tier_id, recency = excluded.recency,
            frequency = excluded.frequency, money = excluded.money
    ),
    gone AS (
        DELETE FROM commerce_tierplace p USING changed c
        WHERE NOT c.stays AND p.scheme_id = %(scheme)s AND p.contact_id = c.contact_id
    )
"""
_MOVED: Final = """
    INSERT INTO commerce_tiermove (scheme_id, contact_id, before_id, after_id, at)
    SELECT %(scheme)s::uuid, contact_id, before_id, after_id, %(now)s
    FROM changed WHERE before_id IS DISTINCT FROM after_id
    RETURNING id, contact_id, before_id, after_id
"""
_PLACES: Final = re.compile(r"%[%s]")


class Moved(NamedTuple):
    """One contact who came from one tier, or none, to another, or none."""

    id: int
    contact_id: UUID
    before_id: UUID | None
    after_id: UUID | None


class Span(NamedTuple):
    """The contacts whose ids come after one, up to another, or all of these."""

    after: UUID
    to: UUID | None


class Placing(NamedTuple):
    """What it takes to know in which tier of a scheme somebody belongs; `rules` are those of its tiers, in order."""

    scheme: TierScheme
    tiers: Sequence[Tier]
    rules: Sequence[Condition]
    now: datetime
    today: date


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


def span_end(after: UUID, size: int) -> UUID | None:
    """The last of the next so many contacts; None where there are fewer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM contacts_contact WHERE id > %s ORDER BY id OFFSET %s LIMIT 1", [after.hex, size - 1]
        )
        found = cursor.fetchone()
        return found[0] if found else None


def misplaced(placing: Placing, among: Collection[UUID] | Span, *, limit: int) -> list[UUID]:
    """The first few of these who are not where they belong, by their ids. Nobody is held."""
    text, params = _changed(placing, among)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{text} SELECT contact_id FROM changed ORDER BY contact_id LIMIT %(limit)s", params | {"limit": limit}
        )
        return [row[0] for row in cursor.fetchall()]


def place_contacts(placing: Placing, among: Collection[UUID], *, moving: bool) -> list[Moved]:
    """Put held contacts where they belong; gives who moved, and writes it down, if this is `moving` at all.

    Whom no rule holds, or who bought nothing any more, has no place.
    """
    text, params = _changed(placing, among)
    with connection.cursor() as cursor:
        cursor.execute(f"{text}{_KEPT}{_MOVED if moving else 'SELECT FROM changed WHERE false'}", params)
        return [Moved(*row) for row in cursor.fetchall()] if moving else []


def _changed(placing: Placing, among: Collection[UUID] | Span) -> tuple[str, dict[str, Any]]:
    """`changed`: who of them belongs elsewhere, where and from where, and its parameters."""
    scheme = placing.scheme
    params: dict[str, Any] = {
        "scheme": scheme.pk.hex,
        "until": placing.now,
        "now": placing.now,
        "today": placing.today,
        "currency": scheme.currency,
        **{name: [Decimal(bound) for bound in scheme.cuts.get(name, ())] for name in MEASURES},
    }
    if isinstance(among, Span):
        narrowed = "{} > %(after)s::uuid" + (" AND {} <= %(to)s::uuid" if among.to is not None else "")
        params |= {"after": among.after.hex, "to": among.to.hex if among.to is not None else None}
    else:
        narrowed = "{} = ANY(%(among)s::uuid[])"
        params["among"] = [pk.hex for pk in among]
    wanted = _by_rules if scheme.kind == TierKind.RULE else _by_bounds
    text = wanted(placing, narrowed, params)
    return _CHANGED.format(wanted=text, narrowed=narrowed.replace("{}", "contact_id")), params


def _by_rules(placing: Placing, narrowed: str, params: dict[str, Any]) -> str:
    """Each rule is asked on its own, so that PostgreSQL may join; of several tiers somebody is in the first."""
    asked = [
        f"SELECT c.id AS contact_id, {number} AS place FROM contacts_contact c WHERE c.erased_at IS NULL"
        f" AND {narrowed.replace('{}', 'c.id')} AND {_named(rule, number, placing.now, params)}"
        for number, rule in enumerate(placing.rules)
    ]
    params["tiers"] = [tier.pk.hex for tier in placing.tiers]
    nobody = "SELECT NULL::uuid AS contact_id, 0 AS place WHERE false"
    return f"""SELECT contact_id, 0 AS recency, 0 AS frequency, 0 AS money,
        (%(tiers)s::uuid[])[1 + min(place)] AS tier_id
        FROM ({" UNION ALL ".join(asked) or nobody}) AS held GROUP BY contact_id"""


def _named(rule: Condition, number: int, now: datetime, params: dict[str, Any]) -> str:
    """A rule whose values are among the named parameters."""
    found = compile_sql(rule, now)
    values = iter(found.params)

    def name(place: re.Match[str]) -> str:
        if place[0] == "%%":
            return place[0]
        key = f"rule_{number}_{len(params)}"
        params[key] = next(values)
        return f"%({key})s"

    return _PLACES.sub(name, found.text)


def _by_bounds(placing: Placing, narrowed: str, params: dict[str, Any]) -> str:
    """The first tier whose bounds hold, of everybody who bought."""
    columns = dict(zip(MEASURES, _COLUMNS[placing.scheme.kind], strict=True))
    cases = []
    for number, tier in enumerate(placing.tiers):
        asked = []
        for name in MEASURES:
            for end, sign in (("from", ">="), ("to", "<=")):
                bound = getattr(tier, f"{name}_{end}")
                if bound is not None:
                    params[f"{name}_{end}_{number}"] = bound
                    asked.append(f"{columns[name]} {sign} %({name}_{end}_{number})s")
        params[f"tier_{number}"] = tier.pk.hex
        cases.append(f"WHEN {' AND '.join(asked) or 'true'} THEN %(tier_{number})s::uuid")
    chosen = f"CASE {' '.join(cases)} END" if cases else "NULL::uuid"
    bought = buying_sql(f" AND {narrowed.replace('{}', 'o.contact_id')}")
    return f"""WITH bought AS ({bought}), scored AS ({_SCORED})
        SELECT contact_id, recency, frequency, money, {chosen} AS tier_id FROM scored"""
