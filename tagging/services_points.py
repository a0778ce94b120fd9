"""Writes of groups whose tag is found by points: the scheme, its signals, on and off."""

from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from events.models import EventType
from scheduler.services import note_due
from tagging.models import Tag, TagGroup, TagRule, TagScoring, TagSignal
from tagging.services_rules import LOOKED_EVERY


@transaction.atomic
def save_scoring(
    *,
    group: TagGroup,
    half_life_days: int,
    least: int,
    lead: Decimal,
    takes: bool = False,
    over_hand: bool = False,
    by: User | None,
    now: datetime,
) -> TagScoring:
    """Say how the one tag of a group is found; a changed scheme is off until it is switched on. ValidationError."""
    scoring = TagScoring.objects.filter(pk=group.pk).first() or TagScoring(group=group)
    said = {"half_life_days": half_life_days, "least": least, "lead": lead, "takes": takes, "over_hand": over_hand}
    if any(getattr(scoring, name) != value for name, value in said.items()):
        scoring.active, scoring.due_at = False, None
    for name, value in said.items():
        setattr(scoring, name, value)
    scoring.full_clean()
    scoring.save()
    record_audit(action="tag.points_saved", actor=by, subject=group, details={"name": group.name}, now=now)
    return scoring


@transaction.atomic
def add_signal(
    *, tag: Tag, event_type: str, points: int, named: str = "", value: str = "", by: User | None, now: datetime
) -> TagSignal:
    """Let an event count for a tag; of a group that is counted by points it is off from then on. ValidationError."""
    if not EventType.objects.filter(code=event_type, active=True).exists():
        raise ValidationError({"event_type": _("Choose an event type of the tracking plan.")})
    if bool(named) != bool(value):
        raise ValidationError({"value": _("Give a property and what it says, or neither.")})
    signal = TagSignal(tag=tag, event_type=event_type, property=named.strip(), value=value.strip(), points=points)
    signal.full_clean()
    signal.save()
    _rest(tag.group)
    details = {"tag": tag.name, "event": event_type, "points": points}
    record_audit(action="tag.signal_added", actor=by, subject=tag, details=details, now=now)
    return signal


@transaction.atomic
def remove_signal(*, signal: TagSignal, by: User | None, now: datetime) -> None:
    _rest(signal.tag.group)
    details = {"tag": signal.tag.name, "event": signal.event_type}
    record_audit(action="tag.signal_removed", actor=by, subject=signal.tag, details=details, now=now)
    signal.delete()


@transaction.atomic
def switch_scoring(*, scoring: TagScoring, active: bool, by: User | None, now: datetime) -> None:
    """Let points find the tag, or not; ValidationError where they can't. Inside `due_work`."""
    group = TagGroup.objects.select_for_update().get(pk=scoring.pk)
    if active:
        if not group.exclusive:
            raise ValidationError(_("Points choose one tag: let the group allow one at most first."))
        if TagSignal.objects.filter(tag__group=group).values("tag").distinct().count() < 2:
            raise ValidationError(_("Say for two tags at least what counts for them."))
        rule = TagRule.objects.filter(tag__group=group, event_type="", active=True).first()
        if rule is not None:
            told = _(
                "The rule “%(rule)s” gives a tag of this group to everybody for whom it holds: switch it off first."
            )
            raise ValidationError(told % {"rule": rule.name})
    due_at = now + LOOKED_EVERY if active else None
    TagScoring.objects.filter(pk=scoring.pk).update(active=active, due_at=due_at)
    note_due(due_at)
    scoring.active, scoring.due_at = active, due_at
    action = "tag.points_started" if active else "tag.points_stopped"
    record_audit(action=action, actor=by, subject=group, details={"name": group.name}, now=now)


def claim_due_scoring(*, now: datetime) -> TagScoring | None:
    """The group that waits longest to be counted for everybody, put to its next turn; None where none is due.

    One that another worker holds is passed over. Inside `due_work`.
    """
    due = TagScoring.objects.filter(active=True, due_at__lte=now).select_for_update(skip_locked=True, of=("self",))
    scoring = due.select_related("group").order_by("due_at").first()
    if scoring is not None:
        scoring.due_at = now + LOOKED_EVERY
        scoring.save(update_fields=["due_at"])
        note_due(scoring.due_at)
    return scoring


def _rest(group: TagGroup) -> None:
    """People see first what a change would do to everybody."""
    TagScoring.objects.filter(pk=group.pk).update(active=False, due_at=None)
