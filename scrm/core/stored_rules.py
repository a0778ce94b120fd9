"""Reads rules as their rows keep them, for whoever asks many at once."""

from uuid import UUID

import structlog

from scrm.core.conditions import Condition, ConditionInvalid, facts, parse

log = structlog.get_logger(__name__)


def readable(condition: object, rule_id: UUID) -> Condition | None:
    """The rule; None, and a line in the log, where it can be read no more: a field that it asks about is of another
    kind now. So it holds up nothing that it is asked beside."""
    try:
        return parse(condition, facts, stored=True)
    except ConditionInvalid as invalid:
        log.warning("rule.unreadable", rule=str(rule_id), problem=invalid.problems[0].code)
        return None
