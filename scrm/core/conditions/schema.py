"""What a rule builder needs, as plain data: facts, operators, arguments, choices, limits."""

from __future__ import annotations

from typing import Any

from .parse import MAX_DEPTH, MAX_NODES
from .registry import Argument, Choices, Fact, Registry, Scope
from .types import MAX_DAYS, MAX_TEXT, MAX_VALUES, SHAPES
from .words import OPERATOR_LABELS


def schema_for(registry: Registry, *, scope: Scope = Scope.EVENT) -> dict[str, Any]:
    """The vocabulary in the active language; `scope` CONTACT leaves facts of the event out."""
    return {
        "facts": [_fact(fact) for fact in registry if scope is Scope.EVENT or fact.scope is scope],
        "operators": {op: {"label": str(label), "value": SHAPES[op].value} for op, label in OPERATOR_LABELS.items()},
        "limits": {
            "depth": MAX_DEPTH,
            "conditions": MAX_NODES,
            "values": MAX_VALUES,
            "text": MAX_TEXT,
            "days": MAX_DAYS,
        },
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "key": fact.key,
        "label": str(fact.label),
        "group": str(fact.group),
        "type": fact.type.value,
        "scope": fact.scope.value,
        "operators": list(fact.operators),
        "arguments": [_argument(argument) for argument in fact.arguments],
        "choices": _choices(fact.choices),
    }


def _argument(argument: Argument) -> dict[str, Any]:
    return {
        "name": argument.name,
        "label": str(argument.label),
        "type": argument.type.value,
        "required": argument.required,
        "choices": _choices(argument.choices),
    }


def _choices(choices: Choices | None) -> list[dict[str, str]] | None:
    if choices is None:
        return None
    return [{"value": key, "label": str(label)} for key, label in choices()]
