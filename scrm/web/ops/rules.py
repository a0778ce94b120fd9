"""How a rule is built on a page: rows of fact, operator and value, read from a form and written into one."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any, ClassVar

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from events.selectors import event_type_label, event_type_list
from leads.arrival_facts import arrival_facts
from scrm.core.conditions import (
    All,
    AnyOf,
    Condition,
    ConditionInvalid,
    Fact,
    Leaf,
    Registry,
    Scope,
    explain,
    facts,
    parse,
    sentence,
    to_json,
)
from scrm.core.conditions.words import OPERATOR_LABELS
from scrm.web.ops.rule_fields import argument_field, value_fields
from scrm.web.ops.rule_rows import Row, row_posted, row_stored


class RuleForm:
    """The rule of a form. A rule with groups inside groups can't be rows: it is kept as it came."""

    registry: ClassVar[Registry] = facts
    about: ClassVar[str] = ""
    """How the form says that its rules ask for other facts than those of customers."""
    first: ClassVar[str] = "tags"
    """What most rules ask about."""

    def __init__(self, rows: Sequence[Row], *, match: str = "all", scope: Scope, kept: Condition | None = None) -> None:
        self.rows = list(rows)
        self.match = match
        self.scope = scope
        self.kept = kept
        self.error = ""

    @classmethod
    def from_stored(cls, data: object, scope: Scope) -> RuleForm:
        try:
            condition = parse(data, cls.registry, scope=scope, stored=True)
        except ConditionInvalid:
            return cls([], scope=scope)
        parts = condition.parts if isinstance(condition, All | AnyOf) else (condition,)
        leaves = [part for part in parts if isinstance(part, Leaf)]
        if len(leaves) < len(parts):
            return cls([], scope=scope, kept=condition)
        return cls(
            [row_stored(leaf) for leaf in leaves], match="any" if isinstance(condition, AnyOf) else "all", scope=scope
        )

    @classmethod
    def from_post(cls, data: QueryDict) -> RuleForm:
        """Rows as posted, one added or removed where a button asked for it."""
        scope = Scope.CONTACT if data.get("rule-scope") == Scope.CONTACT else Scope.EVENT
        if data.get("rule-kept") and "rule-rewrite" not in data:
            return cls._from_kept(data.get("rule-kept", ""), scope)
        places = range(min(_number(data.get("rule-rows")), 100))
        rows = [row for index in places if (row := row_posted(data, index, cls.registry))]
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
            return cls([], scope=scope, kept=parse(json.loads(text), cls.registry, scope=scope, stored=True))
        except (ValueError, ConditionInvalid):
            return cls([], scope=scope)

    def add(self) -> None:
        """One more row, about what most rules ask for."""
        fact = self.registry.by_key[self.first]
        self.rows.append(Row(fact, fact.operators[0]))

    @property
    def facts(self) -> list[Fact]:
        return [fact for fact in self.registry if self.scope is Scope.EVENT or fact.scope is Scope.CONTACT]

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
            return parse(self.to_json(), self.registry, scope=self.scope)
        except ConditionInvalid:
            return None

    def is_valid(self) -> bool:
        """Whether every row can be read; else each says what is wrong with it."""
        for row in self.rows:
            row.error = "" if row.is_filled else _("Fill in every field of this condition.")
        if not self.is_filled:
            return False
        try:
            parse(self.to_json(), self.registry, scope=self.scope)
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
                "arguments": [argument_field(index, each, row.args) for each in row.fact.arguments],
                "fields": value_fields(index, row),
                "error": row.error,
            }
            for index, row in enumerate(self.rows)
        ]


class ArrivalRuleForm(RuleForm):
    """A rule about leads that come in."""

    registry = arrival_facts
    about = "arrival"
    first = "source"


def posted_rule(data: QueryDict) -> RuleForm:
    """The rule of any form, whatever it is about."""
    kind = ArrivalRuleForm if data.get("rule-about") == ArrivalRuleForm.about else RuleForm
    return kind.from_post(data)


def event_type_choices() -> list[tuple[str, str]]:
    return [(each.code, event_type_label(each)) for each in event_type_list()]


def rule_words(data: object, scope: Scope = Scope.EVENT, registry: Registry = facts) -> str:
    """A stored rule read back; empty where it asks for nothing."""
    if not data or data == {"all": []}:
        return ""
    try:
        return sentence(parse(data, registry, scope=scope, stored=True))
    except ConditionInvalid:
        return _("This rule can no longer be read: write it anew.")


def is_rule_step(request: HttpRequest) -> bool:
    """Whether the form was posted by pressing a row's button without a script."""
    return any(name in request.POST for name in ("rule-add", "rule-remove", "rule-rewrite"))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 4 else 0
