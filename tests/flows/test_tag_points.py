"""Tags that points find: single events, everybody, what people decided, and a walk over the events as the oracle."""

import os
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django_tenants.utils import tenant_context
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.models import User
from contacts.models import Contact
from events.inputs import Happening
from events.models import Event, EventType
from exchange.enums import JobState
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.engagement import contacts_tagged, events_happened
from scrm.flows.tag_points import points_due, points_run_of, scoring_switched
from scrm.flows.tag_rules import tag_rule_switched
from tagging.enums import TagSource
from tagging.models import Tag, TagAssignment, TagCategory, TagChange, TagGroup, TagScoring
from tagging.points_queries import moves_of
from tagging.points_selectors import points_hits, points_tried, scoring_get
from tagging.services_merging import merge_tag
from tagging.services_points import add_signal, remove_signal, save_scoring, switch_scoring
from tagging.upkeep import edit_group
from tests.factories import make_contact, make_user
from tests.flows.tagging_world import BERLIN, finish, held, make_rule, make_tags

DAY = timedelta(days=1)
OLGA = User(role=Role.OPS)
SCHEME = {"half_life_days": 10, "least": 3, "lead": Decimal("1.5")}


@pytest.fixture
def lin(acme) -> Contact:
    return make_contact("Lin")


@pytest.fixture
def styles(acme):
    """Casual and business, of which a shopper has one; views of each count."""
    EventType.objects.get_or_create(code="viewed", defaults={"name": "Viewed", "properties": {"style": "text"}})
    tags = make_tags("Casual", "Business", exclusive=True, group="Style")
    for tag in tags:
        add_signal(tag=tag, event_type="viewed", points=1, named="style", value=tag.code, by=None, now=clock.now())
    return tags


def scheme(tags, **fields) -> TagScoring:
    return save_scoring(group=tags[0].group, **(SCHEME | fields), by=None, now=clock.now())


def on(tags, **fields):
    job = scoring_switched(scheme(tags, **fields), active=True, by=None, now=clock.now())
    assert job is not None
    return finish(job)


def views(contact, tag, count: int = 1) -> None:
    now, said = clock.now(), {"style": tag.code}
    keys = [f"{contact.pk} {tag.pk} {place} {now}" for place in range(count)]
    events_happened([Happening(contact.pk, "viewed", now, key, said) for key in keys], now=now)


def test_the_casual_shopper_who_now_views_business_suits_is_tagged_anew(lin, styles):
    casual, business = styles
    views(lin, casual, 5)
    # As if ten days had passed: half of them is left.
    Event.objects.update(occurred_at=clock.now() - 10 * DAY)
    on(styles)
    assert not TagAssignment.objects.exists()
    views(lin, casual, 1)
    assert held(casual) == {"Lin"}

    views(lin, business, 5)
    assert held(casual) == {"Lin"}, "5 are no more than 1.5 times 3.5"
    views(lin, business, 1)

    assert (held(casual), held(business)) == (set(), {"Lin"})
    row = TagAssignment.objects.get()
    assert (row.source, row.evidence) == (TagSource.POINTS, "Business 6.0 : Casual 3.5")
    assert next((hit.tag.name, hit.added) for hit in points_hits(casual.group_id, OLGA)) == ("Business", True)


def test_everybody_is_counted_when_it_is_switched_on(styles, lin):
    casual, business = styles
    wu, mei = make_contact("Wu"), make_contact("Mei")
    views(lin, casual, 3)
    views(wu, business, 3)
    views(mei, business, 2)
    contacts_tagged([wu.pk], [casual.pk], add=True, source=TagSource.IMPORT, now=clock.now())
    tried = points_tried(scheme(styles).pk, OLGA, clock.now())

    job = on(styles)

    assert (tried.counts.tag, tried.counts.retag, tried.counts.untag) == (1, 1, 0)
    assert {move.contact_id for move in tried.moves} == {lin.pk, wu.pk}
    assert (job.state, job.result) == (JobState.DONE, {"give": 2, "take": 0})
    assert (held(casual), held(business)) == ({"Lin"}, {"Wu"})
    assert points_tried(casual.group_id, OLGA, clock.now()).moves == []


