"""Reads a mapping of columns from its JSON form, or says where it is wrong. Pure."""

from typing import Any

from django.utils.translation import gettext

from leads.mapping import (
    ATTRIBUTE,
    FIELD,
    FOLDABLE_TARGETS,
    IDENTITY,
    TARGETS,
    Column,
    InvalidMapping,
    Mapping,
    is_dated,
    is_identity,
    is_named,
)
from leads.readings import DAY_ORDERS

# One person has two phones, and remarks stand in two columns; a name stands in one.
_REPEATABLE_TARGETS = frozenset(["note", "tags", "ignore"])


def parse_mapping(data: object) -> Mapping:
    """A mapping from its JSON form."""
    top = _object(data, "", ("columns", "values", "empty", "fold_case"))
    columns = {
        name: _column(raw, f"columns.{name}") for name, raw in _object(top.get("columns", {}), "columns").items()
    }
    values = {}
    for target, raw in _object(top.get("values", {}), "values").items():
        path = f"values.{target}"
        _check_target(target, path)
        values[target] = _text(_object(raw, path, ("template",)).get("template"), f"{path}.template")
    taken: set[str] = set()
    for path, target in [
        *((f"columns.{name}.to", column.to) for name, column in columns.items()),
        *((f"values.{target}", target) for target in values),
    ]:
        if target in taken and target not in _REPEATABLE_TARGETS and not is_identity(target):
            raise InvalidMapping(path, gettext("%(target)s has a column already.") % {"target": target})
        taken.add(target)
    folded = frozenset(_texts(top.get("fold_case", []), "fold_case"))
    for target in sorted(folded - set(FOLDABLE_TARGETS)):
        raise InvalidMapping("fold_case", _choose(target, FOLDABLE_TARGETS))
    return Mapping(columns, values, frozenset(_texts(top.get("empty", []), "empty")), folded)


def _object(data: object, path: str, allowed: tuple[str, ...] | None = None) -> dict[str, Any]:
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise InvalidMapping(path, gettext("This must be a JSON object."))
    for key in data:
        if allowed is not None and key not in allowed:
            raise InvalidMapping(f"{path}.{key}".lstrip("."), _choose(key, allowed))
    return data


def _text(data: object, path: str) -> str:
    if not isinstance(data, str) or not data.strip():
        raise InvalidMapping(path, gettext("This must be a text."))
    return data


def _texts(data: object, path: str) -> list[str]:
    if not isinstance(data, list):
        raise InvalidMapping(path, gettext("This must be a list of texts."))
    return [_text(item, f"{path}[{index}]").strip() for index, item in enumerate(data)]


def _column(data: object, path: str) -> Column:
    raw = _object(data, path, ("to", "day_order"))
    target = _text(raw.get("to"), f"{path}.to")
    _check_target(target, f"{path}.to")
    order = raw.get("day_order", "")
    if order and (order not in DAY_ORDERS or not is_dated(target)):
        message = gettext("Only a captured_at or a field has a day order: dmy or mdy.")
        raise InvalidMapping(f"{path}.day_order", message)
    return Column(to=target, day_order=order)


def _check_target(target: str, path: str) -> None:
    if target not in TARGETS and not is_named(target):
        raise InvalidMapping(path, _choose(target, (*TARGETS, f"{ATTRIBUTE}…", f"{FIELD}…", f"{IDENTITY}…")))


def _choose(given: str, allowed: tuple[str, ...]) -> str:
    message = gettext("%(given)s is not known; choose one of %(allowed)s.")
    return message % {"given": given, "allowed": ", ".join(allowed)}
