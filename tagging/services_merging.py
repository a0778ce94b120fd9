"""Writes of a tag that becomes another: its code, its rules and whoever has it follow."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from tagging.models import ScoreRule, Tag, TagRule, TagSignal


@transaction.atomic
def merge_tag(*, tag: Tag, into: Tag, by: User | None, now: datetime) -> None:
    """From now on a tag is another one: rules follow, its code means the other. ValidationError.

    Whoever has it keeps it until the work that follows has moved them.
    """
    held = {row.pk: row for row in Tag.objects.select_for_update().filter(pk__in=[tag.pk, into.pk]).order_by("pk")}
    if tag.pk == into.pk or held[tag.pk].merged_into_id or held[into.pk].merged_into_id or held[into.pk].archived:
        raise ValidationError({"into": _("Choose another tag that is in use.")})
    Tag.objects.filter(pk=tag.pk).update(archived=True, merged_into=into)
    Tag.objects.filter(merged_into=tag).update(merged_into=into)
    TagRule.objects.filter(tag=tag).update(tag=into)
    ScoreRule.objects.filter(tag=tag).update(tag=into)
    _take_signals(tag, into)
    details = {"from": tag.name, "to": into.name}
    record_audit(action="tag.merged", actor=by, subject=into, details=details, now=now)


def _take_signals(tag: Tag, into: Tag) -> None:
    """What counted for the one counts for the other; what counted for both counts once."""
    both = {(each.event_type, each.property, each.value) for each in into.signals.all()}
    for signal in tag.signals.select_for_update():
        if (signal.event_type, signal.property, signal.value) in both:
            signal.delete()
    TagSignal.objects.filter(tag=tag).update(tag=into)
