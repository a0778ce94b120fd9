"""The types a fact can have, which operators each allows, and how JSON values become typed ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from .errors import ValueInvalid, shown

MAX_TEXT = 500
MAX_VALUES = 200
MAX_DAYS = 36_500
MAX_NUMBER = Decimal(10) ** 15
MAX_PLACES = 6


class Type(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    COUNT = "count"
    MONEY = "money"
    BOOLEAN = "boolean"
    MOMENT = "moment"
    DATE = "date"
    KEYS = "keys"
    DAYS = "days"  # a window; for arguments only


class Shape(StrEnum):
    """What an operator compares with."""

    NOTHING = "nothing"
    ONE = "one"
    MANY = "many"
    PAIR = "pair"
    DAYS = "days"


SHAPES: dict[str, Shape] = {
    "is": Shape.ONE,
    "is_not": Shape.ONE,
    "in": Shape.MANY,
    "not_in": Shape.MANY,
    "contains": Shape.ONE,
    "gt": Shape.ONE,
    "gte": Shape.ONE,
    "lt": Shape.ONE,
    "lte": Shape.ONE,
    "between": Shape.PAIR,
    "before": Shape.ONE,
    "after": Shape.ONE,
    "within_last": Shape.DAYS,
    "older_than": Shape.DAYS,
    "within_next": Shape.DAYS,
    "has": Shape.ONE,
    "has_any": Shape.MANY,
    "has_all": Shape.MANY,
    "has_none": Shape.MANY,
    "is_set": Shape.NOTHING,
    "is_not_set": Shape.NOTHING,
}

# An operator that says exactly the opposite of another, missing values included.
OPPOSITES: dict[str, str] = {
    "is_not": "is",
    "not_in": "in",
    "has_none": "has_any",
    "is_not_set": "is_set",
}

_SAME = ("is", "is_not")
_ONE_OF = ("in", "not_in")
_ORDER = ("gt", "gte", "lt", "lte", "between")
_TIME = ("before", "after", "between", "within_last", "older_than", "within_next")
_PRESENCE = ("is_set", "is_not_set")

OPERATORS: dict[Type, tuple[str, ...]] = {
    Type.TEXT: (*_SAME, *_ONE_OF, "contains", *_PRESENCE),
    Type.CHOICE: (*_SAME, *_ONE_OF, *_PRESENCE),
    Type.NUMBER: (*_SAME, *_ORDER, *_PRESENCE),
    Type.COUNT: (*_SAME, *_ORDER),
    Type.MONEY: (*_SAME, *_ORDER, *_PRESENCE),
    Type.BOOLEAN: (*_SAME, *_PRESENCE),
    Type.MOMENT: (*_TIME, *_PRESENCE),
    Type.DATE: (*_SAME, *_TIME, *_PRESENCE),
    Type.KEYS: ("has", "has_any", "has_all", "has_none", *_PRESENCE),
}

# One value of each of these is a word, and an empty word is no value at all.
WORDS = frozenset({Type.TEXT, Type.CHOICE, Type.KEYS})


def read_value(kind: Type, raw: object) -> Any:
    """The typed value of one JSON value, or ValueInvalid."""
    match kind:
        case Type.TEXT | Type.CHOICE | Type.KEYS:
            return _text(raw)
        case Type.NUMBER | Type.MONEY:
            return _number(raw)
        case Type.COUNT:
            return _whole(raw, 0, int(MAX_NUMBER))
        case Type.DAYS:
            return _whole(raw, 1, MAX_DAYS)
        case Type.BOOLEAN:
            if not isinstance(raw, bool):
                raise ValueInvalid("expected_boolean", got=shown(raw))
            return raw
        case Type.MOMENT:
            return _moment(raw)
        case Type.DATE:
            return _date(raw)


def write_value(value: Any) -> Any:
    """The JSON value that `read_value` turns back into this one."""
    if isinstance(value, tuple):
        return [write_value(each) for each in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueInvalid("expected_text", got=shown(raw))
    if not raw:
        raise ValueInvalid("empty_text")
    if len(raw) > MAX_TEXT:
        raise ValueInvalid("long_text", limit=MAX_TEXT)
    # PostgreSQL stores neither NUL nor half a surrogate pair.
    if "\0" in raw or any("\ud800" <= char <= "\udfff" for char in raw):
        raise ValueInvalid("bad_text", got=shown(raw))
    return raw


def _whole(raw: object, low: int, high: int) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise ValueInvalid("expected_whole_number", got=shown(raw))
    if not low <= raw <= high:
        raise ValueInvalid("out_of_range", low=low, high=high, got=shown(raw))
    return raw


def _number(raw: object) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        raise ValueInvalid("expected_number", got=shown(raw))
    try:
        value = Decimal(str(raw))
    except (InvalidOperation, ValueError):
        raise ValueInvalid("expected_number", got=shown(raw)) from None
    if not value.is_finite():
        raise ValueInvalid("expected_number", got=shown(raw))
    if abs(value) > MAX_NUMBER:
        raise ValueInvalid("out_of_range", low=-MAX_NUMBER, high=MAX_NUMBER, got=shown(raw))
    return round(value, MAX_PLACES).normalize() + 0


def _moment(raw: object) -> datetime:
    try:
        value = datetime.fromisoformat(raw) if isinstance(raw, str) else None
        if value is not None and value.tzinfo is not None:
            return value.astimezone(UTC)
    except (OverflowError, ValueError):
        pass
    raise ValueInvalid("expected_moment", got=shown(raw))


def _date(raw: object) -> date:
    try:
        if isinstance(raw, str):
            return date.fromisoformat(raw)
    except ValueError:
        pass
    raise ValueInvalid("expected_date", got=shown(raw))
