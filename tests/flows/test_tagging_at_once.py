"""What people do to tags, rules and segments while jobs work on them, and days where the business is."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from audiences.models import Segment, SegmentMember
from audiences.services import refresh_segment, save_segment
from contacts.models import Contact
from contacts.queries import contact_ids_matching
from events.inputs import Happening
from events.services import ensure_event_types
from exchange import jobs
from exchange.enums import JobState
from exchange.models import Job
from scheduler.budget import Budget
from scrm.core import clock
from scrm.core.conditions import facts, parse
from scrm.flows import tagging_job
from scrm.flows.engagement import events_happened
from scrm.flows.jobs import jobs_due
from scrm.flows.tag_rules import tag_rule_switched
from scrm.flows.tagging_job import begin_list
from tagging.models import TagChange, TagRule
from tagging.services_rules import save_tag_rule
from tagging.upkeep import archive_tag
from tenants.selectors import tenant_current
from tests.factories import make_contact, make_user
from tests.flows.tagging_world import BERLIN, finish, held, make_rule, make_tags

CITIES = {"Ann": "Berlin", "Bo": "Berlin", "Cy": "Berlin", "Di": "Rome", "Ed": "Rome"}
IN_ROME = {**BERLIN, "value": "Rome"}


@pytest.fixture
def ada(acme):
    return make_user("ada", "ops")


@pytest.fixture(autouse=True)
def people(acme, monkeypatch):
    monkeypatch.setattr(tagging_job, "_AT_ONCE", 2)
    return {name: make_contact(name, city=city) for name, city in CITIES.items()}


def first_batch(job: Job) -> None:
    """Whom it is about is noted, and two of them are worked off."""
    claimed = jobs.claim_job(kinds=[tagging_job.KIND], now=clock.now(), job_id=job.pk)
    tagging_job.work(claimed, Budget(0))
    if job.options["what"] != tagging_job.LIST:
        tagging_job.work(claimed, Budget(0))
    jobs.put_back(job=claimed, due_at=clock.now())


def ended(job: Job) -> Job:
    while jobs_due(Budget(60)):
        pass
    job.refresh_from_db()
    return job


def test_a_rule_that_is_edited_stops_its_job_until_somebody_has_seen_what_it_says_now(ada):
    [tag] = make_tags("Berliner")
    rule = make_rule(tag, BERLIN)
    job = tag_rule_switched(rule, active=True, by=ada, now=clock.now())
    first_batch(job)
    given = held(tag)
    assert len(given) == 2

    now = clock.now()
    save_tag_rule(rule=rule, name="R", tag=tag, event_type="", condition=IN_ROME, by=ada, now=now)

    assert (ended(job).state, held(tag)) == (JobState.FAILED, given)
    again = tag_rule_switched(rule, active=True, by=ada, now=clock.now())
    finish(again)
    assert held(tag) == {*given, "Di", "Ed"}


def saved(rule: TagRule, **fields) -> TagRule:
    said = {"name": rule.name, "tag": rule.tag, "event_type": "", "condition": BERLIN, **fields}
    return save_tag_rule(rule=rule, **said, by=None, now=clock.now())


def test_a_rule_that_somebody_switched_off_stays_off_when_a_colleague_saves_its_name(ada):
    rule = make_rule(*make_tags("Berliner"), BERLIN)
    tag_rule_switched(rule, active=True, by=ada, now=clock.now())
    loaded = TagRule.objects.get(pk=rule.pk)
    tag_rule_switched(rule, active=False, by=ada, now=clock.now())

    saved(loaded, name="People of Berlin")

    rule.refresh_from_db()
    assert (rule.name, rule.active, rule.due_at) == ("People of Berlin", False, None)


def test_a_rule_at_an_event_that_is_saved_without_a_word_about_it_stays_on_or_off(ada):
    rule = make_rule(*make_tags("Keen"), {}, event_type="viewed")
    loaded = TagRule.objects.get(pk=rule.pk)
    tag_rule_switched(rule, active=False, by=ada, now=clock.now())

    assert not saved(loaded, event_type="viewed", condition={}).active


def test_what_a_rule_says_since_somebody_looked_is_not_switched_on_unseen(ada):
    rule = make_rule(*make_tags("Berliner"), BERLIN)
    looked_at = TagRule.objects.get(pk=rule.pk)
    saved(rule, condition=IN_ROME)

    with pytest.raises(ValidationError, match="has just changed this rule"):
        tag_rule_switched(looked_at, active=True, by=ada, now=clock.now())

    rule.refresh_from_db()
    assert (rule.active, rule.due_at, Job.objects.count()) == (False, None, 0)


def test_who_no_longer_fits_when_their_turn_comes_gets_nothing(ada):
    [tag] = make_tags("Berliner")
    job = tag_rule_switched(make_rule(tag, BERLIN), active=True, by=ada, now=clock.now())
    first_batch(job)
    Contact.objects.exclude(name__in=held(tag)).update(city="Rome")

    finish(job)

    assert len(held(tag)) == 2
    assert Job.objects.get(pk=job.pk).result["give"] == 2


def test_a_tag_that_is_put_away_stops_what_gives_it_but_not_what_takes_it(ada):
    given, taken = make_tags("Given", "Taken")
    everybody = Contact.objects.all()
    finish(begin_list(everybody, taken, add=True, title="all", by=ada, now=clock.now()))
    giving = begin_list(everybody, given, add=True, title="all", by=ada, now=clock.now())
    taking = begin_list(everybody, taken, add=False, title="all", by=ada, now=clock.now())
    first_batch(giving)
    first_batch(taking)

    for tag in (given, taken):
        archive_tag(tag=tag, by=ada, now=clock.now())

    assert (ended(giving).state, len(held(given))) == (JobState.FAILED, 2)
    assert (ended(taking).state, held(taken)) == (JobState.DONE, set())


def test_two_jobs_on_one_tag_give_it_to_each_once(ada):
    [tag] = make_tags("VIP")
    one = begin_list(Contact.objects.all(), tag, add=True, title="one", by=ada, now=clock.now())
    other = begin_list(Contact.objects.filter(city="Berlin"), tag, add=True, title="two", by=ada, now=clock.now())
    for job in (one, other, one):
        first_batch(job)

    finish(one)
    finish(other)

    assert len(held(tag)) == len(CITIES) == TagChange.objects.filter(tag=tag, added=True).count()
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.result["give"] + other.result["give"] == len(CITIES)


def test_a_refresh_goes_by_what_the_segment_says_when_its_turn_comes(ada):
    segment = save_segment(name="S", kind="dynamic", condition=BERLIN, by=ada, now=clock.now())
    stale = Segment.objects.get(pk=segment.pk)
    save_segment(segment=segment, name="S", kind="dynamic", condition=IN_ROME, by=ada, now=clock.now())

    change = refresh_segment(segment=stale, now=clock.now())

    members = SegmentMember.objects.filter(segment=segment)
    assert set(members.filter(left_at=None).values_list("contact__name", flat=True)) == {"Di", "Ed"}
    assert (change.entered, change.left, change.size) == (0, 0, 2)
    assert members.count() == len(CITIES)


def test_a_day_of_an_event_is_one_where_the_business_is(ada, people):
    ensure_event_types(declared=[{"code": "viewed", "name": "Viewed", "properties": {}}])
    zone = ZoneInfo(tenant_current().zone)
    assert zone.key != "UTC"
    midnight = datetime(2026, 3, 10, tzinfo=zone)
    moments = {
        "Ann": midnight - timedelta(seconds=1),
        "Bo": midnight,
        "Cy": midnight + timedelta(days=1, seconds=-1),
        "Di": midnight + timedelta(days=1),
    }
    happened = [Happening(people[name].pk, "viewed", at, f"viewed {name}", {}) for name, at in moments.items()]
    events_happened(happened, now=clock.now())

    args = {"type": "viewed", "since": "2026-03-10", "until": "2026-03-10"}
    rule = parse({"fact": "events.count", "op": "gte", "value": 1, "args": args}, facts)

    found = contact_ids_matching(rule, clock.now())
    assert set(Contact.objects.filter(pk__in=found).values_list("name", flat=True)) == {"Bo", "Cy"}
