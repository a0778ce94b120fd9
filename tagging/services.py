"""Writes who has which tag, and the history of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from accounts.models import User
from scheduler.services import note_due
from scrm.core.bulk import insert_columns
from scrm.core.stored_rules import readable
from tagging import queries, rule_queries
from tagging.enums import TagSource
from tagging.models import Tag, TagAssignment, TagCategory, TagChange, TagGroup, TagRule
from tagging.rules import EVIDENCE_MAX, Grant, Rule, Signal, one_per_exclusive_group

Pair = tuple[UUID, UUID]
"""A contact and a tag."""

Said = tuple[str, UUID | None]
"""The evidence, and the rule."""


def add_tags(*, grants: Sequence[Grant], source: TagSource, now: datetime, by: User | None = None) -> list[Pair]:
    """Give tags to contacts, which the caller has locked; gives the pairs that are new.

    In an exclusive group the last grant takes the place of what was there. Inside `due_work` where tags end.
    """
    if not grants:
        return []
    wanted = Tag.objects.filter(pk__in={grant.tag_id for grant in grants}, archived=False)
    found = list(wanted.values_list("pk", "group", "group__exclusive", "lasts_days"))
    groups = {pk: group_id for pk, group_id, alone, _days in found if alone}
    lasts = {pk: timedelta(days=days) for pk, _group, _alone, days in found if days}
    tags = {pk for pk, *_rest in found}
    kept = one_per_exclusive_group((grant for grant in grants if grant.tag_id in tags), groups)
    kept = _left_to_people(kept, groups, now)
    rivals = [(grant.contact_id, grant.tag_id) for grant in kept if grant.tag_id in groups]
    removed = queries.delete_rivals(rivals, [groups[tag_id] for _contact, tag_id in rivals]) if rivals else {}
    ends = [grant.until or (now + lasts[grant.tag_id] if grant.tag_id in lasts else None) for grant in kept]
    columns: dict[str, list[Any]] = {
        "contact_id": [grant.contact_id for grant in kept],
        "tag_id": [grant.tag_id for grant in kept],
        "rule_id": [grant.rule_id for grant in kept],
        "evidence": [grant.evidence[:EVIDENCE_MAX] for grant in kept],
        "expires_at": ends,
    }
    constants = {"source": source.value, "by_id": by.pk if by else None, "at": now}
    ending = [(grant, end) for grant, end in zip(kept, ends, strict=True) if end is not None]
    if ending:
        note_due(min(end for _grant, end in ending))
        queries.prolong([(grant.contact_id, grant.tag_id) for grant, _end in ending], [end for _grant, end in ending])
    # A tag that has expired is given anew; one that stands keeps its first evidence.
    again = (
        "(contact_id, tag_id) DO UPDATE SET source = EXCLUDED.source, rule_id = EXCLUDED.rule_id, "
        "by_id = EXCLUDED.by_id, evidence = EXCLUDED.evidence, at = EXCLUDED.at, expires_at = EXCLUDED.expires_at "
        "WHERE tagging_tagassignment.expires_at <= EXCLUDED.at"
    )
    added = insert_columns(TagAssignment, columns, constants, on_conflict=again, returning="contact_id, tag_id")
    said = {(grant.contact_id, grant.tag_id): (grant.evidence, grant.rule_id) for grant in kept}
    # What made room says for what its contact got.
    made_room = {grant.contact_id: (grant.evidence, grant.rule_id) for grant in kept if grant.tag_id in groups}
    said |= {pair: made_room[pair[0]] for pair in removed}
    _record([*removed, *added], len(removed), said, source, by, now, removed)
    return [(contact_id, tag_id) for contact_id, tag_id in added]


def _left_to_people(grants: Sequence[Grant], groups: Mapping[UUID, UUID], now: datetime) -> list[Grant]:
    """Without those of rules that give way to what people decided."""
    asked = [grant for grant in grants if not grant.over_hand and (grant.again or grant.tag_id in groups)]
    if not asked:
        return list(grants)
    pairs = [(grant.contact_id, grant.tag_id) for grant in asked]
    decided = queries.kept_by_hand(pairs, [grant.again for grant in asked], now)
    return [grant for grant in grants if grant.over_hand or (grant.contact_id, grant.tag_id) not in decided]


def remove_tags(
    *,
    pairs: Sequence[Pair],
    source: TagSource,
    now: datetime,
    by: User | None = None,
    evidence: str | Mapping[Pair, str] = "",
    rule_id: UUID | None = None,
) -> list[Pair]:
    """Take tags; gives the pairs that were there. The contacts are locked. The evidence is of each, or of all."""
    removed = queries.delete_assignments(pairs) if pairs else {}
    said = {pair: (evidence if isinstance(evidence, str) else evidence[pair], rule_id) for pair in removed}
    _record([*removed], len(removed), said, source, by, now, removed)
    return [*removed]


def move_tags(
    *, contact_ids: Collection[UUID], gone: UUID, into: UUID, now: datetime, by: User | None, evidence: str
) -> tuple[list[Pair], list[Pair]]:
    """Let locked contacts have one tag instead of another, as it was given; gives what went and what came.

    Who has the other one, or another of its exclusive group, keeps that.
    """
    ended = rule_queries.end_in_the_way(contact_ids, gone, into, now)
    _record(ended, len(ended), {}, TagSource.ENDED, None, now)
    came = [(contact_id, into) for contact_id in rule_queries.move_assignments(contact_ids, gone, into)]
    doubled = queries.delete_assignments([(contact_id, gone) for contact_id in contact_ids])
    went = [*((contact_id, gone) for contact_id, _into in came), *doubled]
    _record([*went, *came], len(went), dict.fromkeys([*went, *came], (evidence, None)), TagSource.MERGED, by, now)
    return [*ended, *went], came


def end_tags(*, now: datetime, limit: int) -> list[Pair]:
    """Take the tags whose time is over from contacts that nobody holds; gives the pairs."""
    ended = rule_queries.end_tags(now, limit)
    _record(ended, len(ended), {}, TagSource.ENDED, None, now)
    return ended


def restore_tags(
    *, before: Mapping[Pair, datetime], source: TagSource, now: datetime, by: User | None, evidence: str
) -> list[Pair]:
    """Give locked contacts tags back as they had them before these moments; gives the pairs that came back.

    What is in use no more stays away, and so does what another tag of an exclusive group took the place of. Inside
    `due_work`: what was to end still ends then.
    """
    restored = rule_queries.restore_assignments(dict(before)) if before else {}
    ends = [end for end in restored.values() if end is not None]
    if ends:
        note_due(min(ends))
    _record([*restored], 0, dict.fromkeys(restored, (evidence, None)), source, by, now)
    return [*restored]


def rules_for(event_types: Collection[str]) -> tuple[list[Rule], list[Signal]]:
    """The active rules that events of these types set off, of tags in use, as far as they can be read; and signals."""
    rules, signals = [], []
    for pk, tag_id, event_type, condition, name, listens, over_hand in queries.tag_rules(event_types):
        if name is None:
            signals.append(Signal(tag_id, event_type, condition["property"], condition["value"]))
        elif (read := readable(condition, pk)) is not None:
            rules.append(Rule(pk, tag_id, event_type, read, name, tuple(listens), over_hand))
    return rules, signals


def tag_ids_named(names: Iterable[str]) -> dict[str, UUID]:
    """The tags in use of these names or codes, by the name as given; unknown names are left out."""
    wanted = set(filter(None, names))
    return queries.tag_ids_by_name(wanted) if wanted else {}


def ensure_taxonomy(*, categories: Sequence[Mapping[str, Any]]) -> dict[str, UUID]:
    """Categories, groups and tags; what is there already stays as people made it. Gives tags by code."""
    for position, category in enumerate(categories, 1):
        kept, _ = TagCategory.objects.get_or_create(
            name=category["name"], defaults={"kind": category["kind"], "position": position}
        )
        for place, group in enumerate(category["groups"], 1):
            within, _ = TagGroup.objects.get_or_create(
                category=kept, name=group["name"], defaults={"exclusive": group["exclusive"], "position": place}
            )
            tags = [Tag(group=within, position=at, **tag) for at, tag in enumerate(group["tags"], 1)]
            Tag.objects.bulk_create(tags, ignore_conflicts=True)
    return dict(Tag.objects.values_list("code", "pk"))


def ensure_rule(*, name: str, tag_id: UUID, event_type: str, condition: Mapping[str, Any], now: datetime) -> None:
    """A tag rule of that name; one that is there already stays as people made it."""
    said = {"tag_id": tag_id, "event_type": event_type, "condition": condition, "created_at": now}
    TagRule.objects.get_or_create(name=name, defaults=said)


def _record(
    pairs: Sequence[Pair],
    removed: int,
    said: Mapping[Pair, Said],
    source: TagSource,
    by: User | None,
    now: datetime,
    ends: Mapping[Pair, datetime | None] = MappingProxyType({}),
) -> None:
    columns: dict[str, list[Any]] = {
        "contact_id": [contact_id for contact_id, _tag in pairs],
        "tag_id": [tag_id for _contact, tag_id in pairs],
        "added": [place >= removed for place in range(len(pairs))],
        "evidence": [said.get(pair, ("", None))[0][:EVIDENCE_MAX] for pair in pairs],
        "rule_id": [said.get(pair, ("", None))[1] for pair in pairs],
        "expires_at": [ends.get(pair) for pair in pairs],
    }
    insert_columns(TagChange, columns, {"source": source.value, "by_id": by.pk if by else None, "at": now})
