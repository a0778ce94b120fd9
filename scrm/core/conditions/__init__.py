"""The one rule language: tag rules, stage rules, segments, branches, exits and alerts speak it."""

from .errors import ConditionInvalid, Problem
from .evaluate import Snapshot, evaluate
from .kept import Family, Kept
from .parse import parse
from .registry import Argument, Fact, Registry, Scope, facts
from .schema import schema_for
from .sql import Sql, compile_sql, compile_values
from .stored import stored_condition
from .tree import All, AnyOf, Condition, Leaf, Not, Use, facts_used, to_json, uses, walk
from .types import Type
from .widening import widened
from .words import explain, sentence

__all__ = [
    "All",
    "AnyOf",
    "Argument",
    "Condition",
    "ConditionInvalid",
    "Fact",
    "Family",
    "Kept",
    "Leaf",
    "Not",
    "Problem",
    "Registry",
    "Scope",
    "Snapshot",
    "Sql",
    "Type",
    "Use",
    "compile_sql",
    "compile_values",
    "evaluate",
    "explain",
    "facts",
    "facts_used",
    "parse",
    "schema_for",
    "sentence",
    "stored_condition",
    "to_json",
    "uses",
    "walk",
    "widened",
]
