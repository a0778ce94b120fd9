"""A tag for many by hand: in batches, stopped, gone on with, and taken back."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from contacts.models import Contact
from exchange import jobs
from exchange.enums import JobState
from exchange.models import Job, JobChange
from scheduler.budget import Budget
from scheduler.models import WakeUp
from scrm.core import clock
from scrm.flows import tagging_job, tagging_undo
from scrm.flows.engagement import contacts_tagged
from scrm.flows.jobs import jobs_due
from scrm.flows.tagging_job import begin_list, cancel_tagging
from scrm.flows.tagging_undo import begin_undo, can_be_undone
from tagging.enums import TagSource
from tagging.models import TagAssignment, TagChange
from tests.factories import make_contact, make_user
from tests.flows.tagging_world import finish, held, make_tags, since


@pytest.fixture
def ada(acme):
    return make_user("ada", "ops")


@pytest.fixture
def people(acme):
    return [make_contact(name) for name in ("Ann", "Bo", "Cy", "Di", "Ed")]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(tagging_job, "_AT_ONCE", 2)
    monkeypatch.setattr(tagging_undo, "_AT_ONCE", 2)


def tag_all(tag, by, *, add: bool = True, **fields) -> Job:
    people = Contact.objects.all()
    return begin_list(people, tag, add=add, title="a list", by=by, now=clock.now(), **fields)


def by_hand(contact, tag, *, add: bool = True, by=None) -> None:
    contacts_tagged([contact.pk], [tag.pk], add=add, source=TagSource.HAND, by=by, now=clock.now())


def test_everybody_of_a_list_gets_the_tag_and_who_had_it_is_left_alone(ada, people):
    [tag] = make_tags("VIP")
    by_hand(people[0], tag)
    before = since(tag, people[0].pk)

    job = finish(tag_all(tag, ada))

    assert held(tag) == {"Ann", "Bo", "Cy", "Di", "Ed"}
    assert (job.done, job.total, job.result["give"]) == (5, 5, 4)
    assert since(tag, people[0].pk) == before
    assert {(row.source, row.by, row.evidence) for row in TagAssignment.objects.exclude(contact=people[0])} == {
        ("hand", ada, "VIP · a list")
    }
    assert AuditEntry.objects.filter(action="tag.many_done", actor=ada).count() == 1


def test_a_worker_that_dies_in_the_middle_is_gone_on_with_by_the_next(ada, people, monkeypatch):
    [tag] = make_tags("VIP")
    job = tag_all(tag, ada)
    claimed = jobs.claim_job(kinds=[tagging_job.KIND], now=clock.now())
    tagging_job.work(claimed, Budget(0))
    assert len(held(tag)) == 2

    later = clock.now() + jobs.LEASE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    job = finish(job)

    assert len(held(tag)) == 5
    assert (job.done, job.result["give"]) == (5, 5)
    with pytest.raises(jobs.JobLost):
        tagging_job.work(claimed, Budget(0))
    assert TagChange.objects.count() == 5


def test_stopped_it_leaves_what_it_did_and_that_can_be_taken_back(ada, people):
    [tag] = make_tags("VIP")
    job = tag_all(tag, ada)
    tagging_job.work(jobs.claim_job(kinds=[tagging_job.KIND], now=clock.now()), Budget(0))

    assert cancel_tagging(job, by=ada)

    jobs_due(Budget(5))
    job.refresh_from_db()
    assert (job.state, len(held(tag))) == (JobState.CANCELLED, 2)
    assert can_be_undone(job) == 2
    undo = finish(begin_undo(job, by=ada))
    assert (undo.done, undo.total, undo.result) == (2, 2, {"back": 2, "stay": 0})
    assert held(tag) == set()


def test_taken_back_everybody_has_the_tags_of_before(ada, people):
    tag, rival = make_tags("Gold", "Silver", exclusive=True)
    contacts_tagged([people[0].pk], [rival.pk], add=True, source=TagSource.API, now=clock.now(), evidence="shop")
    by_hand(people[1], tag)
    before = since(rival, people[0].pk)
    job = finish(tag_all(tag, ada))
    assert held(rival) == set()

    undo = finish(begin_undo(job, by=ada))

    assert (held(tag), held(rival)) == ({"Bo"}, {"Ann"})
    assert since(rival, people[0].pk) == before
    assert undo.result == {"back": 4, "stay": 0}
    assert can_be_undone(job) == 0
    assert begin_undo(job, by=ada) is None


def test_who_was_touched_since_stays(ada, people):
    [tag] = make_tags("VIP")
    job = finish(tag_all(tag, ada))
    by_hand(people[0], tag, add=False)
    by_hand(people[1], tag, add=False)
    by_hand(people[1], tag)

    undo = finish(begin_undo(job, by=ada))

    assert held(tag) == {"Bo"}
    assert undo.result == {"back": 3, "stay": 2}
    assert set(JobChange.objects.values_list("subject", "why")) == {
        (people[0].pk, "touched"),
        (people[1].pk, "touched"),
    }


def test_a_tag_taken_from_many_comes_back_as_it_was(ada, people):
    [tag] = make_tags("VIP")
    for contact in people[:3]:
        by_hand(contact, tag)
    before = since(tag, people[0].pk)
    job = finish(tag_all(tag, ada, add=False))
    assert (held(tag), job.result["take"]) == (set(), 3)
    by_hand(people[2], tag)

    undo = finish(begin_undo(job, by=ada))

    assert held(tag) == {"Ann", "Bo", "Cy"}
    assert since(tag, people[0].pk) == before
    assert undo.result == {"back": 2, "stay": 1}


@pytest.mark.parametrize("add", [False, True])
def test_a_tag_comes_back_until_when_it_was_given_and_the_end_is_woken_up_for(acme, ada, people, add):
    tag, rival = make_tags("Coupon", "Other", exclusive=True)
    until = clock.now() + timedelta(days=3)
    contacts_tagged([people[0].pk, people[1].pk], [tag.pk], add=True, source=TagSource.HAND, now=clock.now())
    TagAssignment.objects.filter(contact=people[0]).update(expires_at=until)
    job = finish(tag_all(rival if add else tag, ada, add=add))
    undo = begin_undo(job, by=ada)
    WakeUp.objects.update(due_at=until + timedelta(days=365))

    finish(undo)

    ends = dict(TagAssignment.objects.filter(tag=tag).values_list("contact__name", "expires_at"))
    assert ends == {"Ann": until, "Bo": None}
    assert WakeUp.objects.get(tenant=acme).due_at <= until


def test_tags_for_many_may_end(ada, people):
    [tag] = make_tags("VIP")
    until = clock.now() + timedelta(days=3)

    finish(tag_all(tag, ada, until=until))

    assert set(TagAssignment.objects.values_list("expires_at", flat=True)) == {until}


def test_nobody_at_all_is_done_at_once(ada):
    [tag] = make_tags("VIP")

    job = begin_list(Contact.objects.none(), tag, add=True, title="nobody", by=ada, now=clock.now())

    assert finish(job).result == {"give": 0, "take": 0}
