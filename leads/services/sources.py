"""Writes about sources."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from leads import queries
from leads.enums import SourceKind
from leads.models import Source
from leads.source_tree import DEPTH_MOST, grows_too_deep, is_within, parents_of
from scrm.core.bulk import insert_columns
from scrm.core.ids import uuid7


def ensure_sources(*, names: Iterable[str], now: datetime) -> dict[str, UUID]:
    """The sources of these names, whatever their case; those that are missing are made.

    A name that was merged into another source is that one's second name.
    """
    # Sorted as the index sorts, so that two batches that make the same sources can't wait for each other.
    wanted = sorted(filter(None, dict.fromkeys(names)), key=str.lower)
    if not wanted:
        return {}
    found = queries.source_ids_by_name(wanted)
    missing = [name for name in wanted if name not in found]
    if missing:
        columns: dict[str, list[Any]] = {"id": [uuid7() for _ in missing], "name": missing}
        constants = {"created_at": now, "kind": SourceKind.OTHER.value}
        insert_columns(Source, columns, constants, on_conflict="DO NOTHING")
        found |= queries.source_ids_by_name(missing)
    return found


@transaction.atomic
def save_source(
    *,
    source: Source | None = None,
    name: str,
    kind: str,
    parent: Source | None = None,
    active: bool = True,
    by: User | None,
    now: datetime,
) -> Source:
    """Make or change a source; ValidationError when its name is taken or the tree would not be one."""
    source = source or Source(created_at=now)
    hold_tree()
    refuse_place(source, parent)
    source.name, source.kind, source.parent, source.active = " ".join(name.split()), kind, parent, active
    source.full_clean()
    source.save()
    record_audit(action="source.saved", actor=by, subject=source, details={"name": source.name}, now=now)
    return source


@transaction.atomic
def archive_source(*, source: Source, archived: bool, by: User | None, now: datetime) -> None:
    """No longer offer the source and its parts, or offer it alone again; what they brought stays."""
    tree = hold_tree()
    parents = parents_of(tree)
    chosen = [one.pk for one in tree if is_within(parents, one.pk, source.pk)] if archived else [source.pk]
    Source.objects.filter(pk__in=chosen).update(active=not archived)
    source.active = not archived
    action = "source.archived" if archived else "source.restored"
    record_audit(action=action, actor=by, subject=source, details={"sources": len(chosen)}, now=now)


def hold_tree() -> list[Source]:
    """All sources, held against other changes of the tree until the commit; leads come in meanwhile."""
    # Two moves at once could each be right and together make a circle.
    return list(Source.objects.select_for_update(no_key=True).order_by("pk"))


def refuse_place(source: Source, parent: Source | None) -> None:
    """ValidationError where the source can't be part of that one."""
    if parent is None:
        return
    parents = parents_of(Source.objects.all())
    if is_within(parents, parent.pk, source.pk):
        raise ValidationError({"parent": _("A source can't be part of itself.")})
    if parent.merged_into_id:
        raise ValidationError({"parent": _("This source was merged into another.")})
    if grows_too_deep(parents, source.pk, parent.pk):
        reason = _("At most %(most)s sources can stand one above another.") % {"most": DEPTH_MOST}
        raise ValidationError({"parent": reason})
