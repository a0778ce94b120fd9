"""Decides which tags events give, and which of several an exclusive group keeps. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from scrm.core.conditions import Condition, Snapshot, Use, evaluate

EVIDENCE_MAX = 200


@dataclass(frozen=True, slots=True)
class Rule:
    """A tag rule, read: on an event of the type, when the condition holds, the tag."""

    id: UUID
    tag_id: UUID
    event_type: str
    condition: Condition
    name: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A contact gets a tag."""

    contact_id: UUID
    tag_id: UUID
    rule_id: UUID | None = None
    evidence: str = ""


def decide_grants(
    rules: Sequence[Rule],
    events: Sequence[Mapping[str, Any]],
    known: Mapping[UUID, Mapping[Use, Any]],
    now: datetime,
) -> list[Grant]:
    """The tags that these events give, the earliest first; `known` is what the rules ask about contacts."""
    by_type: dict[str, list[Rule]] = {}
    for rule in rules:
        by_type.setdefault(rule.event_type, []).append(rule)
    grants: dict[tuple[UUID, UUID], Grant] = {}
    for event in sorted(events, key=lambda event: event["occurred_at"]):
        contact_id = event["contact_id"]
        for rule in by_type.get(event["type"], ()):
            if evaluate(rule.condition, Snapshot(known.get(contact_id, {}), event), now):
                key = contact_id, rule.tag_id
                # The later grant stands later, so that it decides in an exclusive group.
                grants.pop(key, None)
                grants[key] = Grant(contact_id, rule.tag_id, rule.id, rule.name[:EVIDENCE_MAX])
    return list(grants.values())


def one_per_exclusive_group(grants: Iterable[Grant], exclusive: Mapping[UUID, UUID]) -> list[Grant]:
    """Each contact's last grant in an exclusive group, and every other grant once; `exclusive` maps tag to group."""
    kept: dict[tuple[UUID, UUID], Grant] = {}
    for grant in grants:
        key = grant.contact_id, exclusive.get(grant.tag_id, grant.tag_id)
        kept.pop(key, None)
        kept[key] = grant
    return list(kept.values())
