"""The SQL that counts by bit strings: one statement and so of one moment.

Of whom nothing was noted since the last fold the bits say it, of the others the rule itself does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from audiences.bit_models import CHUNK
from audiences.bit_planner import Holders, Others, Sets, plan
from scrm.core.conditions import Condition, Family, Sql, compile_sql, widened
from scrm.core.conditions.registry import PLACEHOLDER

NOBODY: Final = f"B'0'::bit({CHUNK})"

_FOUND: Final = """
WITH bits AS MATERIALIZED (
    SELECT alive.chunk, alive.bits & {sets} AS bits FROM audiences_bitchunk alive {joins} WHERE alive.family = ''
), noted AS MATERIALIZED ({noted}), {settled}, open AS MATERIALIZED (
    SELECT c.id FROM contacts_contact c
    WHERE c.id IN (SELECT n.contact_id FROM noted n) AND c.erased_at IS NULL AND {rule}
)
"""
_WHO: Final = f"{_FOUND}SELECT id FROM found UNION ALL SELECT id FROM open"
_COUNT: Final = f"""{_FOUND}
SELECT (SELECT s.amount FROM settled s) + (SELECT count(*) FROM open),
    ARRAY(SELECT f.id FROM (SELECT id FROM found UNION ALL SELECT id FROM open) f ORDER BY f.id DESC LIMIT %s)
FROM audiences_bitfold WHERE as_of IS NOT NULL
"""
# The newest have the last places: a few chunks from the end hold enough of them.
_BY_BITS: Final = """
settled AS (
    SELECT (SELECT coalesce(sum(bit_count(b.bits)), 0) FROM bits b)::bigint - (
        SELECT count(*) FROM noted n JOIN audiences_bitplace p ON p.contact_id = n.contact_id
        JOIN bits b ON b.chunk = p.chunk WHERE get_bit(b.bits, p.spot) = 1) AS amount
), last_few AS MATERIALIZED (
    SELECT l.chunk, l.bits FROM (
        SELECT b.chunk, b.bits, sum(bit_count(b.bits)) OVER (ORDER BY b.chunk DESC) - bit_count(b.bits) AS newer
        FROM bits b WHERE bit_count(b.bits) > 0) l
    WHERE l.newer < %s + (SELECT count(*) FROM noted)
), found AS (
    SELECT p.contact_id AS id FROM last_few l
    JOIN audiences_bitplace p ON p.chunk = l.chunk AND get_bit(l.bits, p.spot) = 1
    WHERE NOT EXISTS (SELECT FROM noted n WHERE n.contact_id = p.contact_id)
)"""
_ALL_OF_THEM: Final = """
found AS (
    SELECT p.contact_id AS id FROM bits b JOIN audiences_bitplace p ON p.chunk = b.chunk AND get_bit(b.bits, p.spot) = 1
    WHERE NOT EXISTS (SELECT FROM noted n WHERE n.contact_id = p.contact_id)
)"""
# OFFSET 0 is a fence: the rest is asked of whom the bits leave, not of everybody.
_BY_REST: Final = """
found AS MATERIALIZED (
    SELECT c.id FROM (
        SELECT {columns} FROM bits b JOIN audiences_bitplace p ON p.chunk = b.chunk AND get_bit(b.bits, p.spot) = 1
        {contact} WHERE NOT EXISTS (SELECT FROM noted n WHERE n.contact_id = p.contact_id) OFFSET 0
    ) c WHERE {rest}
), settled AS (SELECT count(*) AS amount FROM found)"""
_SHARE: Final = 100
_ROW: Final = re.compile(r"\bc\.(\w+)")


def count_by_bits(condition: Condition, now: datetime, limit: int) -> tuple[int, list[UUID]] | None:
    """How many match, and the newest few; None where bit strings are not kept, or say nothing about the rule."""
    asked = _asked(condition, now)
    if asked is None:
        return None
    text = _COUNT.format(**asked.texts, settled=_BY_BITS if asked.rest is None else _by_rest(asked.rest.text))
    with connection.cursor() as cursor:
        cursor.execute(text, [*asked.params(Sql("", (limit,))), limit])
        return cursor.fetchone()


def ids_by_bits(condition: Condition, now: datetime) -> Sql | None:
    """A SELECT of the ids of all who match; None where bit strings are not kept, or say nothing about the rule."""
    asked = _asked(condition, now)
    if asked is None:
        return None
    settled = _ALL_OF_THEM if asked.rest is None else _by_rest(asked.rest.text)
    return Sql(_WHO.format(**asked.texts, settled=settled), tuple(asked.params(Sql(""))))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A rule's parts: its sets with their joins, whom to ask anew, what is left to ask of whom sets leave, itself."""

    sets: str
    joins: Sequence[Sql]
    noted: Sql
    rest: Sql | None
    rule: Sql

    @property
    def texts(self) -> dict[str, str]:
        joins = " ".join(join.text for join in self.joins)
        return {"sets": self.sets, "joins": joins, "noted": self.noted.text, "rule": self.rule.text}

    def params(self, without_rest: Sql) -> list[Any]:
        rest = without_rest if self.rest is None else self.rest
        return [param for part in (*self.joins, self.noted, rest, self.rule) for param in part.params]


