"""The inputs of a rule's row, as the page draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from scrm.core.conditions import Argument, Type
from scrm.core.conditions.registry import Choices
from scrm.core.conditions.types import Shape
from scrm.web.ops.rule_rows import Row

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

    @property
    def is_given(self) -> bool:
        return bool(self.value) or any(choice.chosen and choice.value for choice in self.choices)


def value_fields(index: int, row: Row) -> list[Field]:
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


def argument_field(index: int, argument: Argument, given: Mapping[str, str]) -> Field:
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
