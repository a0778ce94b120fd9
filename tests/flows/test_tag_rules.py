"""Rules asked about everybody: what they would do, what they do, what people decided, and loops."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import Department
from contacts.models import Contact
from events.inputs import Happening
from exchange.enums import JobState
from exchange.models import Job
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.engagement import contacts_tagged, events_happened
from scrm.flows.tag_rules import tag_rule_switched, tag_rules_due, tags_ended
from scrm.flows.tagging_job import begin_rule, rule_run_of
from tagging.enums import TagSource
from tagging.models import TagAssignment, TagChange, TagRule
from tagging.standing import dry_run, hit_list
from tagging.upkeep import edit_tag
from tests.factories import make_contact, make_user
from tests.flows.tagging_world import BERLIN, finish, held, make_rule, make_tags


def switch_on(rule: TagRule) -> Job:
    job = tag_rule_switched(rule, active=True, by=None, now=clock.now())
    assert job is not None
    return finish(job)


def by_hand(contact, tag, *, add: bool = True) -> None:
    contacts_tagged([contact.pk], [tag.pk], add=add, source=TagSource.HAND, now=clock.now())


def views(contact, count: int = 1, **properties) -> None:
    now = clock.now()
    events_happened(
        [Happening(contact.pk, "viewed", now, f"{contact.pk} {place} {now}", properties) for place in range(count)],
        now=now,
    )


@pytest.fixture
def people(acme):
    return [make_contact(name, city=city) for name, city in (("Lin", "Berlin"), ("Wu", "Berlin"), ("Mei", "Rome"))]


def test_a_dry_run_says_what_switching_on_then_does(people):
    [tag] = make_tags("Local")
    rule = make_rule(tag, BERLIN)

    olga = make_user("olga", "ops")
    tried = dry_run(rule, olga, clock.now())
    job = switch_on(rule)

    assert (tried.give, tried.take, {str(pk) for pk in tried.giving}) == (2, 0, {str(people[0].pk), str(people[1].pk)})
    assert held(tag) == {"Lin", "Wu"}
    assert (job.state, job.done, job.total, job.result) == (JobState.DONE, 2, 2, {"give": 2, "take": 0})
    assert {(row.source, row.rule_id, row.evidence) for row in TagAssignment.objects.all()} == {("rule", rule.pk, "R")}
    assert {(hit.contact.name, hit.added) for hit in hit_list(rule, olga)} == {("Lin", True), ("Wu", True)}
    assert dry_run(rule, olga, clock.now()).give == 0


def test_numbers_and_hits_of_a_rule_are_of_those_whom_the_reader_sees(people):
    ben = make_user("ben", "manager", department=Department.objects.create(name="North"))
    Contact.objects.filter(pk=people[0].pk).update(owner=ben)
    [tag] = make_tags("Local")
    rule = make_rule(tag, BERLIN)

    tried = dry_run(rule, ben, clock.now())
    switch_on(rule)

    assert (tried.give, tried.giving) == (1, [people[0].pk])
    assert [hit.contact for hit in hit_list(rule, ben)] == [people[0]]


def test_a_rule_about_everybody_is_off_until_somebody_has_seen_what_it_would_do(people):
    [tag] = make_tags("Local")
    rule = make_rule(tag, BERLIN)
    assert not rule.active

    switch_on(rule)
    again = make_rule(tag, BERLIN, rule=rule, name="Other name")
    assert again.active
    changed = make_rule(tag, {**BERLIN, "value": "Rome"}, rule=rule)

    assert not changed.active
    assert changed.due_at is None


def test_what_no_longer_holds_is_taken_where_the_rule_says_so_and_never_from_people(people):
    [tag, other] = make_tags("Local", "Other")
    keeping, taking = make_rule(other, BERLIN, name="K"), make_rule(tag, BERLIN, takes=True)
    by_hand(people[2], tag)
    switch_on(keeping)
    switch_on(taking)
    Contact.objects.filter(name="Lin").update(city="Rome")

    finish(begin_rule(keeping, by=None, now=clock.now()))
    finish(begin_rule(taking, by=None, now=clock.now()))

    assert held(other) == {"Lin", "Wu"}
    assert held(tag) == {"Wu", "Mei"}
    assert TagChange.objects.get(contact__name="Lin", tag=tag, added=False).rule == taking


def test_over_hand_takes_from_people_too(people):
    [tag] = make_tags("Local")
    by_hand(people[2], tag)

    switch_on(make_rule(tag, BERLIN, takes=True, over_hand=True))

    assert held(tag) == {"Lin", "Wu"}


@pytest.mark.parametrize(("over_hand", "having"), [(False, {"Wu"}), (True, {"Lin", "Wu"})])
def test_what_a_person_took_comes_back_only_over_their_hand(people, over_hand, having):
    [tag] = make_tags("Local")
    by_hand(people[0], tag)
    by_hand(people[0], tag, add=False)

    switch_on(make_rule(tag, BERLIN, over_hand=over_hand))

    assert held(tag) == having


@pytest.mark.parametrize(("over_hand", "having"), [(False, {"Wu"}), (True, {"Lin", "Wu"})])
def test_the_one_tag_of_a_group_that_a_person_gave_stays(people, over_hand, having):
    tag, rival = make_tags("Local", "Guest", exclusive=True)
    by_hand(people[0], rival)

    switch_on(make_rule(tag, BERLIN, over_hand=over_hand))

    assert held(tag) == having
    assert held(rival) == ({"Lin"} if not over_hand else set())


def test_a_rule_at_an_event_leaves_what_people_gave_too(people):
    tag, rival = make_tags("Business", "Casual", exclusive=True)
    make_rule(tag, {}, event_type="viewed")
    by_hand(people[0], rival)
    contacts_tagged([people[1].pk], [rival.pk], add=True, source=TagSource.API, now=clock.now())

    views(people[0])
    views(people[1])

    assert (held(rival), held(tag)) == ({"Lin"}, {"Wu"})


@pytest.mark.parametrize("at_event", [False, True])
def test_what_a_person_gave_for_a_while_leaves_room_as_soon_as_it_has_ended(people, at_event):
    tag, rival = make_tags("Local", "Guest", exclusive=True)
    by_hand(people[0], rival)
    by_hand(people[1], rival)
    TagAssignment.objects.filter(contact=people[0]).update(expires_at=clock.now())

    if at_event:
        make_rule(tag, {}, event_type="viewed")
        views(people[0])
        views(people[1])
    else:
        switch_on(make_rule(tag, BERLIN))

    assert (held(tag), held(rival)) == ({"Lin"}, {"Wu"})


def test_an_event_gives_at_once_what_a_rule_about_everybody_counts(people):
    [tag] = make_tags("Keen")
    make_rule(make_tags("x", group="x")[0], {}, event_type="viewed")
    asked = {"fact": "events.count", "op": "gte", "value": 3, "args": {"type": "viewed", "days": 7}}
    switch_on(make_rule(tag, asked))

    views(people[0], 2)
    assert held(tag) == set()
    views(people[0])

    assert held(tag) == {"Lin"}


def test_each_hour_rules_are_asked_again_and_those_with_nothing_to_do_make_no_job(people, monkeypatch):
    [tag] = make_tags("Local")
    rule = make_rule(tag, BERLIN, takes=True)
    switch_on(rule)
    runs = Job.objects.count()
    later = clock.now() + timedelta(hours=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)

    tag_rules_due(Budget(5))
    assert Job.objects.count() == runs
    rule.refresh_from_db()
    assert rule.due_at == later + timedelta(hours=1)
    Contact.objects.filter(name="Mei").update(city="Berlin")
    later += timedelta(hours=2)
    tag_rules_due(Budget(5))

    finish(rule_run_of(rule))
    assert held(tag) == {"Lin", "Wu", "Mei"}


def test_a_rule_is_asked_about_everybody_once_at_a_time_and_not_while_it_is_off(people):
    [tag] = make_tags("Local")
    rule = make_rule(tag, BERLIN)
    job = tag_rule_switched(rule, active=True, by=None, now=clock.now())

    assert begin_rule(rule, by=None, now=clock.now()) is None
    tag_rule_switched(rule, active=False, by=None, now=clock.now())

    assert finish(job).state == JobState.FAILED
    assert held(tag) == set()


def test_rules_that_would_go_round_for_ever_are_refused_with_the_way(people):
    x, y = make_tags("X", "Y")

    def has(tag, op):
        return {"fact": "tags", "op": op, "value": [tag.code]}

    switch_on(make_rule(y, has(x, "has_any"), name="If X then Y"))

    with pytest.raises(ValidationError, match="X unless Y → If X then Y → X unless Y"):
        make_rule(x, has(y, "has_none"), takes=True, name="X unless Y")

    assert TagRule.objects.count() == 1


def test_a_loop_that_came_up_meanwhile_is_refused_when_the_second_is_switched_on(people):
    x, y = make_tags("X", "Y")
    one = make_rule(y, {"fact": "tags", "op": "has_any", "value": [x.code]}, name="1")
    two = make_rule(x, {"fact": "tags", "op": "has_none", "value": [y.code]}, takes=True, name="2")
    switch_on(two)

    with pytest.raises(ValidationError, match="for ever"):
        tag_rule_switched(one, active=True, by=None, now=clock.now())

    one.refresh_from_db()
    assert not one.active


def test_tags_end_by_themselves_and_last_longer_when_they_are_given_once_more(people, monkeypatch):
    [tag] = make_tags("Keen")
    edit_tag(tag=tag, name="Keen", colour="red", lasts_days=30, by=None, now=clock.now())
    make_rule(tag, {}, event_type="viewed")
    began = clock.now()
    views(people[0])
    views(people[1])

    monkeypatch.setattr(clock, "now", lambda: began + timedelta(days=20))
    views(people[1])
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(days=31))
    tags_ended(Budget(5))

    assert held(tag) == {"Wu"}
    gone = TagChange.objects.get(tag=tag, added=False)
    assert (gone.contact, gone.source) == (people[0], TagSource.ENDED)


def test_and_cai_s_people_are_not_asked_about(people, acme, globex):
    make_contact("Cai's", city="Berlin")
    connection.set_tenant(acme)
    [tag] = make_tags("Local")

    switch_on(make_rule(tag, BERLIN))

    assert held(tag) == {"Lin", "Wu"}
    connection.set_tenant(globex)
    assert Contact.objects.count() == 1
    assert not TagAssignment.objects.exists()
