"""What contacts do and what it sets off: events, tags, stages, SOPs; a tracked link opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import contacts.queries
import contacts.services
import content.services
import events.services
import lifecycle.services
import tagging.services
from accounts.models import User
from accounts.services import record_audit
from campaigns.enums import Trigger
from campaigns.inputs import Start
from campaigns.services import start_sops
from content.machines import is_machine
from content.models import TrackedLink
from events.inputs import Happening, HappeningOutcome
from events.plan import Declared
from exchange.enums import HookEvent
from lifecycle.enums import MoveSource
from lifecycle.rules import Rule as StageRule
from lifecycle.rules import decide_moves
from scheduler.services import due_work
from scrm.core.conditions import uses
from scrm.flows import progress
from scrm.flows.response_pauses import customers_came_back
from scrm.flows.telling import tags_told
from tagging.enums import TagSource
from tagging.points import grants_of, told
from tagging.points_queries import moves_of
from tagging.rules import Grant, Signal, decide_grants, groups_to_count
from tagging.rules import Rule as TagRule
from tagging.selectors import tag_names_of_group
from tagging.services_scores import Changed, scores_touched
from tenants.selectors import tenant_current


@dataclass(frozen=True, slots=True)
class Follows:
    """What is said of types of events: their declarations, and the rules that they set off."""

    declared: Mapping[str, Declared]
    tag_rules: Sequence[TagRule]
    signals: Sequence[Signal]
    stage_rules: Sequence[StageRule]


def follows_of(types: Collection[str]) -> Follows:
    """What there is on these types."""
    tag_rules, signals = tagging.services.rules_for(types)
    stage_rules = lifecycle.services.rules_for(types)
    return Follows(events.services.declarations(types), tag_rules, signals, stage_rules)


def events_happened(happenings: Sequence[Happening], *, now: datetime) -> list[HappeningOutcome]:
    """Events came in: those that are new are stored, and what they set off happens with them."""
    with due_work():
        return take_in(happenings, now=now)


def contacts_tagged(
    contact_ids: Collection[UUID],
    tag_ids: Collection[UUID],
    *,
    add: bool,
    source: TagSource,
    now: datetime,
    by: User | None = None,
    evidence: str = "",
) -> int:
    """Contacts got tags, or lost them; gives how many tags of contacts changed."""
    with due_work():
        present = sorted(contacts.services.lock_contacts(contact_ids=contact_ids))
        pairs = [(contact_id, tag_id) for contact_id in present for tag_id in tag_ids]
        if add:
            grants = [Grant(contact_id, tag_id, evidence=evidence) for contact_id, tag_id in pairs]
            changed = len(give_tags(grants, source=source, by=by, now=now))
        else:
            removed = tagging.services.remove_tags(pairs=pairs, source=source, by=by, evidence=evidence, now=now)
            changed = len(removed)
            tags_told(HookEvent.TAG_REMOVED, removed, now=now)
            scores_touched([Changed(contact_id, now, tag_id=tag_id) for contact_id, tag_id in removed])
        if changed and source == TagSource.HAND:
            details = {"contacts": [str(pk) for pk in present[:20]], "tags": [str(pk) for pk in tag_ids]}
            action = "tag.given" if add else "tag.taken"
            record_audit(action=action, actor=by, details=details | {"changed": changed}, now=now)
        return changed


def link_opened(code: str, *, user_agent: str, now: datetime, prefetch: bool = False) -> TrackedLink | None:
    """Somebody opened a tracked link: gives it, and counts the view unless a machine looked.

    None when there is no such link, or what it showed is no longer there.
    """
    link = content.services.link_by_code(code)
    if link is None or prefetch or is_machine(user_agent):
        return link
    with due_work():
        view = content.services.record_view(link=link, now=now)
        if link.contact_id is not None:
            shown = {"material": str(link.material_id), "topic": link.material.topic}
            key = f"content_viewed:{view.pk}"
            take_in([Happening(link.contact_id, "content_viewed", now, key, shown)], now=now)
    return link


def take_in(
    happenings: Sequence[Happening],
    *,
    now: datetime,
    start: bool = True,
    held: Collection[UUID] | None = None,
    are_new: bool = False,
    follows: Follows | None = None,
) -> list[HappeningOutcome]:
    """Store events and do what the new ones set off; `start` says whether SOPs do. Inside `due_work`.

    `held` are the contacts, where the caller has locked them; `are_new` as `store_events` has it; `follows` where the
    caller has asked for it.
    """
    if not happenings:
        return []
    known = follows or follows_of({happening.type for happening in happenings})
    present = held
    if present is None:
        present = contacts.services.lock_contacts(contact_ids={happening.contact_id for happening in happenings})
    outcomes = events.services.store_events(
        happenings=happenings, declared=known.declared, contact_ids=present, now=now, are_new=are_new
    )
    new = [happening for happening, outcome in zip(happenings, outcomes, strict=True) if outcome.new]
    if new:
        changed = [each for each, outcome in zip(happenings, outcomes, strict=True) if outcome.new]
        scores_touched([Changed(each.contact_id, now, event_type=each.type) for each in changed])
        if not are_new:
            _came_back(known, new, now)
        _apply_rules(known, new, now, start=start)
    return outcomes


def give_tags(
    grants: Sequence[Grant],
    *,
    source: TagSource,
    now: datetime,
    by: User | None = None,
    start: bool = True,
    zones: Mapping[UUID, str] | None = None,
) -> list[tuple[UUID, UUID]]:
    """Tag locked contacts, and start what starts with a tag. Inside `due_work`."""
    added = tagging.services.add_tags(grants=grants, source=source, by=by, now=now)
    tags_told(HookEvent.TAG_ADDED, added, now=now)
    scores_touched([Changed(contact_id, now, tag_id=tag_id) for contact_id, tag_id in added])
    if added and start:
        by_tag: dict[UUID, list[UUID]] = {}
        for contact_id, tag_id in added:
            by_tag.setdefault(tag_id, []).append(contact_id)
        starts = starts_for({contact_id: None for contact_id, _tag in added}, now, zones)
        for tag_id, contact_ids in sorted(by_tag.items()):
            chosen = [starts[contact_id] for contact_id in contact_ids]
            start_sops(trigger=Trigger.TAG_ADDED, starts=chosen, tag_id=tag_id, now=now)
    return added


def points_counted(
    group_id: UUID, contact_ids: Collection[UUID], *, now: datetime, start: bool = True
) -> dict[UUID, tuple[UUID | None, UUID | None]]:
    """Let locked contacts have the tag of a group that points say; gives from which to which. Inside `due_work`."""
    moves = moves_of(group_id, contact_ids, now)
    if not moves:
        return {}
    names = tag_names_of_group(group_id)
    given = give_tags(grants_of(moves, names), source=TagSource.POINTS, now=now, start=start)
    lost = {(each.contact_id, each.before): told(each, names) for each in moves if each.before and not each.after}
    taken = tagging.services.remove_tags(pairs=[*lost], source=TagSource.POINTS, evidence=lost, now=now)
    tags_told(HookEvent.TAG_REMOVED, taken, now=now)
    scores_touched([Changed(contact_id, now, tag_id=tag_id) for contact_id, tag_id in taken])
    done = {contact_id for contact_id, _tag in (*given, *taken)}
    return {each.contact_id: (each.before, each.after) for each in moves if each.contact_id in done}


def starts_for(
    lead_of: Mapping[UUID, UUID | None], now: datetime, zones: Mapping[UUID, str] | None = None
) -> dict[UUID, Start]:
    """What SOPs need to know to begin now with each contact, and with its lead if there is one."""
    zones = contacts.queries.zones_of(lead_of.keys()) if zones is None else zones
    own = tenant_current().zone
    return {
        contact_id: Start(contact_id=contact_id, anchor_at=now, zone=zones[contact_id] or own, lead_id=lead_id)
        for contact_id, lead_id in lead_of.items()
    }


def _came_back(follows: Follows, happenings: Sequence[Happening], now: datetime) -> None:
    """Whoever did something of their own will is waited for no more."""
    moments: dict[UUID, datetime] = {}
    for each in happenings:
        if follows.declared[each.type].engaging:
            moments[each.contact_id] = max(each.occurred_at, moments.get(each.contact_id, each.occurred_at))
    if moments:
        customers_came_back(moments, now)


def _apply_rules(follows: Follows, happenings: Sequence[Happening], now: datetime, *, start: bool) -> None:
    tag_rules, stage_rules = follows.tag_rules, follows.stage_rules
    if not tag_rules and not stage_rules and not follows.signals:
        return
    new: list[Mapping[str, Any]] = [
        {
            "contact_id": happening.contact_id,
            "type": happening.type,
            "occurred_at": happening.occurred_at,
            "properties": happening.properties,
        }
        for happening in happenings
    ]
    conditions = [*(rule.condition for rule in tag_rules), *(rule.condition for rule in stage_rules)]
    known: dict[UUID, Any] = {}
    # A rule on the event alone needs nothing from the database.
    if uses(*conditions):
        known = contacts.queries.fact_values(conditions, {event["contact_id"] for event in new}, now)
    give_tags(decide_grants(tag_rules, new, known, now), source=TagSource.RULE, now=now, start=start)
    for group_id, contact_ids in sorted(groups_to_count(follows.signals, new).items()):
        points_counted(group_id, contact_ids, now=now, start=start)
    progress.move(decide_moves(stage_rules, new, known, now), source=MoveSource.RULE, now=now)
