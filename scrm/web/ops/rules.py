"""How a rule is built on a page: rows of fact, operator and value, read from a form and written into one."""

from __future__ import annotations

from itertools import groupby
from typing import Any, ClassVar, Final

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from events.selectors import event_type_label, event_type_list
from leads.arrival_facts import arrival_facts
from scrm.core.conditions import (
    Condition,
    ConditionInvalid,
    Fact,
    Registry,
    Scope,
    explain,
    facts,
    parse,
    sentence,
)
from scrm.core.conditions.words import OPERATOR_LABELS
from scrm.web.counts import small_count
from scrm.web.ops.rule_fields import argument_field, value_fields
from scrm.web.ops.rule_rows import Row
from scrm.web.ops.rule_tree import MATCHES, Group, Part, at_path, numbered, read_tree, tree_of

_STEPS: Final = ("rule-add", "rule-group", "rule-remove")
"""The buttons of a rule's rows."""


class RuleForm:
    """The rule of a form: rows, and groups within groups."""

    registry: ClassVar[Registry] = facts
    about: ClassVar[str] = ""
    """How the form says that its rules ask for other facts than those of customers."""
    first: ClassVar[str] = "tags"
    """What most rules ask about."""

    def __init__(self, root: Group, *, scope: Scope) -> None:
        self.root = root
        self.scope = scope
        self.error = ""
        self.is_unread = False
        """What is stored can't be read, and nobody wrote it anew: saved like this, it would hold for everybody."""

    @classmethod
    def from_stored(cls, data: object, scope: Scope) -> RuleForm:
        try:
            condition = parse(data, cls.registry, scope=scope, stored=True)
        except ConditionInvalid:
            unread = cls(Group(), scope=scope)
            unread.is_unread = True
            return unread
        return cls(tree_of(condition), scope=scope)

    @classmethod
    def from_post(cls, data: QueryDict) -> RuleForm:
        """The parts as posted, one added or removed where a button asked for it."""
        scope = Scope.CONTACT if data.get("rule-scope") == Scope.CONTACT else Scope.EVENT
        form = cls(read_tree(data, cls.registry), scope=scope)
        removed, added, grouped = (data.get(f"rule-{what}") for what in ("remove", "add", "group"))
        if (place := small_count(removed)) is not None:
            form.remove(place)
        if isinstance(added, str):
            form.add(form.group_at(added))
        if isinstance(grouped, str):
            group = Group("any")
            form.group_at(grouped).parts.append(group)
            form.add(group)
        stepped = any(name in data for name in _STEPS)
        form.is_unread = "rule-unread" in data and not form.root.parts and not stepped
        return form

    def add(self, group: Group | None = None) -> None:
        """One more row, about what most rules ask for."""
        fact = self.registry.by_key[self.first]
        (group or self.root).parts.append(Row(fact, fact.operators[0], is_next=group is not None))

    def remove(self, number: int) -> None:
        """Take out one part, a group with all that is in it."""
        parts = list(numbered(self.root))
        for group in (self.root, *(part for _number, _depth, part in parts if isinstance(part, Group))):
            kept = [part for part in group.parts if not (number < len(parts) and part is parts[number][2])]
            group.is_next = len(kept) < len(group.parts)
            group.parts = kept

    def group_at(self, place: str) -> Group:
        """The group of a button; the outermost one where it says none."""
        named = (part for number, _depth, part in numbered(self.root) if f"g{number}" == place)
        return next((part for part in named if isinstance(part, Group)), self.root)

    @property
    def rows(self) -> list[Row]:
        return [part for _number, _depth, part in numbered(self.root) if isinstance(part, Row)]

    @property
    def count(self) -> int:
        return len(list(numbered(self.root)))

    @property
    def facts(self) -> list[Fact]:
        return [fact for fact in self.registry if self.scope is Scope.EVENT or fact.scope is Scope.CONTACT]

    @property
    def is_filled(self) -> bool:
        return all(part.is_filled for part in self.root.parts)

    def to_json(self) -> dict[str, Any]:
        """What the services take; {} where there is no part."""
        return self.root.to_json() if self.root.parts else {}

    def condition(self) -> Condition | None:
        """The rule where it can be read already; None while it is being written."""
        if not self.is_filled:
            return None
        try:
            return parse(self.to_json(), self.registry, scope=self.scope)
        except ConditionInvalid:
            return None

    def is_valid(self) -> bool:
        """Whether every part can be read; else each says what is wrong with it."""
        for _number, _depth, part in numbered(self.root):
            if isinstance(part, Row):
                part.error = "" if part.is_filled else _("Fill in every field of this condition.")
            else:
                part.error = "" if part.parts else _("Add a condition to this group, or remove the group.")
        if self.is_unread or not self.is_filled:
            return False
        try:
            parse(self.to_json(), self.registry, scope=self.scope)
        except ConditionInvalid as invalid:
            self.explain(invalid)
            return False
        return True

    def explain(self, invalid: ConditionInvalid) -> None:
        """Put each problem beside its part."""
        for problem in invalid.problems:
            part = at_path(self.root, problem.path)
            if part is self.root:
                self.error = explain(problem)
            else:
                part.error = explain(problem)

    def drawn(self) -> list[dict[str, Any]]:
        """The parts as the page draws them, those of a group within it."""
        groups = [
            (str(group), [(fact.key, str(fact.label)) for fact in each])
            for group, each in groupby(self.facts, key=lambda fact: fact.group)
        ]
        numbers = {id(part): (number, depth) for number, depth, part in numbered(self.root)}
        return [self._drawn(part, numbers, groups) for part in self.root.parts]

    def _drawn(self, part: Part, numbers: dict[int, tuple[int, int]], groups: Any) -> dict[str, Any]:
        number, depth = numbers[id(part)]
        said = {"index": number, "depth": depth, "error": part.error, "is_next": part.is_next}
        if isinstance(part, Group):
            within = [self._drawn(each, numbers, groups) for each in part.parts]
            return {**said, "parts": within, "match": part.match, "matches": MATCHES.items()}
        drawn = [argument_field(number, each, part.args) for each in part.fact.arguments]
        # What is chosen from a list says what it is; a number of days does not, so it stands below with its name.
        inline = [each for each in drawn if not each.optional or (each is drawn[0] and each.kind == "select")]
        more = [each for each in drawn if each not in inline]
        return {
            **said,
            "fact": part.fact.key,
            "groups": groups,
            "op": part.op,
            "ops": [(op, str(OPERATOR_LABELS[op])) for op in part.fact.operators],
            "arguments": drawn,
            "inline": inline,
            "more": more,
            "narrowed": any(each.is_given for each in more),
            "fields": value_fields(number, part),
        }

    @property
    def matches(self) -> Any:
        return MATCHES.items()


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
    return any(name in request.POST for name in _STEPS)
