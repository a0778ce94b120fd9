"""Merges one source into another, and takes that back."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from leads import source_queries
from leads.models import EntryLink, Form, MergedLead, ReferralProgram, Source, SourceCost, SourceMerge
from leads.services.sources import hold_tree, refuse_place
from leads.source_tree import is_within, parents_of

_POINTING: Final[dict[str, type[Form] | type[EntryLink] | type[ReferralProgram]]] = {
    "forms": Form,
    "links": EntryLink,
    "programs": ReferralProgram,
}


@transaction.atomic
def merge_sources(*, source: Source, into: Source, by: User | None, now: datetime) -> SourceMerge:
    """Give everything of one source to another; its name leads there from now on.

    Costs of the same day and item stay apart: the item of what came is followed by where it came from.
    """
    tree = {one.pk: one for one in hold_tree()}
    source, into = tree[source.pk], tree[into.pk]
    if source.merged_into_id or into.merged_into_id:
        raise ValidationError({"into": _("This source was merged into another.")})
    if is_within(parents_of(tree.values()), into.pk, source.pk):
        raise ValidationError({"into": _("Choose a source that is not part of this one.")})
    merge = SourceMerge.objects.create(source=source, into=into, by=by, at=now)
    moved: dict[str, Any] = {"active": source.active}
    for name, model in _POINTING.items():
        rows = model.objects.filter(source=source)
        moved[name] = sorted(str(pk) for pk in rows.values_list("pk", flat=True))
        rows.update(source=into)
    parts = [one for one in tree.values() if one.parent_id == source.pk]
    for part in parts:
        refuse_place(part, into)
    moved["parts"] = [str(one.pk) for one in parts]
    moved["second_names"] = [str(one.pk) for one in tree.values() if one.merged_into_id == source.pk]
    Source.objects.filter(pk__in=moved["parts"]).update(parent=into)
    Source.objects.filter(pk__in=moved["second_names"]).update(merged_into=into)
    Source.objects.filter(pk=source.pk).update(merged_into=into, active=False)
    moved["costs"] = _move_costs(source, into)
    merge.moved = moved
    merge.leads = source_queries.move_leads(merge_id=merge.pk, source_id=source.pk, into_id=into.pk)
    merge.save(update_fields=["moved", "leads"])
    record_audit(action="source.merged", actor=by, subject=source, details=_told(merge), now=now)
    return merge


@transaction.atomic
def undo_merge(*, merge: SourceMerge, by: User | None, now: datetime) -> None:
    """Give back what moved and has not been moved on since; ValidationError when it was taken back already."""
    hold_tree()
    merge = SourceMerge.objects.select_for_update(of=("self",)).select_related("source", "into").get(pk=merge.pk)
    source, into, moved = merge.source, merge.into, merge.moved
    if merge.undone_at or source.merged_into_id != into.pk:
        raise ValidationError(_("This merge was taken back, or the source was merged on."))
    Source.objects.filter(pk=source.pk).update(merged_into=None, active=moved["active"])
    Source.objects.filter(pk__in=moved["parts"], parent=into).update(parent=source)
    Source.objects.filter(pk__in=moved["second_names"], merged_into=into).update(merged_into=source)
    for name, model in _POINTING.items():
        model.objects.filter(pk__in=moved[name], source=into).update(source=source)
    items = {int(pk): item for pk, item in moved["costs"]}
    costs = list(SourceCost.objects.select_for_update().filter(pk__in=items, source=into).order_by("pk"))
    for cost in costs:
        cost.source, cost.item = source, items[cost.pk]
    SourceCost.objects.bulk_update(costs, ["source", "item"], batch_size=1_000)
    leads = source_queries.give_leads_back(merge_id=merge.pk, source_id=source.pk, into_id=into.pk)
    MergedLead.objects.filter(merge=merge).delete()
    SourceMerge.objects.filter(pk=merge.pk).update(undone_at=now)
    details = {**_told(merge), "leads": leads, "costs": len(costs)}
    record_audit(action="source.merge_undone", actor=by, subject=source, details=details, now=now)


def _move_costs(source: Source, into: Source) -> list[tuple[int, str]]:
    """Move the days; gives each with the item that it had."""
    taken = set(SourceCost.objects.filter(source=into).values_list("on", "item"))
    costs = list(SourceCost.objects.select_for_update().filter(source=source).order_by("pk"))
    had = [(cost.pk, cost.item) for cost in costs]
    for cost in costs:
        cost.source = into
        name, number = cost.item, 1
        while (cost.on, cost.item) in taken:
            mark = f" ({source.name[:30]})" if number == 1 else f" ({source.name[:30]} {number})"
            cost.item, number = f"{name[: 60 - len(mark)]}{mark}".strip(), number + 1
        taken.add((cost.on, cost.item))
    SourceCost.objects.bulk_update(costs, ["source", "item"], batch_size=1_000)
    return had


def _told(merge: SourceMerge) -> dict[str, Any]:
    """The merge as the audit trail lists it."""
    lists: dict[str, list[UUID]] = {name: merge.moved[name] for name in (*_POINTING, "parts", "second_names")}
    return {
        "merge": str(merge.pk),
        "from": merge.source.name,
        "into": merge.into.name,
        "leads": merge.leads,
        "costs": len(merge.moved["costs"]),
        **{name: ids for name, ids in lists.items() if ids},
    }
