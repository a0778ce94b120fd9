"""What every arrival asks about lifecycles, in SQL: Django takes longer to put it so than PostgreSQL to answer."""

import json
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db import connection

from lifecycle.deadlines import Term
from lifecycle.transitions import StageInfo
from scrm.core.bulk import array
from scrm.core.postgres.statements import Statement

_INFO: Final = (
    "SELECT s.id, s.lifecycle_id, s.kind, s.position, (SELECT json_agg(json_build_array("
    "d.id, d.after, d.unit, d.working, d.action))::text FROM lifecycle_stagedeadline d "
    "WHERE d.stage_id = s.id AND d.active), l.version FROM lifecycle_stage s "
    "JOIN lifecycle_lifecycle l ON l.id = s.lifecycle_id WHERE s.retired_at IS NULL AND "
)
_STAGES: Final = Statement(_INFO + "l.is_default AND l.active ORDER BY s.position")
_NAMED: Final = Statement(_INFO + "s.id = ANY(%s::uuid[]) ORDER BY s.position")
STAGE_DEADLINES_NEXT_DUE: Final = (
    "SELECT least((SELECT min(next_at) FROM lifecycle_position WHERE next_at IS NOT NULL), "
    "(SELECT min(replan_at) FROM lifecycle_stage))"
)
STAGE_RULES_NEXT_DUE: Final = "SELECT min(look_at) FROM lifecycle_stagerule WHERE active"
_RULES: Final = Statement(
    "SELECT id, to_stage_id, event_type, condition, from_stage_id FROM lifecycle_stagerule "
    "WHERE active AND event_type = ANY(%s::text[]) ORDER BY id"
)


def default_stages() -> list[StageInfo]:
    """Those of the lifecycle that new contacts enter, in order."""
    return _stages(_STAGES, [])


def stages_named(stage_ids: Collection[UUID]) -> list[StageInfo]:
    """Of these those to which somebody can come still."""
    return _stages(_NAMED, [array(map(str, stage_ids))])


def stage_rules(event_types: Collection[str]) -> list[tuple[UUID, UUID, str, Any, UUID | None]]:
    """(rule, stage, type of event, condition, only from) of the active rules on these types, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_RULES, [array(event_types)])
        return [(*row[:3], json.loads(row[3]), row[4]) for row in cursor.fetchall()]


def _stages(statement: Statement, params: list[Any]) -> list[StageInfo]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows = cursor.fetchall()
    return [
        StageInfo(pk, whole, kind, place, _terms(terms), version) for pk, whole, kind, place, terms, version in rows
    ]


def _terms(text: str | None) -> tuple[Term, ...]:
    return tuple(Term(UUID(pk), *rest) for pk, *rest in json.loads(text)) if text else ()
