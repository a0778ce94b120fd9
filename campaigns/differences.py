"""What publishing a draft would change in the live version, in words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from campaigns.enums import Channel
from campaigns.timing import InvalidOffset, offset_words, validate_offset

ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", "same"


@dataclass(frozen=True, slots=True)
class Difference:
    """One step: whether it comes, goes or changes, and how."""

    kind: str
    name: str
    when: str
    channel: str
    details: tuple[str, ...] = ()


def differences(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[Difference]:
    """Step by step in the draft's order, then what is gone. Steps are known by their number."""
    known = {step["number"]: (place, step) for place, step in enumerate(before)}
    kept = [step["number"] for step in after if step["number"] in known]
    # Only steps that changed order among those that stay have moved; a new step before them is no move.
    old_order = [number for number in known if number in set(kept)]
    moved = {number for number, other in zip(kept, old_order, strict=True) if number != other}
    found = []
    for step in after:
        if step["number"] not in known:
            found.append(_told(ADDED, step))
            continue
        details = _details(known[step["number"]][1], step)
        if step["number"] in moved:
            details = (*details, _("another place in the order"))
        found.append(_told(CHANGED if details else SAME, step, details))
    gone = {step["number"] for step in after}
    return [*found, *(_told(REMOVED, step) for number, (_place, step) in known.items() if number not in gone)]


def when_words(offset: object) -> str:
    """The offset as people say it; a dash while it is not finished."""
    try:
        return offset_words(validate_offset(offset))
    except InvalidOffset:
        return "–"


def _told(kind: str, step: Mapping[str, Any], details: tuple[str, ...] = ()) -> Difference:
    channel = step.get("channel", "")
    return Difference(
        kind=kind,
        name=step.get("name") or _("Step without a name"),
        when=when_words(step.get("offset")),
        channel=str(Channel(channel).label) if channel in Channel.values else "",
        details=details,
    )


def _details(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    if before["offset"] != after.get("offset"):
        words = {"before": when_words(before["offset"]), "after": when_words(after.get("offset"))}
        found.append(_("time: %(before)s becomes %(after)s") % words)
    if before["channel"] != after.get("channel"):
        found.append(_("another channel"))
    if before["name"] != after.get("name", ""):
        found.append(_("name: was “%(name)s”") % {"name": before["name"]})
    if before.get("subject", "") != after.get("subject", ""):
        found.append(_("another subject"))
    if before["body"] != after.get("body", ""):
        found.append(_("another text"))
    if (before.get("material") or "") != (after.get("material") or ""):
        found.append(_("another material"))
    return tuple(found)
