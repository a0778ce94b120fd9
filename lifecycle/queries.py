"""What every arrival asks about lifecycles, in SQL: Django takes longer to put it so than PostgreSQL to answer."""

import json
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db import connection

from scrm.core.bulk import array
from scrm.core.postgres.statements import Statement

_STAGES: Final = Statement(
    "SELECT s.id, s.lifecycle_id, s.kind, s.position FROM lifecycle_stage s "
    "JOIN lifecycle_lifecycle l ON l.id = s.lifecycle_id WHERE l.is_default AND l.active ORDER BY s.position"
)
_RULES: Final = Statement(
    "SELECT id, to_stage_id, event_type, condition FROM lifecycle_stagerule "
    "WHERE active AND event_type = ANY(%s::text[]) ORDER BY id"
)


def default_stages() -> list[tuple[UUID, UUID, str, int]]:
    """(stage, lifecycle, kind, position) of the lifecycle that new contacts enter, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGES)
        return cursor.fetchall()


def stage_rules(event_types: Collection[str]) -> list[tuple[UUID, UUID, str, Any]]:
    """(rule, stage, type of event, condition) of the active rules on these types, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_RULES, [array(event_types)])
        return [(*row[:3], json.loads(row[3])) for row in cursor.fetchall()]
