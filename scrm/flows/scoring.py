"""The story of a score: what changes it, and counting it again."""

from collections.abc import Iterable
from datetime import datetime
from typing import Required, TypedDict, Unpack
from uuid import UUID

from accounts.models import User
from contacts.models import Contact
from contacts.upkeep import edit_contact
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from tagging.models import ScoreRule, ScoreScale, Tag
from tagging.services_scores import (
    Changed,
    count_scores,
    save_score_rule,
    save_score_scale,
    scores_touched,
    switch_score_rule,
)


class ScoreRuleValues(TypedDict, total=False):
    """What a rule says, as `save_score_rule` takes it."""

    name: Required[str]
    kind: Required[str]
    points: Required[int]
    event_type: str
    most: int | None
    tag: Tag | None
    condition: object
    half_life_days: int | None
    active: bool


def contact_edited(contact: Contact, *, by: User, now: datetime, **values: str) -> bool:
    """What somebody's card says was changed; False when nothing differs. ValidationError."""
    with due_work():
        changed = edit_contact(contact=contact, by=by, now=now, **values)
        if changed:
            differs([contact.pk], now)
        return changed


def differs(contact_ids: Iterable[UUID], now: datetime) -> None:
    """No event and no tag, but something that a condition may ask about is different. Inside `due_work`."""
    scores_touched([Changed(contact_id, now) for contact_id in contact_ids])


def score_rule_saved(
    rule: ScoreRule | None, *, by: User | None, now: datetime, **values: Unpack[ScoreRuleValues]
) -> ScoreRule:
    """A rule was made or changed, and everybody is counted again. ConditionInvalid, ValidationError."""
    with due_work():
        return save_score_rule(rule=rule, by=by, now=now, **values)


def score_rule_switched(rule: ScoreRule, *, active: bool, by: User | None, now: datetime) -> None:
    with due_work():
        switch_score_rule(rule=rule, active=active, by=by, now=now)


def score_scale_saved(*, warm_from: int, hot_from: int, by: User | None, now: datetime) -> ScoreScale:
    """The bands begin elsewhere. ValidationError."""
    with due_work():
        return save_score_scale(warm_from=warm_from, hot_from=hot_from, by=by, now=now)


def scores_due(budget: Budget) -> bool:
    """Count who is due until nobody is or the budget is spent; True when more are waiting."""
    while True:
        with due_work():
            more = count_scores(now=clock.now())
        if not more:
            return False
        if budget.spent:
            return True
