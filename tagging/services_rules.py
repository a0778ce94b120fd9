"""Writes of the rules that give and take tags."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from events.models import EventType
from scheduler.services import note_due
from scrm.core.conditions import Condition, ConditionInvalid, Scope, facts, parse, stored_condition, to_json
from scrm.core.conditions.tree import walk
from tagging.enums import ScoreKind
from tagging.loops import Link, find_loop
from tagging.models import ScoreRule, Tag, TagGroup, TagRule, TagScoring

LOOKED_EVERY: Final = timedelta(hours=1)
"""How often a rule without an event is asked about everybody: time passes, and what people edit is no event."""

_SET_OFF_BY: Final = {
    "orders": ("order_paid", "order_refunded"),
    "lead": ("lead_captured",),
    "score": (),
}


@transaction.atomic
def save_tag_rule(
    *,
    rule: TagRule | None = None,
    name: str,
    tag: Tag,
    event_type: str,
    condition: object,
    takes: bool = False,
    over_hand: bool = False,
    active: bool | None = None,
    by: User | None,
    now: datetime,
) -> TagRule:
    """Make or change a rule. Raises ConditionInvalid or ValidationError and then changes nothing.

    One without an event that says something else than before is off until it is switched on: people see first what it
    would do to everybody. One at an event is on when it is new; None leaves it as it is.
    """
    if rule is None:
        rule, active = TagRule(created_at=now, active=False), active is not False
    else:
        _hold(rule)
    before = _says(rule)
    if event_type:
        stored, listens, takes = stored_condition(condition), [], False
        if not EventType.objects.filter(code=event_type, active=True).exists():
            raise ValidationError({"event_type": _("Choose an event type of the tracking plan.")})
    else:
        parsed = parse(condition, facts, scope=Scope.CONTACT)
        stored, listens = to_json(parsed), listened_to(parsed)
        if stored == {"all": []}:
            raise ValidationError({"condition": _("Add at least one condition; without one everybody gets the tag.")})
    rule.name, rule.tag, rule.event_type, rule.condition = name.strip(), tag, event_type, stored
    rule.listens, rule.takes, rule.over_hand = listens, takes, over_hand
    if event_type:
        rule.active, rule.due_at = rule.active if active is None else active, None
    elif before != _says(rule):
        rule.active, rule.due_at = False, None
    rule.full_clean()
    if not event_type:
        refuse_loop(rule)
    rule.save()
    record_audit(action="tag.rule_saved", actor=by, subject=rule, details={"name": rule.name}, now=now)
    return rule


@transaction.atomic
def switch_tag_rule(*, rule: TagRule, active: bool, by: User | None, now: datetime) -> None:
    """Let a rule work, or not. Inside `due_work`.

    ValidationError where it would come to no rest, or says something else than the row that was looked at.
    """
    looked_at = _says(rule)
    _hold(rule)
    if active and not rule.event_type:
        if looked_at != _says(rule):
            told = _("Somebody has just changed this rule. See what it would do before you switch it on.")
            raise ValidationError({"condition": told})
        refuse_loop(rule)
    due_at = now + LOOKED_EVERY if active and not rule.event_type else None
    TagRule.objects.filter(pk=rule.pk).update(active=active, due_at=due_at)
    note_due(due_at)
    rule.active, rule.due_at = active, due_at
    action = "tag.rule_started" if active else "tag.rule_stopped"
    record_audit(action=action, actor=by, subject=rule, details={"name": rule.name}, now=now)


def _hold(rule: TagRule) -> None:
    """Read a rule again under a lock; two that are changed or switched on at once wait for each other."""
    standing = TagRule.objects.select_for_update().filter(Q(pk=rule.pk) | Q(event_type=""))
    held = {row.pk for row in standing.order_by("pk")}
    if rule.pk not in held:
        raise ValidationError(_("Somebody has just removed this rule."))
    rule.refresh_from_db()


def _says(rule: TagRule) -> tuple[object, ...]:
    return rule.tag_id, rule.event_type, rule.condition, rule.takes, rule.over_hand


def refuse_loop(rule: TagRule) -> None:
    """ValidationError where this rule and those that are on would set each other off for ever."""
    refuse_counted(rule)
    others = TagRule.objects.filter(event_type="", active=True).exclude(pk=rule.pk)
    rows = [rule, *others.select_related("tag__group").order_by("pk")]
    scored = frozenset(ScoreRule.objects.filter(kind=ScoreKind.TAG, active=True).values_list("tag__code", flat=True))
    rivals: dict[object, set[str]] = {}
    groups = {row.tag.group_id for row in rows if row.tag.group.exclusive}
    for group_id, code in Tag.objects.filter(group__in=groups).values_list("group", "code"):
        rivals.setdefault(group_id, set()).add(code)
    loop = find_loop([_link(row, scored, rivals.get(row.tag.group_id, set())) for row in rows])
    if loop:
        raise ValidationError(
            {"condition": _("These rules would set each other off for ever: %(way)s.") % {"way": " → ".join(loop)}}
        )


def refuse_counted(rule: TagRule) -> None:
    """ValidationError where points find the tag of its group: the two would take turns for ever."""
    group = TagGroup.objects.select_for_update().get(pk=rule.tag.group_id)
    if TagScoring.objects.filter(pk=group.pk, active=True).exists():
        raise ValidationError({"tag": _("Points find the tag of the group “%(group)s”.") % {"group": group.name}})


def listened_to(condition: Condition) -> list[str]:
    """The types of events that may change whether it holds."""
    found: set[str] = set()
    for _path, leaf in walk(condition):
        room = leaf.fact.key.partition(".")[0]
        asked = leaf.use.arguments
        found |= {str(asked["type"])} if room == "events" and "type" in asked else set(_SET_OFF_BY.get(room, ()))
    return sorted(found)


def _link(rule: TagRule, scored: frozenset[str], rivals: Iterable[str]) -> Link:
    try:
        leaves = [leaf for _path, leaf in walk(parse(rule.condition, facts, stored=True))]
    except ConditionInvalid:
        leaves = []
    asks: set[str] = set()
    for leaf in leaves:
        if leaf.fact.key == "tags":
            asks |= set(leaf.value or [])
        elif leaf.fact.key in ("score", "score_band"):
            asks |= scored
    code = rule.tag.code
    taken = (set(rivals) - {code}) | ({code} if rule.takes else set())
    return Link(rule.name, frozenset(asks), frozenset({code}), frozenset(taken))


def claim_due_rule(*, now: datetime) -> TagRule | None:
    """The rule that waits longest to be asked about everybody, put to its next turn; None where none is due.

    One that another worker holds is passed over. Inside `due_work`.
    """
    due = TagRule.objects.filter(active=True, due_at__lte=now).select_for_update(skip_locked=True, of=("self",))
    rule = due.select_related("tag__group").order_by("due_at").first()
    if rule is not None:
        rule.due_at = now + LOOKED_EVERY
        rule.save(update_fields=["due_at"])
        note_due(rule.due_at)
    return rule
