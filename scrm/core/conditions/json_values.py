"""How facts read a value out of free JSON: the same text and number that PostgreSQL's ->> gives."""

import json
import re
from decimal import Decimal
from typing import Any

# What counts as a number in free JSON, for both engines; {x} is a text expression.
NUMBER_PATTERN = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"
NUMBER_SQL = f"CASE WHEN {{x}} ~ '{NUMBER_PATTERN}' THEN ({{x}})::numeric END"
_NUMBER = re.compile(NUMBER_PATTERN.replace("$", r"\Z"))


def as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def as_number(value: Any) -> Decimal | None:
    text = as_text(value)
    return Decimal(text) if text is not None and _NUMBER.match(text) else None