def test_a_reader_is_told_of_those_alone_whom_they_see(styles, lin):
    ben = make_user("ben", Role.REP)
    mine = make_contact("Wu", owner=ben)
    for contact in (lin, mine):
        views(contact, styles[0], 3)

    tried = points_tried(scheme(styles).pk, ben, clock.now())

    assert (tried.counts.tag, [move.contact_id for move in tried.moves]) == (1, [mine.pk])


def test_what_faded_is_taken_where_the_scheme_says_so(styles, lin):
    casual, _business = styles
    contacts_tagged([make_contact("Wu").pk], [casual.pk], add=True, source=TagSource.HAND, now=clock.now())
    views(lin, casual, 3)
    on(styles, takes=True)
    Event.objects.update(occurred_at=clock.now() - 30 * DAY)
    TagScoring.objects.update(due_at=clock.now())

    points_due(Budget(5))
    finish(job_of(casual))

    assert held(casual) == {"Wu"}
    assert TagChange.objects.filter(added=False).get().evidence == "Casual 0.4"


def test_who_has_no_event_left_loses_it_too(styles, lin):
    casual, _business = styles
    views(lin, casual, 3)
    on(styles, takes=True)
    Event.objects.all().delete()

    assert [move.after for move in moves_of(casual.group_id, [lin.pk], clock.now())] == [None]


def job_of(tag):
    return points_run_of(scoring_get(tag.group_id))


@pytest.mark.parametrize(("over_hand", "now_has"), [(False, "Casual"), (True, "Business")])
def test_what_somebody_gave_by_hand_stays_unless_the_scheme_goes_over_it(styles, lin, over_hand, now_has):
    casual, business = styles
    contacts_tagged([lin.pk], [casual.pk], add=True, source=TagSource.HAND, now=clock.now())
    on(styles, over_hand=over_hand)

    views(lin, business, 5)

    assert TagAssignment.objects.get().tag.name == now_has


def test_what_somebody_took_by_hand_does_not_come_back(styles, lin):
    casual, _business = styles
    on(styles)
    views(lin, casual, 4)
    contacts_tagged([lin.pk], [casual.pk], add=False, source=TagSource.HAND, now=clock.now())

    views(lin, casual, 1)

    assert held(casual) == set()
    assert points_tried(casual.group_id, OLGA, clock.now()).moves == []


def test_rules_about_everybody_and_points_refuse_each_other(styles, lin):
    rule = make_rule(styles[0], BERLIN)
    scoring = scheme(styles)
    tag_rule_switched(rule, active=True, by=None, now=clock.now())
    with pytest.raises(ValidationError, match="switch it off first"):
        scoring_switched(scoring, active=True, by=None, now=clock.now())
    tag_rule_switched(rule, active=False, by=None, now=clock.now())
    scoring_switched(scoring, active=True, by=None, now=clock.now())

    with pytest.raises(ValidationError, match="Points find the tag"):
        tag_rule_switched(rule, active=True, by=None, now=clock.now())
    rule.refresh_from_db()
    assert not rule.active


def test_what_can_not_work_is_refused(acme, styles):
    several = make_tags("A", "B", group="Many")
    with pytest.raises(ValidationError, match="one at most"):
        switch_scoring(scoring=scheme(several), active=True, by=None, now=clock.now())
    remove_signal(signal=styles[0].signals.get(), by=None, now=clock.now())
    with pytest.raises(ValidationError, match="two tags"):
        switch_scoring(scoring=scheme(styles), active=True, by=None, now=clock.now())
    with pytest.raises(ValidationError):
        add_signal(tag=styles[0], event_type="nothing", points=1, by=None, now=clock.now())

    assert not TagScoring.objects.filter(active=True).exists()


def test_a_changed_scheme_or_signal_rests_until_somebody_has_seen_what_it_would_do(styles):
    on(styles)
    assert scheme(styles).active
    assert not scheme(styles, least=9).active
    on(styles)

    add_signal(tag=styles[0], event_type="viewed", points=2, by=None, now=clock.now())

    assert not TagScoring.objects.get().active


def test_a_counted_group_stays_one_at_most(styles):
    on(styles)
    group = styles[0].group

    with pytest.raises(ValidationError, match="switch them off first"):
        edit_group(group=group, category=group.category, name=group.name, exclusive=False, by=None, now=clock.now())


