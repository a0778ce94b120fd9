"""Scores: what rules give, in memory and in SQL, and when they are counted again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django_tenants.utils import tenant_context
from hypothesis import given
from hypothesis import strategies as st

from events.inputs import Happening
from events.models import Event, EventType
from scheduler.budget import Budget
from scheduler.models import WakeUp
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.contact_merge import contact_unmerged, contacts_merged
from scrm.flows.engagement import contacts_tagged, events_happened
from scrm.flows.scoring import contact_edited, score_rule_saved, score_rule_switched, score_scale_saved, scores_due
from scrm.flows.starter import lay_out_tenant
from tagging.enums import Band, ScoreKind, TagSource
from tagging.models import ContactScore, Tag, TagAssignment
from tagging.score_queries import parts_by_contact
from tagging.scoring import Part, Scoring, band_of, faded, next_count, parts_of, total_of
from tagging.services_scores import Changed, scores_touched
from tests.factories import make_contact, make_user

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def event_rule(points=10, of="page_visited", most=None, half=None):
    return Scoring(uuid4(), ScoreKind.EVENT, points, of, most, half)


@given(st.integers(-1000, 1000), st.integers(1, 3650), st.integers(0, 10))
def test_each_half_life_halves(points, half_life, halves):
    left = faded(points, timedelta(days=half_life * halves), half_life)

    assert left == pytest.approx(points / 2**halves)


def test_only_the_latest_of_so_many_count():
    rule = event_rule(points=10, most=2, half=1)
    events = [("page_visited", NOW - timedelta(days=days)) for days in (0, 1, 2)]

    [part] = parts_of([rule], events=events, tags={}, holding=(), now=NOW)

    assert (part.points, part.times, part.last) == (15, 2, NOW)


@pytest.mark.parametrize(("points", "band"), [("49.9", Band.WARM), ("50", Band.HOT), ("19.9", Band.COLD)])
def test_bands_begin_where_the_scale_says(points, band):
    assert band_of(Decimal(points), warm_from=20, hot_from=50) == band


@given(st.lists(st.floats(-1e5, 1e5), max_size=6))
def test_total_is_within_what_is_kept(points):
    total = total_of([Part(uuid4(), each, 1) for each in points])

    assert abs(total) <= Decimal("99999.9")
    assert total.as_tuple().exponent == -1


def test_points_that_stay_need_no_counting_again_and_those_that_fade_do():
    stays, fades = event_rule(), event_rule(half=7)

    assert next_count([Part(stays.id, 10, 1)], [stays], NOW) is None
    again = next_count([Part(fades.id, 100, 1)], [stays, fades], NOW)
    assert NOW + timedelta(hours=1) <= again <= NOW + timedelta(days=1)
    left = faded(100, again - NOW, 7)
    assert 98 < left < 99.2


def test_sql_and_memory_agree(acme):
    """Random histories of some contacts, under random rules."""
    lay_out_tenant()
    draw = Random(7)
    codes = ["page_visited", "order_paid", "content_viewed"]
    types = {each.code: each for each in EventType.objects.filter(code__in=codes)}
    tags = list(Tag.objects.order_by("code")[:3])
    contacts = [make_contact(f"P{n}") for n in range(25)]
    events, held = {}, {}
    for contact in contacts:
        told = [
            (draw.choice(codes), NOW - timedelta(seconds=draw.randint(-(10**5), 10**7)))
            for _ in range(draw.randint(0, 12))
        ]
        events[contact.pk] = told
        Event.objects.bulk_create(
            Event(contact=contact, type=types[code], occurred_at=at, received_at=NOW, dedupe_key=str(uuid4()))
            for code, at in told
        )
        chosen = {
            tag: (NOW - timedelta(seconds=draw.randint(-(10**4), 10**7)), draw.choice([None, -1, 1]))
            for tag in draw.sample(tags, draw.randint(0, 3))
        }
        TagAssignment.objects.bulk_create(
            TagAssignment(
                contact=contact, tag=tag, source="hand", at=at, expires_at=NOW + timedelta(days=days) if days else None
            )
            for tag, (at, days) in chosen.items()
        )
        held[contact.pk] = {str(tag.pk): at for tag, (at, days) in chosen.items() if days != -1}
    halves = (None, 1, 3, 30)
    rules = [
        *[
            event_rule(draw.randint(-50, 50), code, draw.choice([None, 1, 2]), half)
            for code in codes
            for half in halves
        ],
        *[Scoring(uuid4(), ScoreKind.TAG, draw.randint(-50, 50), str(tag.pk), None, 5) for tag in tags],
        *[Scoring(uuid4(), ScoreKind.TAG, 10, str(tag.pk)) for tag in tags],
    ]

    counted = parts_by_contact(rules, [contact.pk for contact in contacts], NOW)

    for contact in contacts:
        expected = parts_of(rules, events=events[contact.pk], tags=held[contact.pk], holding=(), now=NOW)
        found = {part.rule_id: part for part in counted[contact.pk]}
        assert found.keys() == {part.rule_id for part in expected}
        for part in expected:
            assert found[part.rule_id].points == pytest.approx(part.points, abs=1e-6)
            assert (found[part.rule_id].times, found[part.rule_id].last) == (part.times, part.last)


@pytest.fixture
def ops(acme):
    lay_out_tenant()
    return make_user("olga", "ops")


def counted(contact):
    scores_due(Budget(5))
    return ContactScore.objects.get(contact=contact)


def visit(contact, n=1):
    events_happened(
        [Happening(contact.pk, "page_visited", clock.now(), f"v{uuid4()}") for _ in range(n)], now=clock.now()
    )


def test_what_happens_is_counted_and_explained(acme, ops):
    rule = score_rule_saved(
        None, by=ops, now=clock.now(), name="Visits", kind="event", points=10, event_type="page_visited", most=2
    )
    lin = make_contact("Lin")

    visit(lin, 3)
    assert WakeUp.objects.get(tenant=acme).due_at <= clock.now()
    score = counted(lin)

    assert (score.points, score.band, score.due_at) == (Decimal(20), "warm", None)
    assert [(part["rule"], part["points"], part["times"]) for part in score.parts] == [(str(rule.pk), 20.0, 2)]


def test_tag_given_and_taken_changes_the_score(ops):
    tag = Tag.objects.get(code="asked-price")
    score_rule_saved(None, by=ops, now=clock.now(), name="Asked", kind="tag", points=60, tag=tag, half_life_days=14)
    lin = make_contact("Lin")

    contacts_tagged([lin.pk], [tag.pk], add=True, source=TagSource.HAND, by=ops, now=clock.now())
    score = counted(lin)
    assert (score.band, score.due_at > clock.now()) == ("hot", True)
    contacts_tagged([lin.pk], [tag.pk], add=False, source=TagSource.HAND, by=ops, now=clock.now())
    assert (counted(lin).points, counted(lin).band) == (0, "cold")


def test_condition_counts_while_it_holds(ops):
    condition = {"fact": "contact.city", "op": "is", "value": "Kiel"}
    lin = make_contact("Lin", city="Kiel")
    score_rule_saved(None, by=ops, now=clock.now(), name="Kiel", kind="condition", points=-5, condition=condition)

    assert counted(lin).points == -5
    contact_edited(lin, by=ops, now=clock.now(), city="Ulm")
    assert counted(lin).points == 0


def test_a_rule_that_is_off_gives_nothing_and_events_no_rule_asks_about_wake_nobody(ops):
    lin = make_contact("Lin")
    rule = score_rule_saved(None, by=ops, now=clock.now(), name="V", kind="event", points=9, event_type="page_visited")
    visit(lin)
    assert counted(lin).points == 9

    score_rule_switched(rule, active=False, by=ops, now=clock.now())
    assert counted(lin).points == 0
    visit(lin)
    assert ContactScore.objects.get().due_at is None


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "event", "event_type": "nonsense"},
        {"kind": "tag"},
        {"kind": "condition"},
        {"kind": "condition", "condition": {"fact": "score", "op": "gt", "value": 5}},
        {"kind": "event", "event_type": "page_visited", "points": 2000},
    ],
)
def test_rule_that_can_t_be_is_refused(ops, said):
    with pytest.raises(ValidationError):
        score_rule_saved(None, by=ops, now=clock.now(), **{"name": "x", "points": 1} | said)

    assert not ContactScore.objects.exists()


def test_scale_moves_the_bands(ops):
    lin = make_contact("Lin")
    score_rule_saved(None, by=ops, now=clock.now(), name="V", kind="event", points=9, event_type="page_visited")
    visit(lin)
    assert counted(lin).band == "cold"

    score_scale_saved(warm_from=5, hot_from=9, by=ops, now=clock.now())
    assert counted(lin).band == "hot"
    with pytest.raises(ValidationError):
        score_scale_saved(warm_from=9, hot_from=9, by=ops, now=clock.now())


def test_another_business_is_not_counted(acme, globex):
    with tenant_context(globex):
        cais = make_contact("Of Cai")
        ContactScore.objects.create(contact=cais, points=7, due_at=NOW)
    with tenant_context(acme):
        lay_out_tenant()
        ops, lin = make_user("olga", "ops"), make_contact("Lin")
        said = {"name": "V", "kind": "event", "points": 9, "event_type": "page_visited"}
        score_rule_saved(None, by=ops, now=clock.now(), **said)
        visit(lin)
        assert counted(lin).points == 9

    with tenant_context(globex):
        kept = ContactScore.objects.get()
        assert (kept.contact_id, kept.points, kept.due_at) == (cais.pk, 7, NOW)


def test_somebody_who_is_gone_by_the_commit_is_not_counted(ops):
    condition = {"fact": "contact.city", "op": "is", "value": "Kiel"}
    score_rule_saved(None, by=ops, now=NOW, name="Kiel", kind="condition", points=5, condition=condition)
    stays, merged_away = make_contact("Lin"), uuid4()

    with due_work():
        scores_touched([Changed(each, NOW) for each in (stays.pk, merged_away)])

    assert list(ContactScore.objects.values_list("contact_id", flat=True)) == [stays.pk]


def test_two_who_become_one_are_counted_again_and_so_are_both_when_that_is_taken_back(ops):
    score_rule_saved(None, by=ops, now=clock.now(), name="V", kind="event", points=9, event_type="page_visited")
    lin, mei = make_contact("Lin"), make_contact("Mei")
    visit(lin)
    visit(mei)
    assert (counted(lin).points, counted(mei).points) == (9, 9)

    merge = contacts_merged(lin.pk, mei.pk, by=ops, now=clock.now())
    assert counted(lin).points == 18
    contact_unmerged(merge, by=ops, now=clock.now())
    assert (counted(lin).points, counted(mei).points) == (9, 9)