def _asked(condition: Condition, now: datetime) -> _Asked | None:
    planned = plan(condition, now)
    if (planned.sets is None and planned.rest is not None) or not _are_kept():
        return None
    reading = _Reading(now)
    sets = reading.text_of(planned.sets) if planned.sets else f"~{NOBODY}"
    rest = None
    if planned.rest is not None:
        wide = widened(planned.rest, now)
        many = wide is not planned.rest and _leave_many(sets, reading.joins)
        rest = compile_sql(wide if many else planned.rest, now)
    return _Asked(sets, reading.joins, _noted(reading.families, now), rest, compile_sql(condition, now))


def _are_kept() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM audiences_bitfold WHERE as_of IS NOT NULL")
        return cursor.fetchone() is not None


def read_family(text: str, now: datetime) -> Sql:
    """A family's statement with its moments filled in."""
    params = tuple(now for name in PLACEHOLDER.findall(text) if name == "now")
    return Sql(
        PLACEHOLDER.sub(lambda found: "%s" if found[1] == "now" else "(SELECT as_of FROM audiences_bitfold)", text),
        params,
    )


def _noted(families: list[Family], now: datetime) -> Sql:
    turning = [read_family(family.turning, now) for family in families if family.turning]
    parts = ["SELECT n.contact_id FROM audiences_bitnote n", *(each.text for each in turning)]
    text = f"SELECT DISTINCT contact_id FROM ({' UNION ALL '.join(parts)}) AS all_of_them"
    return Sql(text, tuple(param for each in turning for param in each.params))


def _leave_many(sets: str, joins: list[Sql]) -> bool:
    """Whether so many are left that what hangs on them is better read once than looked up for each."""
    text = f"SELECT {_SHARE} * sum(bit_count(alive.bits & {sets})) >= sum(bit_count(alive.bits)) AS many"
    joined = " ".join(join.text for join in joins)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{text} FROM audiences_bitchunk alive {joined} WHERE alive.family = ''",
            [param for join in joins for param in join.params],
        )
        return cursor.fetchone() == (True,)


def _by_rest(rest: str) -> str:
    """A rule about what hangs on contacts alone needs no look at their own rows."""
    if set(_ROW.findall(rest)) == {"id"}:
        return _BY_REST.format(columns="p.contact_id AS id", contact="", rest=rest)
    return _BY_REST.format(columns="c.*", contact="JOIN contacts_contact c ON c.id = p.contact_id", rest=rest)


class _Reading:
    """The bit strings that an expression reads: one join for each set, however often it is named."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.joins: list[Sql] = []
        self.families: list[Family] = []
        self._names: dict[Holders, str] = {}

    def text_of(self, sets: Sets) -> str:
        if isinstance(sets, Others):
            return f"~{self.text_of(sets.of)}"
        if isinstance(sets, Holders):
            if sets not in self._names:
                self._names[sets] = self._join(sets)
            return f"coalesce({self._names[sets]}.bits, {NOBODY})"
        return f"({(' & ' if sets.every else ' | ').join(map(self.text_of, sets.parts))})"

    def _join(self, holders: Holders) -> str:
        use, name = holders.use, f"held{len(self.joins)}"
        kept = use.fact.kept
        assert kept is not None
        if kept.family not in self.families:
            self.families.append(kept.family)
        template = kept.template(use.given)
        known: dict[str, Any] = {**use.arguments, "now": self.now}
        params = [kept.family.name, *(known[each] for each in PLACEHOLDER.findall(template))]
        held = "<> ''" if holders.values is None else "= ANY(%s)"
        if holders.values is not None:
            params.append(list(holders.values))
        keys = f"SELECT k.key FROM ({PLACEHOLDER.sub('%s', template)}) AS k(key, value) WHERE k.value {held}"
        text = (
            "LEFT JOIN (SELECT b.chunk, bit_or(b.bits) AS bits FROM audiences_bitchunk b WHERE b.family = %s "
            f"AND b.key = ANY(ARRAY({keys})) GROUP BY b.chunk) AS {name} ON {name}.chunk = alive.chunk"
        )
        self.joins.append(Sql(text, tuple(params)))
        return name
