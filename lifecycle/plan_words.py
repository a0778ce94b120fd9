"""What a plan changes in what is in force, in words. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from lifecycle.enums import StageColour, StageKind
from lifecycle.plan import Plan, StagePlan

ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", "same"
_DASH: Final = "–"


@dataclass(frozen=True, slots=True)
class Difference:
    """One stage: whether it comes, goes or changes, and how."""

    kind: str
    stage: StagePlan
    details: tuple[str, ...] = ()


def differences(before: Plan, after: Plan) -> list[Difference]:
    """Stage by stage in the new order, then those that go."""
    known = {stage.id: stage for stage in before.stages}
    kept = [pk for pk in after.ids if pk in known]
    old_order = [pk for pk in before.ids if pk in set(kept)]
    moved = {pk for pk, other in zip(kept, old_order, strict=True) if pk != other}
    names = {stage.id: stage.name for stage in (*before.stages, *after.stages)}
    found = []
    for stage in after.stages:
        if stage.id not in known:
            found.append(Difference(ADDED, stage))
            continue
        details = [*_details(known[stage.id], stage, names)]
        if stage.id in moved:
            details.append(_("another place in the order"))
        found.append(Difference(CHANGED if details else SAME, stage, tuple(details)))
    return [*found, *(Difference(REMOVED, stage) for pk, stage in known.items() if after.stage(pk) is None)]


def changes_anything(before: Plan, after: Plan) -> bool:
    return bool(after.moves) or any(each.kind != SAME for each in differences(before, after))


def _details(before: StagePlan, after: StagePlan, names: dict[str, str]) -> Iterable[str]:
    if before.name != after.name:
        yield _("name: “%(before)s” → “%(after)s”") % {"before": before.name, "after": after.name}
    told = [
        (_("kind"), StageKind(before.kind).label, StageKind(after.kind).label),
        (_("typical days"), _number(before.typical_days), _number(after.typical_days)),
        (_("colour"), _colour(before.colour), _colour(after.colour)),
        (_("needed fields"), _listed(before.asks), _listed(after.asks)),
        (_("goes to"), _listed(_named(before.moves_to, names)), _listed(_named(after.moves_to, names))),
    ]
    for what, was, becomes in told:
        if was != becomes:
            yield _("%(what)s: %(before)s → %(after)s") % {"what": what, "before": was, "after": becomes}


def _named(ids: Sequence[str], names: dict[str, str]) -> list[str]:
    return sorted(names[pk] for pk in ids if pk in names)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words) or _DASH


def _number(value: int | None) -> str:
    return _DASH if value is None else str(value)


def _colour(value: str) -> str:
    return str(StageColour(value).label) if value else _("by its kind")
