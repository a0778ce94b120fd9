"""Writes who has which tag, and the history of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from scrm.core.bulk import insert_columns
from scrm.core.conditions import facts, parse
from tagging import queries
from tagging.enums import TagSource
from tagging.models import Tag, TagAssignment, TagCategory, TagChange, TagGroup, TagRule
from tagging.rules import EVIDENCE_MAX, Grant, Rule, one_per_exclusive_group

Pair = tuple[UUID, UUID]
"""A contact and a tag."""


def add_tags(*, grants: Sequence[Grant], source: TagSource, now: datetime, by: User | None = None) -> list[Pair]:
    """Give tags to contacts, which the caller has locked; gives the pairs that are new.

    In an exclusive group the last grant takes the place of what was there.
    """
    if not grants:
        return []
    wanted = Tag.objects.filter(pk__in={grant.tag_id for grant in grants}, archived=False)
    tags = {
        pk: group_id if alone else None for pk, group_id, alone in wanted.values_list("pk", "group", "group__exclusive")
    }
    groups = {pk: group_id for pk, group_id in tags.items() if group_id is not None}
    kept = one_per_exclusive_group((grant for grant in grants if grant.tag_id in tags), groups)
    rivals = [(grant.contact_id, grant.tag_id) for grant in kept if grant.tag_id in groups]
    removed = queries.delete_rivals(rivals, [groups[tag_id] for _contact, tag_id in rivals]) if rivals else []
    columns: dict[str, list[Any]] = {
        "contact_id": [grant.contact_id for grant in kept],
        "tag_id": [grant.tag_id for grant in kept],
        "rule_id": [grant.rule_id for grant in kept],
        "evidence": [grant.evidence[:EVIDENCE_MAX] for grant in kept],
    }
    constants = {"source": source.value, "by_id": by.pk if by else None, "at": now, "expires_at": None}
    # A tag that has expired is given anew; one that stands keeps its first evidence.
    again = (
        "(contact_id, tag_id) DO UPDATE SET source = EXCLUDED.source, rule_id = EXCLUDED.rule_id, "
        "by_id = EXCLUDED.by_id, evidence = EXCLUDED.evidence, at = EXCLUDED.at, expires_at = NULL "
        "WHERE tagging_tagassignment.expires_at <= EXCLUDED.at"
    )
    added = insert_columns(TagAssignment, columns, constants, on_conflict=again, returning="contact_id, tag_id")
    evidence = {(grant.contact_id, grant.tag_id): grant.evidence for grant in kept}
    _record([*removed, *added], len(removed), evidence, source, by, now)
    return [(contact_id, tag_id) for contact_id, tag_id in added]


def remove_tags(
    *, pairs: Sequence[Pair], source: TagSource, now: datetime, by: User | None = None, evidence: str = ""
) -> list[Pair]:
    """Take tags; gives the pairs that were there. The contacts are locked."""
    removed = queries.delete_assignments(pairs) if pairs else []
    _record(removed, len(removed), dict.fromkeys(removed, evidence), source, by, now)
    return removed


def rules_for(event_types: Collection[str]) -> list[Rule]:
    """The active rules on these types of event, of tags in use."""
    rows = queries.tag_rules(event_types)
    return [
        Rule(pk, tag_id, event_type, parse(condition, facts, stored=True), name)
        for pk, tag_id, event_type, condition, name in rows
    ]


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
    evidence: dict[Pair, str],
    source: TagSource,
    by: User | None,
    now: datetime,
) -> None:
    columns: dict[str, list[Any]] = {
        "contact_id": [contact_id for contact_id, _tag in pairs],
        "tag_id": [tag_id for _contact, tag_id in pairs],
        "added": [place >= removed for place in range(len(pairs))],
        "evidence": [evidence.get(pair, "")[:EVIDENCE_MAX] for pair in pairs],
    }
    insert_columns(TagChange, columns, {"source": source.value, "by_id": by.pk if by else None, "at": now})
