"""Decides which tags events give, and which of several an exclusive group keeps. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from scrm.core.conditions import Condition, Snapshot, Use, evaluate
from scrm.core.conditions.json_values import as_text

EVIDENCE_MAX = 200


@dataclass(frozen=True, slots=True)
class Rule:
    """A tag rule, read: on an event of the type, when the condition holds, the tag.

    One without a type is asked after events of the types that it listens to.
    """

    id: UUID
    tag_id: UUID
    event_type: str
    condition: Condition
    name: str = ""
    listens: tuple[str, ...] = ()
    over_hand: bool = True


@dataclass(frozen=True, slots=True)
class Signal:
    """An event of the type, where it says this of itself, may change who has which tag of the group."""

    group_id: UUID
    event_type: str
    property: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A contact gets a tag, for good or until a time.

    Not `over_hand`: where a person gave another tag of an exclusive group, that one stays; and by a rule that is asked
    `again` and again, nobody gets back what a person took.
    """

    contact_id: UUID
    tag_id: UUID
    rule_id: UUID | None = None
    evidence: str = ""
    until: datetime | None = None
    over_hand: bool = True
    again: bool = False


def decide_grants(
    rules: Sequence[Rule],
    events: Sequence[Mapping[str, Any]],
    known: Mapping[UUID, Mapping[Use, Any]],
    now: datetime,
) -> list[Grant]:
    """The tags that these events give, the earliest first; `known` is what the rules ask about contacts."""
    by_type: dict[str, list[Rule]] = {}
    for rule in rules:
        for code in [rule.event_type] if rule.event_type else rule.listens:
            by_type.setdefault(code, []).append(rule)
    grants: dict[tuple[UUID, UUID], Grant] = {}
    for event in sorted(events, key=lambda event: event["occurred_at"]):
        contact_id = event["contact_id"]
        for rule in by_type.get(event["type"], ()):
            if evaluate(rule.condition, Snapshot(known.get(contact_id, {}), event), now):
                key = contact_id, rule.tag_id
                # The later grant stands later, so that it decides in an exclusive group.
                grants.pop(key, None)
                grants[key] = Grant(
                    *(contact_id, rule.tag_id, rule.id, rule.name[:EVIDENCE_MAX]),
                    over_hand=rule.over_hand,
                    again=not rule.event_type,
                )
    return list(grants.values())


def groups_to_count(signals: Sequence[Signal], events: Sequence[Mapping[str, Any]]) -> dict[UUID, set[UUID]]:
    """The groups of whose tags these events speak, each with the contacts who did them."""
    found: dict[UUID, set[UUID]] = {}
    for signal in signals:
        for event in events:
            is_meant = event["type"] == signal.event_type
            if is_meant and (not signal.property or as_text(event["properties"].get(signal.property)) == signal.value):
                found.setdefault(signal.group_id, set()).add(event["contact_id"])
    return found


def one_per_exclusive_group(grants: Iterable[Grant], exclusive: Mapping[UUID, UUID]) -> list[Grant]:
    """Each contact's last grant in an exclusive group, and every other grant once; `exclusive` maps tag to group."""
    kept: dict[tuple[UUID, UUID], Grant] = {}
    for grant in grants:
        key = grant.contact_id, exclusive.get(grant.tag_id, grant.tag_id)
        kept.pop(key, None)
        kept[key] = grant
    return list(kept.values())
