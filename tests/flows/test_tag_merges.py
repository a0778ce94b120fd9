"""A tag that becomes another: whoever had it has the other one as they had it."""

from datetime import timedelta

import pytest

from campaigns.enums import Trigger
from campaigns.models import Enrollment
from exchange.enums import JobState
from exchange.models import Job
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows import tagging_job
from scrm.flows.engagement import contacts_tagged
from scrm.flows.tag_rules import tag_rule_switched, tags_ended, tags_merged
from tagging.enums import TagSource
from tagging.models import Tag, TagAssignment, TagChange
from tagging.selectors import tag_ids_by_code
from tests.factories import make_contact, make_live_sop, make_user
from tests.flows.tagging_world import BERLIN, finish, held, make_rule, make_tags


def merge(tag: Tag, into: Tag) -> Job:
    return finish(tags_merged(tag, into, by=make_user("ada", "ops"), now=clock.now()))


def by_hand(contact, tag) -> None:
    contacts_tagged([contact.pk], [tag.pk], add=True, source=TagSource.HAND, now=clock.now())


@pytest.fixture
def people(acme):
    return [make_contact(name, city=city) for name, city in (("Lin", "Berlin"), ("Wu", "Berlin"), ("Mei", "Rome"))]


def test_a_merged_tag_is_the_other_one_for_people_rules_sops_and_its_code(people, monkeypatch):
    monkeypatch.setattr(tagging_job, "_AT_ONCE", 1)
    old, new = make_tags("Old", "New")
    rule = make_rule(old, {}, event_type="viewed")
    sop = make_live_sop(trigger=Trigger.TAG_ADDED, trigger_tag=old, name="Hello")
    for contact in people[:2]:
        by_hand(contact, old)
    by_hand(people[1], new)
    began = Enrollment.objects.count()

    job = merge(old, new)

    for row in (rule, sop, old):
        row.refresh_from_db()
    assert (rule.tag, sop.trigger_tag, old.merged_into, old.archived) == (new, new, new, True)
    assert (held(old), held(new)) == (set(), {"Lin", "Wu"})
    assert (job.state, job.result["give"]) == (JobState.DONE, 2)
    assert Enrollment.objects.count() == began
    assert tag_ids_by_code(["old"]) == {"old": new.pk}
    assert TagChange.objects.filter(tag=old, contact=people[0], added=True).exists()


def test_a_tag_merged_into_another_of_its_group_of_one_is_that_other_one(people):
    old, new, third = make_tags("Old", "New", "Third", exclusive=True)
    by_hand(people[0], old)
    by_hand(people[1], third)

    merge(old, new)

    assert [held(tag) for tag in (old, new, third)] == [set(), {"Lin"}, {"Wu"}]


def test_a_rule_that_asks_for_the_code_of_a_merged_tag_means_the_other(people):
    old, new, got = make_tags("Old", "New", "Got")
    by_hand(people[0], new)
    by_hand(people[1], old)
    rule = make_rule(got, {"fact": "tags", "op": "has_any", "value": ["old"]})
    merge(old, new)

    finish(tag_rule_switched(rule, active=True, by=None, now=clock.now()))

    assert held(got) == {"Lin", "Wu"}


@pytest.mark.parametrize("alone", [False, True])
def test_a_tag_is_the_other_one_as_it_was_given(people, alone):
    old, new = make_tags("Old", "New", exclusive=alone)
    until = clock.now() + timedelta(days=3)
    rule = make_rule(old, BERLIN, takes=True)
    finish(tag_rule_switched(rule, active=True, by=None, now=clock.now()))
    TagAssignment.objects.update(expires_at=until)
    before = set(TagAssignment.objects.values_list("contact", "source", "rule", "by", "evidence", "at", "expires_at"))

    merge(old, new)

    after = TagAssignment.objects.filter(tag=new)
    assert set(after.values_list("contact", "source", "rule", "by", "evidence", "at", "expires_at")) == before
    assert len(before) == 2


def test_a_rule_takes_the_merged_tag_that_it_gave(people):
    old, new = make_tags("Old", "New")
    rule = make_rule(old, BERLIN, takes=True)
    finish(tag_rule_switched(rule, active=True, by=None, now=clock.now()))
    merge(old, new)
    people[0].city = "Rome"
    people[0].save()

    rule.refresh_from_db()
    finish(tag_rule_switched(rule, active=True, by=None, now=clock.now()))

    assert held(new) == {"Wu"}


def test_the_history_says_merged_and_nobody_did_something_with_them(people):
    old, new = make_tags("Old", "New")
    by_hand(people[0], old)
    by_hand(people[1], old)
    by_hand(people[1], new)
    began = TagChange.objects.latest("pk").pk

    merge(old, new)

    changes = TagChange.objects.filter(pk__gt=began)
    assert set(changes.values_list("contact__name", "tag__name", "added", "source", "by__username", "evidence")) == {
        ("Lin", "Old", False, "merged", "ada", "Old → New"),
        ("Lin", "New", True, "merged", "ada", "Old → New"),
        ("Wu", "Old", False, "merged", "ada", "Old → New"),
    }


@pytest.mark.parametrize("rival", [0, 1])
def test_what_has_ended_does_not_stand_in_the_way_of_a_merge(people, rival):
    old, *others = make_tags("Old", "New", "Third", exclusive=True)
    by_hand(people[0], old)
    kept = TagAssignment.objects.get()
    ended = TagAssignment(contact=people[0], tag=others[rival], source="hand", at=kept.at, expires_at=kept.at)
    ended.save()

    merge(old, others[0])
    tags_ended(Budget(5))

    assert [held(tag) for tag in (old, *others)] == [set(), {"Lin"}, set()]
    assert TagChange.objects.get(source=TagSource.ENDED).tag == others[rival]
