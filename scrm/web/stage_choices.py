"""Stages to choose from when somebody is moved: one that means a loss stands there once for each reason."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from lifecycle.enums import StageKind
from lifecycle.models import Stage
from lifecycle.selectors_guards import loss_reasons_by_lifecycle


def stage_options(stages: Iterable[Stage]) -> list[tuple[str, str, Stage]]:
    """Value, label and stage of each; of several lifecycles each says of which it is."""
    rows = list(stages)
    reasons = loss_reasons_by_lifecycle({each.lifecycle_id for each in rows})
    several = len({each.lifecycle_id for each in rows}) > 1
    found: list[tuple[str, str, Stage]] = []
    for stage in rows:
        name = f"{stage.lifecycle.name}: {stage.name}" if several else stage.name
        why = reasons.get(stage.lifecycle_id, []) if stage.kind == StageKind.LOST else []
        found += [(f"{stage.pk}:{each.pk}", f"{name} · {each.name}", stage) for each in why]
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
