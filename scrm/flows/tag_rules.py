"""The story of rules that are asked about everybody, of tags that end by themselves and of tags that become another."""

from datetime import datetime
from typing import Final

import structlog

import campaigns.services
import tagging.services
from accounts.models import User
from exchange.enums import HookEvent
from exchange.models import Job
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid
from scrm.flows.tagging_job import begin_merge, begin_rule
from scrm.flows.telling import tags_told
from tagging.models import Tag, TagRule
from tagging.services_merging import merge_tag
from tagging.services_rules import claim_due_rule, switch_tag_rule
from tagging.services_scores import Changed, scores_touched
from tagging.standing import rule_has_work

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 500


def tag_rule_switched(rule: TagRule, *, active: bool, by: User | None, now: datetime) -> Job | None:
    """A rule works from now on, or not; one without an event is asked about everybody: the job of it.

    ValidationError where it would come to no rest.
    """
    with due_work():
        switch_tag_rule(rule=rule, active=active, by=by, now=now)
        return begin_rule(rule, by=by, now=now) if active and not rule.event_type else None


def tag_rules_due(budget: Budget) -> bool:
    """Ask the rules whose turn it is about everybody; those with something to do get a job. True when more wait."""
    while True:
        now = clock.now()
        with due_work():
            rule = claim_due_rule(now=now)
            if rule is None:
                return False
            try:
                if rule_has_work(rule, now):
                    begin_rule(rule, by=None, now=now)
            except ConditionInvalid:
                # It waits for its next turn, so that it can't hold up the others.
                log.warning("tag_rule.unreadable", rule=str(rule.pk))
        if budget.spent:
            return True


def tags_ended(budget: Budget) -> bool:
    """Take the tags whose time is over; True when more are waiting."""
    while True:
        now = clock.now()
        with due_work():
            ended = tagging.services.end_tags(now=now, limit=_AT_ONCE)
            tags_told(HookEvent.TAG_REMOVED, ended, now=now)
            scores_touched([Changed(contact_id, now, tag_id=tag_id) for contact_id, tag_id in ended])
        if len(ended) < _AT_ONCE:
            return False
        if budget.spent:
            return True


def tags_merged(tag: Tag, into: Tag, *, by: User, now: datetime) -> Job:
    """A tag becomes another: rules and SOPs follow at once, people in the job that this gives. ValidationError."""
    with due_work():
        merge_tag(tag=tag, into=into, by=by, now=now)
        campaigns.services.follow_tag(tag_id=tag.pk, into_id=into.pk)
        return begin_merge(tag, into, by=by, now=now)
