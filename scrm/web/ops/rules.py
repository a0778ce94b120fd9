"""How a rule is built on a page: rows of fact, operator and value, read from a form and written into one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from events.selectors import event_type_label, event_type_list
from scrm.core.conditions import (
    All,
    AnyOf,
    Argument,
    Condition,
    ConditionInvalid,
    Fact,
    Leaf,
    Scope,
    Type,
    explain,
    facts,
    parse,
    sentence,
    to_json,
)
from scrm.core.conditions.registry import Choices
from scrm.core.conditions.types import SHAPES, Shape, write_value
from scrm.core.conditions.words import OPERATOR_LABELS

_COMMAS = re.compile(r"[,，、;；\n]+")
_INPUTS = {
    Type.NUMBER: "number",
    Type.MONEY: "number",
    Type.COUNT: "number",
    Type.DAYS: "number",
    Type.MOMENT: "datetime-local",
    Type.DATE: "date",
}


@dataclass(slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(slots=True)
class Field:
    """One input of a row."""

    name: str
    label: str
    kind: str
    """select, multiple, or an input's type."""
    value: str = ""
    choices: list[Choice] = field(default_factory=list)
    optional: bool = False
    step: str = ""


@dataclass(slots=True)
class Row:
    """One condition as it stands in the form; values are what was typed."""

    fact: Fact
    op: str
    values: list[str] = field(default_factory=list)
    args: dict[str, str] = field(default_factory=dict)
    error: str = ""

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


class RuleForm:
    """The rule of a form. A rule with groups inside groups can't be rows: it is kept as it came."""

    def __init__(self, rows: Sequence[Row], *, match: str = "all", scope: Scope, kept: Condition | None = None) -> None:
        self.rows = list(rows)
        self.match = match
        self.scope = scope
        self.kept = kept
        self.error = ""

    @classmethod
    def from_stored(cls, data: object, scope: Scope) -> RuleForm:
        try:
            condition = parse(data, facts, scope=scope, stored=True)
        except ConditionInvalid:
            return cls([], scope=scope)
        parts = condition.parts if isinstance(condition, All | AnyOf) else (condition,)
        leaves = [part for part in parts if isinstance(part, Leaf)]
        if len(leaves) < len(parts):
            return cls([], scope=scope, kept=condition)
        return cls(
            [_row_of(leaf) for leaf in leaves], match="any" if isinstance(condition, AnyOf) else "all", scope=scope
        )

    @classmethod
    def from_post(cls, data: QueryDict) -> RuleForm:
        """Rows as posted, one added or removed where a button asked for it."""
        scope = Scope.CONTACT if data.get("rule-scope") == Scope.CONTACT else Scope.EVENT
        if data.get("rule-kept") and "rule-rewrite" not in data:
            return cls._from_kept(data.get("rule-kept", ""), scope)
        rows = [row for index in range(min(_number(data.get("rule-rows")), 100)) if (row := _row_from(data, index))]
        removed = data.get("rule-remove", "")
        if removed.isdigit() and int(removed) < len(rows):
            del rows[int(removed)]
        form = cls(rows, match="any" if data.get("rule-match") == "any" else "all", scope=scope)
        if "rule-add" in data or "rule-rewrite" in data:
            form.add()
        return form

    @classmethod
    def _from_kept(cls, text: str, scope: Scope) -> RuleForm:
        try:
            return cls([], scope=scope, kept=parse(json.loads(text), facts, scope=scope, stored=True))
        except (ValueError, ConditionInvalid):
            return cls([], scope=scope)

    def add(self) -> None:
        """One more row, about what most rules ask for."""
        fact = facts.by_key["tags"]
        self.rows.append(Row(fact, fact.operators[0]))

    @property
    def facts(self) -> list[Fact]:
        return [fact for fact in facts if self.scope is Scope.EVENT or fact.scope is Scope.CONTACT]

    @property
    def is_filled(self) -> bool:
        return self.kept is not None or all(row.is_filled for row in self.rows)

    @property
    def kept_words(self) -> str:
        return sentence(self.kept) if self.kept else ""

    @property
    def kept_json(self) -> str:
        return json.dumps(to_json(self.kept)) if self.kept else ""

    def to_json(self) -> dict[str, Any]:
        """What the services take; {} where there is no row."""
        if self.kept is not None:
            return to_json(self.kept)
        return {self.match: [row.to_json() for row in self.rows]} if self.rows else {}

    def condition(self) -> Condition | None:
        """The rule where it can be read already; None while it is being written."""
        if not self.is_filled:
            return None
        try:
            return parse(self.to_json(), facts, scope=self.scope)
        except ConditionInvalid:
            return None

    def is_valid(self) -> bool:
        """Whether every row can be read; else each says what is wrong with it."""
        for row in self.rows:
            row.error = "" if row.is_filled else _("Fill in every field of this condition.")
        if not self.is_filled:
            return False
        try:
            parse(self.to_json(), facts, scope=self.scope)
        except ConditionInvalid as invalid:
            self.explain(invalid)
            return False
        return True

    def explain(self, invalid: ConditionInvalid) -> None:
        """Put each problem beside its row."""
        for problem in invalid.problems:
            place = re.match(r"(?:all|any)\[(\d+)\]", problem.path)
            if place and int(place[1]) < len(self.rows):
                self.rows[int(place[1])].error = explain(problem)
            else:
                self.error = explain(problem)

    def drawn(self) -> list[dict[str, Any]]:
        """The rows as the page draws them."""
        groups = [
            (str(group), [(fact.key, str(fact.label)) for fact in each])
            for group, each in groupby(self.facts, key=lambda fact: fact.group)
        ]
        return [
            {
                "index": index,
                "fact": row.fact.key,
                "groups": groups,
                "op": row.op,
                "ops": [(op, str(OPERATOR_LABELS[op])) for op in row.fact.operators],
                "arguments": [_argument_field(index, each, row.args) for each in row.fact.arguments],
                "fields": _value_fields(index, row),
                "error": row.error,
            }
            for index, row in enumerate(self.rows)
        ]


