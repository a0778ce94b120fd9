"""How facts read a value out of free JSON: the same text and number that PostgreSQL's ->> gives."""

import json
import re
from decimal import Decimal
from typing import Any

# What counts as a number in free JSON, for both engines.
_NUMBER = r"-?[0-9]{1,15}(\.[0-9]{1,6})?"


def number_sql(text: str) -> str:
    """The SQL of a text expression read as a number, NULL where it is none."""
    return f"CASE WHEN {text} ~ '^{_NUMBER}$' THEN ({text})::numeric END"


def as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def as_number(value: Any) -> Decimal | None:
    text = as_text(value)
    return Decimal(text) if text is not None and re.fullmatch(_NUMBER, text) else None