def test_signals_go_along_with_a_merged_tag(styles):
    casual, business = styles
    add_signal(tag=casual, event_type="viewed", points=1, by=None, now=clock.now())
    add_signal(tag=business, event_type="viewed", points=2, by=None, now=clock.now())

    merge_tag(tag=casual, into=business, by=None, now=clock.now())

    assert sorted(business.signals.values_list("value", "points")) == [("", 2), ("business", 1), ("casual", 1)]


def test_an_event_of_no_signal_asks_nothing_more(styles, lin, django_assert_num_queries):
    EventType.objects.get_or_create(code="other", defaults={"name": "Other"})
    now = clock.now()
    events_happened([Happening(lin.pk, "other", now, "warm", {})], now=now)
    with django_assert_num_queries(8):
        events_happened([Happening(lin.pk, "other", now, "before", {})], now=now)
    on(styles)

    with django_assert_num_queries(8):
        events_happened([Happening(lin.pk, "other", now, "after", {})], now=now)


def test_and_cai_counts_nothing_of_it(styles, lin, globex):
    views(lin, styles[0], 5)
    with tenant_context(globex):
        assert moves_of(styles[0].group_id, None, clock.now()) == []


deep = os.environ.get("SCRM_DEEP") == "1"
events = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 40), st.booleans()), min_size=1, max_size=14
)


def winner(happened, days: int, least: int, lead: float, half_life: int):
    """Which tag wins, told from all that happened: (points by tag, the winner)."""
    points: dict[int, float] = {}
    for tag, age in happened:
        if days - age < 10 * half_life:
            points[tag] = points.get(tag, 0) + 2 ** (-(days - age) / half_life)
    ranked = sorted(points.items(), key=lambda each: -each[1])
    if not ranked or ranked[0][1] < least:
        return None
    second = ranked[1][1] if len(ranked) > 1 else 0
    return ranked[0][0] if ranked[0][1] >= lead * second else None


@settings(
    max_examples=400 if deep else 4,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events, st.integers(1, 20), st.integers(1, 4), st.sampled_from(["1.1", "1.5", "3"]))
def test_event_by_event_it_comes_to_what_a_walk_over_all_of_them_says(acme, happened, half_life, least, lead):
    TagAssignment.objects.all().delete()
    Event.objects.all().delete()
    TagScoring.objects.all().delete()
    Tag.objects.all().delete()
    TagGroup.objects.all().delete()
    TagCategory.objects.all().delete()
    EventType.objects.get_or_create(code="viewed", defaults={"name": "Viewed", "properties": {"style": "text"}})
    tags = make_tags("A", "B", "C", exclusive=True, group="Style")
    for tag in tags:
        add_signal(tag=tag, event_type="viewed", points=1, named="style", value=tag.code, by=None, now=clock.now())
    people = [make_contact("One"), make_contact("Two")]
    begin = clock.now() - 41 * DAY
    on(tags, half_life_days=half_life, least=least, lead=Decimal(lead))
    expected: dict[int, int] = {}
    walked: dict[int, list] = {0: [], 1: []}
    for order, (who, which, day, twice) in enumerate(sorted(happened, key=lambda each: each[2])):
        now = begin + day * DAY
        said = [Happening(people[who].pk, "viewed", now, f"{people[who].pk}{order}", {"style": tags[which].code})]
        events_happened(said * (2 if twice else 1), now=now)
        walked[who].append((which, day))
        won = winner(walked[who], day, least, float(lead), half_life)
        expected |= {} if won is None else {who: won}

    end = begin + max(day for _who, _which, day, _twice in happened) * DAY

    assert {row.contact_id: row.tag_id for row in TagAssignment.objects.all()} == {
        people[who].pk: tags[which].pk for who, which in expected.items()
    }
    # What everybody is counted to at the end is what whoever was heard last was.
    clear = {who: winner(rows, (end - begin).days, least, float(lead), half_life) for who, rows in walked.items()}
    told = {move.contact_id: move.after for move in moves_of(tags[0].group_id, None, end)}
    assert told == {
        people[who].pk: tags[won].pk for who, won in clear.items() if won is not None and expected.get(who) != won
    }
