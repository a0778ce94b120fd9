"""How a rule's condition is kept in its row."""

from typing import Any

from .parse import parse
from .registry import facts
from .tree import to_json


def stored_condition(condition: object) -> dict[str, Any]:
    """Checked, canonical, and empty when it asks for nothing; ConditionInvalid when it can't be read."""
    parsed = to_json(parse(condition, facts))
    return {} if parsed == {"all": []} else parsed
