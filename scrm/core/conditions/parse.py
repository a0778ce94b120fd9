"""JSON in, a checked tree out, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from .errors import ConditionInvalid, Problem, ValueInvalid, listed, shown
from .registry import Argument, Choices, Fact, Registry, Scope
from .tree import All, AnyOf, Condition, Leaf, Not, join
from .types import MAX_VALUES, SHAPES, Shape, Type, read_value

MAX_DEPTH = 8
MAX_NODES = 100

_FORMS = ("all", "any", "not", "fact")
_LEAF_FIELDS = ("fact", "op", "value", "args")


def parse(
    data: object,
    registry: Registry,
    *,
    scope: Scope = Scope.EVENT,
    stored: bool = False,
    inside: tuple[str, ...] = (),
) -> Condition:
    """The rule as a tree, or ConditionInvalid with every problem. An empty object always holds.

    `scope` CONTACT refuses facts of the event at hand. `stored` skips the look at the choices:
    a rule saved before a tag or stage was removed stays readable, and matches nobody there.
    `inside`: the keys that stand for rules within which this one is read, the outermost first.
    """
    if data == {}:
        return All()
    parser = _Parser(registry, scope, check_choices=not stored, inside=inside)
    condition = parser.node(data, "", 1)
    if condition is None or parser.problems:
        raise ConditionInvalid(parser.problems)
    return condition


class _Parser:
    def __init__(self, registry: Registry, scope: Scope, *, check_choices: bool, inside: tuple[str, ...]) -> None:
        self.registry = registry
        self.inside = inside
        self.scope = scope
        self.check_choices = check_choices
        self.problems: list[Problem] = []
        self.nodes = 0
        self.known: dict[Choices, tuple[str, ...]] = {}

    def fail(self, path: str, code: str, **values: object) -> None:
        self.problems.append(Problem(path, code, values))

    def node(self, data: object, path: str, depth: int) -> Condition | None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            if self.nodes == MAX_NODES + 1:
                self.fail("", "too_large", limit=MAX_NODES)
            return None
        if depth > MAX_DEPTH:
            self.fail(path, "too_deep", limit=MAX_DEPTH)
            return None
        forms = [form for form in _FORMS if isinstance(data, Mapping) and form in data]
        if not isinstance(data, Mapping) or len(forms) != 1:
            self.fail(path, "not_a_condition", got=shown(data))
            return None
        form = forms[0]
        self.fields(data, path, _LEAF_FIELDS if form == "fact" else (form,))
        if form == "fact":
            return self.leaf(data, path)
        if form == "not":
            part = self.node(data["not"], join(path, "not"), depth + 1)
            return Not(part) if part else None
        return self.group(form, data[form], join(path, form), depth)

    def fields(self, data: Mapping[str, object], path: str, allowed: tuple[str, ...]) -> None:
        for name in data:
            if name not in allowed:
                self.fail(path, "unknown_field", got=shown(name), allowed=listed(allowed))

    def group(self, form: str, raw: object, path: str, depth: int) -> Condition | None:
        if not isinstance(raw, list):
            self.fail(path, "expected_list", got=shown(raw))
            return None
        if form == "any" and not raw:
            self.fail(path, "empty_any")
            return None
        # Cut before looking: a list of a million costs no more than one of the limit.
        parts = [self.node(part, f"{path}[{index}]", depth + 1) for index, part in enumerate(raw[: MAX_NODES + 1])]
        found = tuple(part for part in parts if part is not None)
        return All(found) if form == "all" else AnyOf(found)

    def leaf(self, data: Mapping[str, object], path: str) -> Condition | None:
        fact = self.fact(data["fact"], join(path, "fact"))
        if fact is None:
            return None
        args = self.arguments(fact, data.get("args", {}), join(path, "args"))
        op = data.get("op")
        if op is None:
            self.fail(path, "missing_field", field="op")
            return None
        if op not in fact.operators:
            allowed = listed(fact.operators)
            self.fail(
                join(path, "op"),
                "unknown_op",
                got=shown(op),
                fact=fact.key,
                allowed=allowed,
            )
            return None
        value = self.value(fact, str(op), data, path)
        return Leaf(fact, str(op), value, args, self.meaning(fact, str(op), value))

    def meaning(self, fact: Fact, op: str, value: Any) -> Condition | None:
        """What is asked instead of a leaf whose keys stand for rules."""
        if fact.stands_for is None or self.problems:
            return None
        rules = tuple(fact.stands_for(key, self.inside) for key in (value if isinstance(value, tuple) else (value,)))
        either = AnyOf(rules)
        turned: dict[str, Condition] = {"has_all": All(rules), "has_none": Not(either)}
        return turned.get(op, either)

    def fact(self, raw: object, path: str) -> Fact | None:
        fact = self.registry.get(raw) if isinstance(raw, str) else None
        if fact is None:
            known = list(self.registry.by_key)
            close = get_close_matches(raw[:100], known, 1) if isinstance(raw, str) else []
            if close:
                self.fail(path, "mistyped_fact", got=shown(raw), suggestion=close[0])
            else:
                self.fail(path, "unknown_fact", got=shown(raw), allowed=listed(known))
            return None
        if fact.scope is Scope.EVENT and self.scope is Scope.CONTACT:
            self.fail(path, "event_fact", fact=fact.key)
        return fact

    def arguments(self, fact: Fact, raw: object, path: str) -> tuple[tuple[str, Any], ...]:
        if not isinstance(raw, Mapping):
            self.fail(path, "expected_object", got=shown(raw))
            return ()
        declared = {argument.name: argument for argument in fact.arguments}
        for name in raw:
            if name not in declared:
                allowed = listed(declared) or "-"
                self.fail(
                    path,
                    "unknown_argument",
                    fact=fact.key,
                    got=shown(name),
                    allowed=allowed,
                )
        needed = [each.needs for each in fact.arguments if each.needs and each.name in raw]
        for argument in fact.arguments:
            if argument.name not in raw and (argument.required or argument.name in needed):
                self.fail(path, "missing_argument", fact=fact.key, argument=argument.name)
        return tuple(
            (name, self.one(declared[name], raw[name], join(path, name))) for name in sorted(declared) if name in raw
        )

    def value(self, fact: Fact, op: str, data: Mapping[str, object], path: str) -> Any:
        shape = SHAPES[op]
        if shape is Shape.NOTHING:
            if data.get("value") is not None:
                self.fail(join(path, "value"), "needless_value", op=op)
            return None
        if "value" not in data:
            self.fail(path, "missing_field", field="value")
            return None
        raw, path = data["value"], join(path, "value")
        if shape is Shape.MANY:
            return self.many(fact, raw, path)
        if shape is Shape.PAIR:
            return self.pair(fact, raw, path)
        return self.one(fact, raw, path, days=shape is Shape.DAYS, free=op == "contains")

    def one(
        self,
        of: Fact | Argument,
        raw: object,
        path: str,
        *,
        days: bool = False,
        free: bool = False,
    ) -> Any:
        try:
            value = read_value(Type.DAYS if days else of.type, raw)
            if of.choices and self.check_choices and not free:
                self.choice(of.choices, value)
        except ValueInvalid as invalid:
            self.fail(path, invalid.code, **invalid.values)
            return None
        return value

    def many(self, fact: Fact, raw: object, path: str) -> Any:
        if not isinstance(raw, list):
            self.fail(path, "expected_list", got=shown(raw))
        elif not raw:
            self.fail(path, "empty_list")
        elif len(raw) > MAX_VALUES:
            self.fail(path, "long_list", limit=MAX_VALUES)
        else:
            values = [self.one(fact, each, f"{path}[{index}]") for index, each in enumerate(raw)]
            return tuple(dict.fromkeys(values))
        return None

    def pair(self, fact: Fact, raw: object, path: str) -> Any:
        if not isinstance(raw, list) or len(raw) != 2:
            self.fail(path, "expected_pair", got=shown(raw))
            return None
        low, high = (self.one(fact, each, f"{path}[{index}]") for index, each in enumerate(raw))
        if low is not None and high is not None and low > high:
            self.fail(path, "reversed_pair")
        return low, high

    def choice(self, choices: Choices, value: Any) -> None:
        if choices not in self.known:
            self.known[choices] = tuple(key for key, _ in choices())
        if value not in self.known[choices]:
            allowed = listed(self.known[choices]) or "-"
            raise ValueInvalid("unknown_choice", got=shown(value), allowed=allowed)
