"""SQL of the search by a part of a name: what is rare is read whole, of what is common the newest come first."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from contacts.finding.asking import LAST, Asked, Way, spellings

FEW: Final = 1000
"""So many matches are read, whoever's they are; more than that are common."""
RECENT: Final = 10_000
"""Among so many of the newest the common ones are looked for."""
ENOUGH: Final = 40
"""So many found there are enough: the older ones are as good, and somebody who wants one goes on typing."""
MOST: Final = 20_000
LOOKED_AT: Final = 150


class Named(NamedTuple):
    pk: UUID
    name: str
    owner_id: UUID | None


def contacts_named(
    asked: Asked, *, owners: Collection[UUID] | None, mine: UUID, limit: int, within: Iterable[QuerySet[Any]] = ()
) -> list[Named]:
    """Whose name holds what was asked: the newest of those called so, beginning so, `mine`, and all.

    `owners` None is everybody's, and nobody's. Each of `within` selects ids to look among.
    """
    values: dict[str, Any] = {"owners": list(owners or ()), "mine": mine, "limit": limit}
    like, begins = named_like(asked, values)
    if not like:
        return []
    values |= {"recent": RECENT, "each": max(1, RECENT // max(1, len(values["owners"])))}
    visible = f"{'true' if owners is None else 'c.owner_id = ANY(%(owners)s::uuid[])'}{_narrowed(within, values)}"
    with connection.cursor() as cursor:
        cursor.execute(_statement(like, begins, visible, owners, mine), values)
        return [Named(*row) for row in cursor.fetchall()]


def companies_named(asked: Asked, *, limit: int) -> list[tuple[UUID, str]]:
    """Companies, not merged into others, whose name holds what was asked: called so, beginning so, and the newest."""
    values: dict[str, Any] = {"limit": limit}
    like, begins = named_like(asked, values)
    if not like:
        return []
    of_companies = "SELECT c.id, c.name FROM contacts_company c WHERE c.merged_into_id IS NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH found AS MATERIALIZED ({of_companies} AND {like} LIMIT {MOST})
            SELECT * FROM (
                ({of_companies} AND lower(c.name) = lower(%(name)s))
                UNION (SELECT * FROM found c WHERE {begins} ORDER BY c.name LIMIT 2 * %(limit)s)
                UNION (SELECT * FROM found c ORDER BY c.id DESC LIMIT 3 * %(limit)s)) c
            """,
            values,
        )
        return cursor.fetchall()


def _statement(like: str, begins: str, visible: str, owners: Collection[UUID] | None, mine: UUID) -> str:
    """Parts are MATERIALIZED, and ask for what they need only: the planner can't know how many names have keys that
    belong together, and with an order and a LIMIT in sight it would read the table from its end.
    """
    newest, older = (_NEWEST, _OLDER) if owners is None else (_NEWEST_OF_SOME, _OLDER_OF_SOME)
    own = f"SELECT c.* FROM ({_NEWEST_OF_MINE}) c WHERE {like} AND {visible}"
    if owners is not None and set(owners) == {mine}:
        newest, older, own = _NEWEST_OF_MINE, _OLDER_OF_MINE, "SELECT * FROM recent"
    is_common = "(SELECT common FROM size)"
    of_contacts = "SELECT c.id, c.name, c.owner_id FROM contacts_contact c WHERE c.erased_at IS NULL"
    return f"""
WITH rare AS MATERIALIZED ({of_contacts} AND {like} LIMIT {FEW + 1}),
size AS MATERIALIZED (SELECT count(*) > {FEW} AS common FROM rare),
recent AS MATERIALIZED (
    SELECT c.id, c.name, c.owner_id FROM ({newest}) c WHERE {is_common} AND {like} AND {visible}
    ORDER BY c.id DESC LIMIT {LOOKED_AT}),
own AS MATERIALIZED (SELECT c.id, c.name, c.owner_id FROM ({own}) c WHERE {is_common}
    ORDER BY c.id DESC LIMIT 2 * %(limit)s),
same AS MATERIALIZED ({of_contacts} AND {is_common} AND c.name = %(name)s AND {visible} LIMIT {FEW}),
beginning AS MATERIALIZED ({of_contacts} AND {is_common} AND {begins} AND {visible}
    AND (SELECT count(*) FROM recent c WHERE {begins}) < %(limit)s LIMIT {MOST}),
old AS MATERIALIZED ({of_contacts} AND {is_common} AND {like} AND {visible}
    AND (SELECT count(*) FROM recent) < {ENOUGH} AND EXISTS ({older}) LIMIT {MOST}),
found AS MATERIALIZED (
    SELECT c.* FROM rare c WHERE NOT {is_common} AND {visible} UNION SELECT * FROM recent UNION SELECT * FROM own
    UNION SELECT * FROM same UNION SELECT * FROM beginning UNION SELECT * FROM old)
(SELECT * FROM found c WHERE c.name = %(name)s ORDER BY c.id DESC LIMIT %(limit)s)
UNION (SELECT * FROM found c WHERE {begins} ORDER BY c.id DESC LIMIT 2 * %(limit)s)
UNION (SELECT * FROM found c WHERE c.owner_id = %(mine)s ORDER BY c.id DESC LIMIT 2 * %(limit)s)
UNION (SELECT * FROM found c ORDER BY c.id DESC LIMIT {LOOKED_AT})
"""


_COLUMNS: Final = "id, name, owner_id, search_keys"
_NEWEST: Final = f"SELECT {_COLUMNS} FROM contacts_contact WHERE erased_at IS NULL ORDER BY id DESC LIMIT %(recent)s"
_NEWEST_OF_SOME: Final = f"""
    SELECT n.* FROM unnest(%(owners)s::uuid[]) AS o(id) CROSS JOIN LATERAL (
        SELECT {_COLUMNS} FROM contacts_contact WHERE owner_id = o.id AND erased_at IS NULL
        ORDER BY id DESC LIMIT %(each)s) n"""
_NEWEST_OF_MINE: Final = f"""
    SELECT {_COLUMNS} FROM contacts_contact WHERE owner_id = %(mine)s AND erased_at IS NULL
    ORDER BY id DESC LIMIT %(recent)s"""
_OLDER: Final = "SELECT 1 FROM contacts_contact OFFSET %(recent)s LIMIT 1"
_OLDER_OF_MINE: Final = "SELECT 1 FROM contacts_contact WHERE owner_id = %(mine)s OFFSET %(recent)s LIMIT 1"
_OLDER_OF_SOME: Final = """
    SELECT 1 FROM unnest(%(owners)s::uuid[]) AS o(id) CROSS JOIN LATERAL (
        SELECT 1 FROM contacts_contact WHERE owner_id = o.id OFFSET %(each)s LIMIT 1) more"""


def named_like(asked: Asked, values: dict[str, Any]) -> tuple[str, str]:
    """Conditions on `c.name` and `c.search_keys`: that it holds every run in one of its ways, that it begins as typed.

    Adds what they speak of to `values`. Both are empty where nothing was asked.
    """
    begins = []
    for place, each in enumerate(spellings(asked.typed)):
        values |= {f"from{place}": each, f"to{place}": each + LAST}
        begins.append(f"c.name >= %(from{place})s AND c.name < %(to{place})s")
    if not begins:
        return "", ""
    values["name"] = asked.typed
    beginning = f"({' OR '.join(begins)})"
    like = " AND ".join(f"({' OR '.join(_way(way, values) for way in ways)})" for ways in asked.meant)
    return like or beginning, beginning


def _way(way: Way, values: dict[str, Any]) -> str:
    def named(value: object) -> str:
        name = f"key{len(values)}"
        values[name] = value
        return f"%({name})s"

    def parts() -> Iterator[str]:
        if way.every:
            yield f"c.search_keys @> {named(list(way.every))}::text[]"
        if way.one_of:
            yield f"c.search_keys && {named(list(way.one_of))}::text[]"
        if way.holds:
            yield f"strpos(upper(c.name), upper({named(way.holds)})) > 0"

    return f"({' AND '.join(parts())})"


def _narrowed(within: Iterable[QuerySet[Any]], values: dict[str, Any]) -> str:
    found = ""
    for place, ids in enumerate(within):
        text, params = ids.query.sql_with_params()
        names = [f"within{place}_{number}" for number in range(len(params))]
        values |= dict(zip(names, params, strict=True))
        found += f" AND c.id IN ({text % tuple(f'%({name})s' for name in names)})"
    return found
