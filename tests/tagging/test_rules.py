"""Which tags events give."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from scrm.core.conditions import facts, parse
from tagging.rules import Grant, Rule, decide_grants, one_per_exclusive_group

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LIN, MEI, RED, BLUE, COLOURS = (uuid4() for _ in range(5))


def event(contact: UUID = LIN, minutes: int = 0, **properties) -> dict:
    moment = NOW + timedelta(minutes=minutes)
    return {"contact_id": contact, "type": "content_viewed", "occurred_at": moment, "properties": properties}


def rule(tag: UUID = RED, topic: str = "red", event_type: str = "content_viewed") -> Rule:
    asked = {"fact": "event.text", "args": {"property": "topic"}, "op": "is", "value": topic}
    return Rule(uuid4(), tag, event_type, parse(asked, facts, stored=True), f"views {topic}")


def test_an_event_that_fits_gives_the_tag_and_says_why():
    [grant] = decide_grants([rule()], [event(topic="red"), event(MEI, topic="blue")], {}, NOW)

    assert (grant.contact_id, grant.tag_id, grant.evidence) == (LIN, RED, "views red")


def test_a_rule_on_another_type_of_event_is_silent():
    assert decide_grants([rule(event_type="order_paid")], [event(topic="red")], {}, NOW) == []


def test_the_last_event_decides_in_an_exclusive_group():
    grants = decide_grants(
        [rule(RED, "red"), rule(BLUE, "blue")],
        [event(minutes=5, topic="red"), event(minutes=1, topic="blue"), event(minutes=0, topic="red")],
        {},
        NOW,
    )

    assert [grant.tag_id for grant in one_per_exclusive_group(grants, {RED: COLOURS, BLUE: COLOURS})] == [RED]


GRANTS = st.lists(st.builds(Grant, st.sampled_from([LIN, MEI]), st.sampled_from([RED, BLUE])), max_size=8)


@given(GRANTS)
def test_an_exclusive_group_keeps_one_per_contact(grants: list[Grant]):
    kept = one_per_exclusive_group(grants, {RED: COLOURS, BLUE: COLOURS})

    assert sorted({grant.contact_id for grant in grants}) == sorted(grant.contact_id for grant in kept)
    assert all(grant == [each for each in grants if each.contact_id == grant.contact_id][-1] for grant in kept)


@given(GRANTS)
def test_other_groups_keep_every_tag_once(grants: list[Grant]):
    assert set(one_per_exclusive_group(grants, {})) == set(grants)