def event_type_choices() -> list[tuple[str, str]]:
    return [(each.code, event_type_label(each)) for each in event_type_list()]


def rule_words(data: object, scope: Scope = Scope.EVENT) -> str:
    """A stored rule read back; empty where it asks for nothing."""
    if not data or data == {"all": []}:
        return ""
    try:
        return sentence(parse(data, facts, scope=scope, stored=True))
    except ConditionInvalid:
        return _("This rule can no longer be read: write it anew.")


def is_rule_step(request: HttpRequest) -> bool:
    """Whether the form was posted by pressing a row's button without a script."""
    return any(name in request.POST for name in ("rule-add", "rule-remove", "rule-rewrite"))


def _row_from(data: QueryDict, index: int) -> Row | None:
    start = f"rule-{index}-"
    fact = facts.get(data.get(f"{start}fact", ""))
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


def _row_of(leaf: Leaf) -> Row:
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
        return int(text) if text.isdecimal() else text
    if kind is Type.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    if kind is Type.MOMENT:
        try:
            return timezone.make_aware(datetime.fromisoformat(text)).isoformat()
        except ValueError:
            return text
    return text


def _value_fields(index: int, row: Row) -> list[Field]:
    name, many = f"rule-{index}-value", row.shape is Shape.MANY
    if row.shape is Shape.NOTHING:
        return []
    if row.shape is Shape.DAYS:
        return [Field(name, _("Days"), "number", (row.values or [""])[0], step="1")]
    if row.fact.type is Type.BOOLEAN:
        return [_select(name, _("Value"), [("true", _("yes")), ("false", _("no"))], row.values)]
    if row.fact.choices:
        return [_select(name, _("Value"), _listed(row.fact.choices), row.values, many=many)]
    kind = _INPUTS.get(row.fact.type, "text")
    step = {"number": "any", "datetime-local": ""}.get(kind, "")
    if row.shape is Shape.PAIR:
        low, high = [*row.values, "", ""][:2]
        return [Field(name, _("From"), kind, low, step=step), Field(name, _("To"), kind, high, step=step)]
    value = ", ".join(row.values) if many else (row.values or [""])[0]
    return [Field(name, _("Values, with commas between") if many else _("Value"), kind, value, step=step)]


def _argument_field(index: int, argument: Argument, given: Mapping[str, str]) -> Field:
    name, value = f"rule-{index}-arg-{argument.name}", given.get(argument.name, "")
    if argument.choices:
        choices = _listed(argument.choices)
        if not argument.required:
            choices = [("", str(argument.label)), *choices]
        made = _select(name, str(argument.label), choices, [value])
    else:
        made = Field(name, str(argument.label), _INPUTS.get(argument.type, "text"), value)
    made.optional = not argument.required
    return made


def _select(
    name: str, label: str, choices: Sequence[tuple[str, str]], chosen: Sequence[str], *, many: bool = False
) -> Field:
    offered = [Choice(value, text, value in chosen) for value, text in choices]
    # What a rule asks for stays shown, though a tag or stage may be gone.
    offered += [Choice(value, value, True) for value in chosen if value not in dict(choices)]
    if not many and not any(choice.chosen for choice in offered):
        offered.insert(0, Choice("", _("Choose …"), True))
    return Field(name, label, "multiple" if many else "select", choices=offered)


def _listed(choices: Choices) -> list[tuple[str, str]]:
    return [(key, str(label)) for key, label in choices()]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 4 else 0
