"""Decides whether a happening is as the tracking plan declares it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext

from events.inputs import DEDUPE_KEY_MAX, Happening

_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "text": (str,),
    "number": (int, float),
    "boolean": (bool,),
}


@dataclass(frozen=True, slots=True)
class Declared:
    """One line of the tracking plan."""

    id: int
    code: str
    properties: Mapping[str, str]
    active: bool
    engaging: bool = False


def problem_of(happening: Happening, declared: Declared | None) -> str:
    """Why the tracking plan refuses this; empty when it does not."""
    if declared is None:
        return gettext("The event type %(type)s is not in the tracking plan.") % {"type": happening.type}
    if not declared.active:
        return gettext("The event type %(type)s is no longer collected.") % {"type": happening.type}
    if not happening.dedupe_key or len(happening.dedupe_key) > DEDUPE_KEY_MAX:
        return gettext("The key of the event is empty or longer than %(limit)s characters.") % {"limit": DEDUPE_KEY_MAX}
    if not isinstance(happening.occurred_at, datetime) or happening.occurred_at.tzinfo is None:
        return gettext("The moment of the event lacks its time zone.")
    for name, value in happening.properties.items():
        kind = declared.properties.get(name)
        if kind is None:
            return gettext("The event type %(type)s has no property %(property)s.") % {
                "type": happening.type,
                "property": name,
            }
        if value is not None and not _is_a(value, kind):
            return gettext("The property %(property)s must be a %(kind)s.") % {"property": name, "kind": kind}
    return ""


def _is_a(value: Any, kind: str) -> bool:
    if kind == "text":
        return isinstance(value, str)
    # True is an int in Python, and no number to anybody else.
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _KINDS.get(kind, (str,)))
