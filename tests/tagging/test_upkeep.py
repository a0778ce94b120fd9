"""The taxonomy is kept: codes stay, names change, archived tags are offered no more."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import AuditEntry
from events.models import EventType
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid
from tagging.models import Tag, TagRule
from tagging.selectors import tag_list_active
from tagging.services_rules import save_tag_rule
from tagging.upkeep import (
    archive_tag,
    create_category,
    create_group,
    create_tag,
    edit_tag,
    restore_tag,
)


@pytest.fixture
def group(acme):
    now = clock.now()
    category = create_category(name="Interest", kind="interest", by=None, now=now)
    return create_group(category=category, name="Model", by=None, now=now)


def make(group, name: str = "Big SUV") -> Tag:
    return create_tag(group=group, name=name, by=None, now=clock.now())


def rule(tag, **fields):
    EventType.objects.get_or_create(code="viewed", defaults={"name": "Viewed"})
    given = {"name": "R", "tag": tag, "event_type": "viewed", "condition": {}, "by": None, "now": clock.now()}
    return save_tag_rule(**{**given, **fields})


def test_a_code_follows_from_the_name_and_stays(group):
    tag = make(group)

    edit_tag(tag=tag, name="Giant SUV", colour="red", by=None, now=clock.now())

    tag.refresh_from_db()
    assert (tag.code, tag.name, tag.colour) == ("big-suv", "Giant SUV", "red")


def test_codes_are_free_and_exist_for_chinese_names(group):
    other = create_group(category=group.category, name="Size", by=None, now=clock.now())
    codes = [make(group).code, make(other).code, make(group, "高消费").code]

    assert codes[:2] == ["big-suv", "big-suv-2"]
    assert len(codes[2]) == 8


def test_a_name_is_taken_once_in_its_group(group):
    make(group)

    with pytest.raises(ValidationError):
        make(group)

    assert Tag.objects.count() == 1


def test_archiving_stops_its_rules_and_restoring_offers_it_again(group):
    tag = make(group)
    stored = rule(tag)

    archive_tag(tag=tag, by=None, now=clock.now())

    stored.refresh_from_db()
    assert not stored.active
    assert not tag_list_active().exists()
    restore_tag(tag=tag, by=None, now=clock.now())
    assert tag_list_active().get() == tag


def test_a_rule_is_stored_in_its_canonical_form(group):
    stored = rule(make(group), condition={"fact": "contact.city", "op": "is", "value": "Berlin"})

    assert stored.condition == {"fact": "contact.city", "op": "is", "value": "Berlin"}
    assert rule(stored.tag, rule=stored, condition={"all": []}).condition == {}
    assert TagRule.objects.count() == 1


def test_a_rule_that_can_not_be_read_is_refused(group):
    with pytest.raises(ConditionInvalid, match="unknown fact"):
        rule(make(group), condition={"fact": "contact.shoe", "op": "is", "value": "42"})

    assert not TagRule.objects.exists()


def test_a_rule_needs_a_declared_event(group):
    with pytest.raises(ValidationError, match="event type of the tracking plan"):
        rule(make(group), event_type="dreamt")

    assert not TagRule.objects.exists()


def test_changes_are_written_into_the_audit_trail(group):
    make(group)

    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["tag.category_created", "tag.group_created", "tag.created"]
