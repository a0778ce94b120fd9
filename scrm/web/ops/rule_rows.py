"""The rows of a rule on a page: fact, operator and value, read from a form or from what is stored."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from scrm.core.conditions import Fact, Leaf, Registry, Type
from scrm.core.conditions.types import SHAPES, Shape, write_value

_COMMAS = re.compile(r"[,，、;；\n]+")


@dataclass(slots=True)
class Row:
    """One condition as it stands in the form; values are what was typed."""

    fact: Fact
    op: str
    values: list[str] = field(default_factory=list)
    args: dict[str, str] = field(default_factory=dict)
    error: str = ""
    is_next: bool = False
    """Where a keyboard goes on."""

    @property
    def shape(self) -> Shape:
        return SHAPES[self.op]

    @property
    def is_filled(self) -> bool:
        needed = {Shape.NOTHING: 0, Shape.PAIR: 2}.get(self.shape, 1)
        asked = [each.name for each in self.fact.arguments if each.required]
        return len([value for value in self.values if value]) >= needed and all(self.args.get(name) for name in asked)

    def to_json(self) -> dict[str, Any]:
        written: dict[str, Any] = {"fact": self.fact.key, "op": self.op}
        if self.shape is not Shape.NOTHING:
            written["value"] = self._value()
        known = {each.name: each for each in self.fact.arguments}
        args = {name: _read(known[name].type, value) for name, value in self.args.items() if value and name in known}
        return {**written, "args": args} if args else written

    def _value(self) -> Any:
        kind = Type.DAYS if self.shape is Shape.DAYS else self.fact.type
        values = [_read(kind, value) for value in self.values]
        if self.shape is Shape.MANY:
            return values
        if self.shape is Shape.PAIR:
            return values[:2]
        return values[0] if values else ""


def row_posted(data: QueryDict, index: int, registry: Registry) -> Row | None:
    start = f"rule-{index}-"
    fact = registry.get(data.get(f"{start}fact", ""))
    if fact is None:
        return None
    op = data.get(f"{start}op", "")
    if data.get(f"{start}was") != fact.key:
        return Row(fact, op if op in fact.operators else fact.operators[0])
    if op not in fact.operators:
        op = fact.operators[0]
    values = [value.strip() for value in data.getlist(f"{start}value")]
    if SHAPES[op] is Shape.MANY and not fact.choices:
        values = [part.strip() for value in values for part in _COMMAS.split(value)]
    if SHAPES[op] is not Shape.PAIR:
        values = [value for value in values if value]
    args = {each.name: data.get(f"{start}arg-{each.name}", "").strip() for each in fact.arguments}
    return Row(fact, op, values, args)


def row_stored(leaf: Leaf) -> Row:
    value = leaf.value
    values = list(value) if isinstance(value, tuple) else [] if value is None else [value]
    return Row(leaf.fact, leaf.op, [_typed(each) for each in values], {name: _typed(each) for name, each in leaf.args})


def _typed(value: Any) -> str:
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(write_value(value))


def _read(kind: Type, text: str) -> Any:
    """The JSON value of what was typed; the parser judges it."""
    if kind in (Type.COUNT, Type.DAYS):
        return int(text) if text.isdecimal() and len(text) < 19 else text
    if kind is Type.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    if kind is Type.MOMENT:
        try:
            return timezone.make_aware(datetime.fromisoformat(text)).isoformat()
        except ValueError:
            return text
    return text
