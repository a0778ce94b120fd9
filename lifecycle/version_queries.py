"""Whom the moves of a version are about, as SELECTs of ids."""

from datetime import datetime

from scrm.core.conditions import Condition, Sql, compile_sql


def ids_in_stage(stage_id: str) -> Sql:
    return Sql("SELECT p.contact_id FROM lifecycle_position p WHERE p.stage_id = %s", (stage_id,))


def ids_for_whom(condition: Condition, now: datetime) -> Sql:
    found = compile_sql(condition, now)
    return Sql(f"SELECT c.id FROM contacts_contact c WHERE c.erased_at IS NULL AND {found.text}", found.params)
