"""The SQL of turns: who can be given leads now."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import connection

from scrm.core.bulk import array
from scrm.core.postgres.statements import Statement


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who can be given leads, with what they take on; limits of None are none."""

    id: UUID
    department_id: UUID | None
    takes_leads: bool
    last_assigned_at: datetime | None
    skills: list[str]
    regions: list[str]
    most_open: int | None
    most_a_day: int | None

    @property
    def is_limited(self) -> bool:
        return self.most_open is not None or self.most_a_day is not None


class Hold(StrEnum):
    """How they are held until the transaction ends."""

    NONE = ""
    FREE = "FOR NO KEY UPDATE OF u SKIP LOCKED"
    ALL = "FOR NO KEY UPDATE OF u"


class Order(StrEnum):
    WAITING = "u.last_assigned_at ASC NULLS FIRST, u.id"
    ID = "u.id"
    CHANCE = "random()"


_TAKERS: Final = """
    SELECT u.id, u.department_id, u.takes_leads, u.last_assigned_at,
           d.skills, d.regions, d.most_open, d.most_a_day
    FROM accounts_user u LEFT JOIN accounts_duty d ON d.user_id = u.id
    WHERE u.is_active AND u.operator = ''
      AND (u.takes_leads OR u.id = ANY(%s::uuid[]) OR u.department_id = ANY(%s::uuid[]))
      AND NOT EXISTS (SELECT FROM accounts_leave l WHERE l.user_id = u.id AND l.from_at <= %s AND l.until_at > %s)
"""


_ASKED: Final = {(order, hold): Statement(f"{_TAKERS} ORDER BY {order} {hold}") for order in Order for hold in Hold}


def takers(
    *, also: Collection[UUID], departments: Collection[UUID], now: datetime, order: Order, hold: Hold
) -> list[Taker]:
    """Those who take leads in turn, are named or belong to one of the departments, and are not on leave."""
    named = [array(map(str, ids)) for ids in (also, departments)]
    with connection.cursor() as cursor:
        cursor.execute(_ASKED[order, hold], [*named, now, now])
        found = cursor.fetchall()
    return [
        Taker(pk, department_id, takes_leads, last, _words(skills), _words(regions), most_open, most_a_day)
        for pk, department_id, takes_leads, last, skills, regions, most_open, most_a_day in found
    ]


def _words(stored: str | None) -> list[str]:
    # Django asks psycopg for JSON as text.
    words: list[str] = json.loads(stored) if stored else []
    return words
