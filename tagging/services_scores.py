"""Writes of scores: the rules, whom they must be asked about again, and what they come to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from contacts.queries import contact_ids_matching
from events.models import EventType
from scheduler.services import before_commit, note_due
from scrm.core.conditions import compile_sql, facts, facts_used, parse, stored_condition
from scrm.core.stored_rules import readable
from tagging import score_queries
from tagging.enums import ScoreKind
from tagging.models import ScoreRule, ScoreScale, Tag
from tagging.scoring import Part, Scoring, band_of, next_count, total_of

_BATCH: Final = 500
_OWN_FACTS: Final = frozenset({"score", "score_band"})


@dataclass(frozen=True, slots=True)
class Changed:
    """Somebody for whom something is different now: an event of a type, a tag, or what only a condition may ask.

    `anything`: events and tags of any kind too.
    """

    contact_id: UUID
    at: datetime
    event_type: str = ""
    tag_id: UUID | None = None
    anything: bool = False


Rider = Callable[[Sequence[Changed]], tuple[str, dict[str, Any]] | None]
"""What a room above writes down of changes: a part of the statement that notes them, and its parameters."""
_riders: Final[list[Rider]] = []


def ride_along(rider: Rider) -> None:
    """Called once at start-up by who wants to know of changes too, without a statement of its own."""
    if rider not in _riders:
        _riders.append(rider)


def scores_touched(changes: Sequence[Changed]) -> None:
    """These contacts will be counted again, within a second. Inside `due_work`; one statement for all of it."""
    before_commit(changes, _touch)


def _touch(changes: Sequence[Changed]) -> None:
    if not changes:
        return
    now = max(each.at for each in changes)
    types = {each.event_type for each in changes if each.event_type}
    tags = {each.tag_id for each in changes if each.tag_id is not None}
    contact_ids, anything = {each.contact_id for each in changes}, any(each.anything for each in changes)
    beside = [part for rider in _riders if (part := rider(changes)) is not None]
    if score_queries.mark_due(contact_ids, event_types=types, tag_ids=tags, anything=anything, now=now, beside=beside):
        note_due(now)


@transaction.atomic
def count_scores(*, now: datetime) -> bool:
    """Count the next due contacts again; True when there may be more. Inside `due_work`."""
    contact_ids = score_queries.claim_due(_BATCH, now)
    if not contact_ids:
        return False
    rows = list(ScoreRule.objects.filter(active=True).order_by("position", "name"))
    rules = [_read(rule) for rule in rows]
    parts = score_queries.parts_by_contact(rules, contact_ids, now)
    for rule in rows:
        condition = readable(rule.condition, rule.pk) if rule.kind == ScoreKind.CONDITION else None
        if condition is not None:
            for contact_id in contact_ids_matching(condition, now, among=contact_ids):
                parts[contact_id].append(Part(rule.pk, float(rule.points), 1))
    scale = ScoreScale.objects.first() or ScoreScale()
    written = []
    for contact_id in contact_ids:
        points = total_of(parts[contact_id])
        band = band_of(points, warm_from=scale.warm_from, hot_from=scale.hot_from)
        again = next_count(parts[contact_id], rules, now)
        note_due(again)
        written.append((contact_id, points, band, parts[contact_id], again))
    score_queries.write_scores(written, now)
    return len(contact_ids) == _BATCH


def hold_score_rules() -> None:
    """Let nobody change a rule until the transaction ends."""
    list(ScoreRule.objects.select_for_update().order_by("pk").values_list("pk"))


@transaction.atomic
def save_score_rule(
    *,
    rule: ScoreRule | None = None,
    name: str,
    kind: str,
    points: int,
    event_type: str = "",
    most: int | None = None,
    tag: Tag | None = None,
    condition: object = None,
    half_life_days: int | None = None,
    active: bool = True,
    by: User | None,
    now: datetime,
) -> ScoreRule:
    """Make or change a rule; everybody is counted again. ConditionInvalid, ValidationError. Inside `due_work`."""
    rule = rule or ScoreRule(created_at=now, position=ScoreRule.objects.count())
    of_event, of_tag = kind == ScoreKind.EVENT, kind == ScoreKind.TAG
    rule.name, rule.kind, rule.points, rule.active = name.strip(), kind, points, active
    rule.event_type, rule.most = (event_type, most) if of_event else ("", None)
    rule.tag = tag if of_tag else None
    rule.half_life_days = half_life_days if of_event or of_tag else None
    rule.condition = _condition(condition, now) if kind == ScoreKind.CONDITION else {}
    if of_event and not EventType.objects.filter(code=event_type, active=True).exists():
        raise ValidationError({"event_type": _("Choose an event type of the tracking plan.")})
    if of_tag and tag is None:
        raise ValidationError({"tag": _("Choose a tag.")})
    rule.full_clean()
    rule.save()
    _count_everybody(now)
    record_audit(action="score_rule.saved", actor=by, subject=rule, details={"name": rule.name}, now=now)
    return rule


@transaction.atomic
def switch_score_rule(*, rule: ScoreRule, active: bool, by: User | None, now: datetime) -> None:
    """Let a rule count, or not; everybody is counted again. Inside `due_work`."""
    ScoreRule.objects.filter(pk=rule.pk).update(active=active)
    _count_everybody(now)
    record_audit(action="score_rule.switched", actor=by, subject=rule, details={"active": active}, now=now)


@transaction.atomic
def save_score_scale(*, warm_from: int, hot_from: int, by: User | None, now: datetime) -> ScoreScale:
    """Say from when on somebody is warm, or hot; everybody is counted again. ValidationError. Inside `due_work`."""
    if warm_from >= hot_from:
        raise ValidationError({"hot_from": _("Hot begins above warm.")})
    scale, _made = ScoreScale.objects.update_or_create(pk=1, defaults={"warm_from": warm_from, "hot_from": hot_from})
    _count_everybody(now)
    details = {"warm_from": warm_from, "hot_from": hot_from}
    record_audit(action="score_scale.saved", actor=by, subject=scale, details=details, now=now)
    return scale


def _count_everybody(now: datetime) -> None:
    if score_queries.mark_all_due(now):
        note_due(now)


def _condition(condition: object, now: datetime) -> dict[str, Any]:
    stored = stored_condition(condition or {})
    if not stored:
        raise ValidationError({"condition": _("Choose a condition.")})
    parsed = parse(stored, facts, stored=True)
    # What an event says is over when points are counted: this refuses such facts.
    compile_sql(parsed, now)
    # A score that asks about itself would never come to rest.
    if facts_used(parsed) & _OWN_FACTS:
        raise ValidationError({"condition": _("A score can't depend on itself.")})
    return stored


def _read(rule: ScoreRule) -> Scoring:
    of = rule.event_type if rule.kind == ScoreKind.EVENT else str(rule.tag_id or "")
    return Scoring(rule.pk, rule.kind, rule.points, of, rule.most, rule.half_life_days)
