"""Two people who work on rules at the same moment, on connections of their own."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django_tenants.utils import schema_context

from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.tag_rules import tag_rule_switched
from tagging.models import TagRule
from tagging.services_rules import save_tag_rule
from tests.flows.tagging_world import BERLIN, make_rule, make_tags
from tests.flows.test_arrival_at_once import at_once
from tests.flows.test_handover_at_once import _somebody_waits as somebody_waits
from tests.live import eventually


def switched_on(rule: TagRule) -> None:
    tag_rule_switched(rule, active=True, by=None, now=clock.now())


def test_two_rules_that_would_set_each_other_off_are_not_both_switched_on_at_once(own_database):
    with schema_context("acme"), ThreadPoolExecutor(1) as pool:
        [one], [other] = make_tags("One"), make_tags("Other", group="Else")
        rules = [
            make_rule(tag, {"fact": "tags", "op": "has_any", "value": [asked.code]}, name=tag.name, takes=True)
            for tag, asked in ((one, other), (other, one))
        ]

        with due_work():
            switched_on(rules[0])
            late = pool.submit(at_once, switched_on, [rules[1]], 1)
            eventually(somebody_waits)

        with pytest.raises(ValidationError, match="set each other off"):
            late.result()
        assert list(TagRule.objects.filter(active=True)) == [rules[0]]


def test_a_rule_that_is_edited_beside_a_switch_is_not_switched_on_unseen(own_database):
    with schema_context("acme"), ThreadPoolExecutor(1) as pool:
        [tag] = make_tags("Berliner")
        rule = make_rule(tag, BERLIN)
        looked_at = TagRule.objects.get(pk=rule.pk)
        said = {"rule": rule, "name": "R", "tag": tag, "event_type": "", "condition": {**BERLIN, "value": "Rome"}}

        with due_work():
            save_tag_rule(**said, by=None, now=clock.now())
            late = pool.submit(at_once, switched_on, [looked_at], 1)
            eventually(somebody_waits)

        with pytest.raises(ValidationError, match="has just changed"):
            late.result()
        assert not TagRule.objects.filter(active=True).exists()
