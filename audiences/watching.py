"""Says which changes of a contact a rule may answer otherwise to, and which a change is. Pure.

A watch is `event:<type>`, `tag:<code>`, `event` or `tag` for any of them, or `other`: whatever is neither.
"""

from typing import Final

from scrm.core.conditions import Condition, Leaf
from scrm.core.conditions.tree import asked

EVENT: Final = "event"
TAG: Final = "tag"
OTHER: Final = "other"
ALL: Final = "*"
"""Of a change that may be anything."""

_EVENT_FACTS: Final = "events."
_TAG_FACTS: Final = frozenset({"tags", "tag.since"})


def watches_of(condition: Condition) -> list[str]:
    """What a rule depends on, those that it names included; sorted."""
    return sorted({watch for leaf in asked(condition) for watch in _of_leaf(leaf)})


def matters(watches: list[str], changed: set[str]) -> bool:
    """Whether something that changed may matter to a rule of these watches."""
    return ALL in changed or not changed.isdisjoint(watches)


def of_event(event_type: str) -> list[str]:
    return [EVENT, f"{EVENT}:{event_type}"]


def of_tag(code: str) -> list[str]:
    return [TAG, f"{TAG}:{code}"]


def _of_leaf(leaf: Leaf) -> list[str]:
    args = dict(leaf.args)
    if leaf.fact.key.startswith(_EVENT_FACTS):
        types = [args[name] for name in ("type", "then") if name in args]
        return [f"{EVENT}:{each}" for each in types] or [EVENT]
    if leaf.fact.key in _TAG_FACTS:
        named = args.get("tag", leaf.value)
        codes = (named,) if isinstance(named, str) else named or ()
        return [f"{TAG}:{code}" for code in codes] or [TAG]
    return [OTHER]
