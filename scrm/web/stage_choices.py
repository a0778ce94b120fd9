"""Stages to choose from when somebody is moved: one that means a loss stands there once for each reason."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from lifecycle.enums import StageKind
from lifecycle.models import Stage


def stage_options(stages: Iterable[Any]) -> list[tuple[str, str, Stage]]:
    """Value, label and stage of each of `stage_list_everywhere`; of several lifecycles each says of which it is."""
    rows = list(stages)
    several = len({each.lifecycle_id for each in rows}) > 1
    found: list[tuple[str, str, Stage]] = []
    for stage in rows:
        name = f"{stage.lifecycle.name}: {stage.name}" if several else stage.name
        why = stage.reasons if stage.kind == StageKind.LOST else []
        found += [(f"{stage.pk}:{each['id']}", f"{name} · {each['name']}", stage) for each in why]
        if not why:
            found.append((str(stage.pk), name, stage))
    return found


def stage_asked(text: str, offered: Sequence[tuple[str, str, Stage]]) -> tuple[Stage, UUID | None] | None:
    """The stage that was chosen, and the reason with it; None for what was not offered."""
    for value, _label, stage in offered:
        if text == value:
            _pk, _colon, reason = text.partition(":")
            return stage, UUID(reason) if reason else None
    return None
