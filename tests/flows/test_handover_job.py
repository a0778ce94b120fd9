"""All that somebody leaves behind goes to colleagues as a job, and comes back where nobody touched it since."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import AuditEntry, Department
from alerts.enums import AlertKind
from alerts.models import Alert
from campaigns.enums import EnrollmentState
from campaigns.models import Enrollment, RepTask
from contacts.models import Contact, OwnerChange
from exchange import jobs
from exchange.enums import JobState
from exchange.models import Job, JobChange
from leads.models import AssignmentRule, Lead, Opportunity
from leads.services.interactions import Said, log_interaction
from leads.services.opportunities import Deal, create_opportunity, ensure_opportunity_stages
from scrm.core import clock
from scrm.flows import handover_job, handover_undo
from scrm.flows.handover import contacts_handed_over
from scrm.flows.handover_desk import Recipients, owners_by_share
from scrm.flows.handover_job import begin_hand_over, cancel_hand_over
from scrm.flows.handover_undo import Undone, begin_undo, can_be_undone
from tests.factories import make_contact, make_live_sop, make_user
from tests.flows.handing import finish, hand_over, held, make_lead, take_back
from tests.web.rep_people import client_of, make_customer, make_task

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def shop(acme):
    return Department.objects.create(name="Shop")


@pytest.fixture
def ada(shop):
    return make_user("ada", "manager", department=shop)


@pytest.fixture
def ben(shop):
    return make_user("ben", department=shop)


@pytest.fixture
def bea(shop):
    return make_user("bea", department=shop)


@pytest.fixture
def eve(shop):
    return make_user("eve", department=shop)


def make_deal(contact: Contact, owner) -> Opportunity:
    ensure_opportunity_stages(stages=[("Offer", "open", 40)])
    return create_opportunity(contact_id=contact.pk, deal=Deal("Car", owner_id=owner.pk), by=None, now=clock.now())


def test_all_goes_over_in_batches_with_what_is_of_others_contacts(ada, ben, bea, monkeypatch):
    monkeypatch.setattr(handover_job, "_AT_ONCE", 2)
    customers = [make_customer(ben) for _ in range(5)]
    elsewhere = make_contact("Wu", owner=make_user("dan"))
    make_lead(customers[0], ben, key="1")
    make_lead(elsewhere, ben, key="2")
    make_task(customers[1])
    make_task(elsewhere, owner=ben)
    make_deal(elsewhere, ben)

    job = hand_over(ben, bea, by=ada)

    assert (job.error, job.state, job.done, job.total) == ("", JobState.DONE, 8, 8)
    assert job.result == {"contacts": 5, "leads": 2, "tasks": 2, "deals": 1}
    assert held() == {"Bea": 5, "Dan": 1}
    assert {row.owner for row in [*Lead.objects.all(), *RepTask.objects.all(), *Opportunity.objects.all()]} == {bea}
    assert OwnerChange.objects.filter(before=ben, after=bea, by=ada).count() == 5
    entry = AuditEntry.objects.get(action="person.left_behind")
    assert (entry.actor, entry.details["contacts"], entry.details["to"]) == (ada, 5, [str(bea.pk)])


def test_each_new_owner_is_told_once_and_the_giver_not(ada, ben, bea, monkeypatch):
    monkeypatch.setattr(handover_job, "_AT_ONCE", 2)
    for _ in range(5):
        make_customer(ben)

    hand_over(ben, bea, ada, by=ada)

    alert = Alert.objects.get()
    assert (alert.recipient, alert.kind, alert.count) == (bea, AlertKind.HAND_OVER, held()["Bea"])


def test_shares_hold_across_batches(ada, ben, bea, eve, monkeypatch):
    monkeypatch.setattr(handover_job, "_AT_ONCE", 2)
    for _ in range(9):
        make_customer(ben)

    hand_over(ben, by=ada, shares={bea.pk: 2, eve.pk: 1})

    assert held() == {"Bea": 6, "Eve": 3}


@settings(max_examples=40, deadline=None)
@given(shares=st.lists(st.integers(1, 20), min_size=1, max_size=6), cuts=st.lists(st.integers(0, 40), max_size=5))
def test_everybody_gets_their_share_however_the_batches_are_cut(shares, cuts):
    people = {UUID(int=place + 1): share for place, share in enumerate(shares)}
    passed: dict[UUID, int] = {}
    got: Counter[UUID] = Counter()
    for cut in cuts:
        got.update(owners_by_share([uuid4() for _ in range(cut)], people, passed, NOW).values())

    total = sum(cuts)
    assert sum(got.values()) == total
    for pk, share in people.items():
        assert abs(got[pk] - total * share / sum(shares)) <= len(shares)


def test_assignment_rules_choose_but_never_the_leaver(ada, ben, bea, eve):
    rule = {"condition": {"fact": "city", "op": "is", "value": "Beijing"}, "method": "turns", "or_else": "pool"}
    stored = AssignmentRule.objects.create(name="North", created_at=clock.now(), **rule)
    for user in (ben, eve):
        stored.members.create(user=user)
    make_contact("Lin", owner=ben, city="Beijing")
    make_contact("Wu", owner=ben, city="Shanghai")
    type(bea).objects.filter(pk=bea.pk).update(takes_leads=True)

    hand_over(ben, by=ada)

    assert {contact.name: str(contact.owner) for contact in Contact.objects.all()} == {"Lin": "Eve", "Wu": "Bea"}


def test_those_for_whom_nobody_is_free_stay_and_are_counted(ada, ben):
    contact = make_customer(ben)
    make_lead(contact, ben)

    job = hand_over(ben, by=ada)

    assert (job.state, job.result) == (JobState.DONE, {"left": 1})
    assert held() == {"Ben": 1}
    assert Lead.objects.get().owner == ben


def test_job_ends_when_nobody_who_was_to_get_them_is_left(ada, ben, bea):
    make_customer(ben)
    job = begin_hand_over(ben, Recipients({bea.pk: 1}), by=ada, now=clock.now())
    type(bea).objects.filter(pk=bea.pk).update(is_active=False)

    job = finish(job)

    assert (job.state, bool(job.error)) == (JobState.FAILED, True)
    assert held() == {"Ben": 1}


def test_contacts_beyond_the_givers_reach_stay(ada, ben, bea):
    make_customer(ben)
    type(ben).objects.filter(pk=ben.pk).update(department=None)

    hand_over(ben, bea, by=ada)

    assert held() == {"Ben": 1}


def test_stopped_hand_over_gives_no_more_and_can_be_undone(ada, ben, bea, monkeypatch):
    monkeypatch.setattr(handover_job, "_AT_ONCE", 2)
    for _ in range(4):
        make_customer(ben)
    job = begin_hand_over(ben, Recipients({bea.pk: 1}), by=ada, now=clock.now())
    assert begin_hand_over(ben, Recipients({bea.pk: 1}), by=ada, now=clock.now()) is None
    running = jobs.claim_job(kinds=[handover_job.KIND], now=clock.now())
    handover_job._next_batch(running)

    assert cancel_hand_over(job, by=ada)
    with pytest.raises(jobs.JobLost):
        handover_job._next_batch(running)
    assert held()["Bea"] >= 2
    JobChange.objects.filter(job=job, subject__in=Contact.objects.filter(owner=ben)).delete()
    take_back(Job.objects.get(pk=job.pk), by=ada)

    assert not cancel_hand_over(job, by=ada)
    assert AuditEntry.objects.filter(action="hand_over.cancelled").count() == 1


def test_undo_gives_back_what_nobody_touched(ada, ben, bea, monkeypatch):
    monkeypatch.setattr(handover_undo, "_AT_ONCE", 2)
    customers = [make_customer(ben) for _ in range(3)]
    other, elsewhere = make_user("dan"), make_contact("Wu")
    mine, nobodys = make_lead(customers[0], ben, key="1"), make_lead(customers[0], None, "new", key="2")
    alone = make_lead(elsewhere, ben, key="3")
    make_lead(elsewhere, other, key="4")
    task, deal = make_task(customers[1]), make_deal(customers[2], ben)
    before = dict(Lead.objects.values_list("pk", "status"))
    job = hand_over(ben, bea, by=ada)
    Alert.objects.all().delete()

    undo = take_back(job, by=ada)

    undone = Undone.of(undo)
    assert (undone.contacts, undone.leads, undone.tasks, undone.deals, undone.kept) == (3, 3, 1, 1, 0)
    assert held() == {"Ben": 3, "None": 1}
    assert dict(Lead.objects.values_list("pk", "owner__username")).items() >= {
        (mine.pk, "ben"), (nobodys.pk, None), (alone.pk, "ben"),
    }  # fmt: skip
    assert dict(Lead.objects.values_list("pk", "status")) == before
    assert RepTask.objects.get(pk=task.pk).owner == Opportunity.objects.get(pk=deal.pk).owner == ben
    assert not JobChange.objects.exists()
    assert can_be_undone(job) == 0
    assert begin_undo(job, by=ada) is None
    told = {(alert.recipient, alert.kind): alert.count for alert in Alert.objects.all()}
    assert told == {(ben, AlertKind.HAND_OVER): 4, (bea, AlertKind.HANDED_ON): 4}


def test_what_was_touched_stays_and_says_why(ada, ben, bea, eve):
    names = ["free", "moved", "erased", "talked", "done", "asked", "deal", "edited"]
    made = {name: make_contact(name, owner=ben) for name in names}
    task, deal = make_task(made["done"]), make_deal(made["deal"], ben)
    job = hand_over(ben, bea, by=ada)
    now = clock.now() + timedelta(seconds=1)
    contacts_handed_over([made["moved"].pk], eve.pk, by=ada, now=now)
    Contact.objects.filter(name="erased").update(erased_at=now)
    log_interaction(contact_id=made["talked"].pk, said=Said("call"), lead=None, by=bea, now=now)
    RepTask.objects.filter(pk=task.pk).update(state="done", finished_at=now)
    Lead.objects.filter(pk=make_lead(made["asked"], bea).pk).update(updated_at=now)
    Opportunity.objects.filter(pk=deal.pk).update(updated_at=now)
    Contact.objects.filter(name="edited").update(city="Xi'an", updated_at=now)

    undo = take_back(job, by=ada)

    staying = {
        Contact.objects.get(pk=row.subject).name: row.why for row in JobChange.objects.filter(job=job, kind="contact")
    }
    assert staying == {
        "moved": "moved", "erased": "gone", "talked": "talked", "done": "done", "asked": "worked", "deal": "deal",
        "edited": "edited",
    }  # fmt: skip
    assert Undone.of(undo).kept == 7
    assert held() == {"Ben": 1, "Eve": 1, "Bea": 6}


def test_chosen_sop_tells_the_customers_and_is_left_again(ada, ben, bea):
    sop = make_live_sop()
    make_customer(ben)

    job = hand_over(ben, bea, by=ada, sop_id=sop.pk)
    assert job.result["started"] == Enrollment.objects.filter(state=EnrollmentState.ACTIVE).count() == 1
    take_back(job, by=ada)

    assert Enrollment.objects.get().state != EnrollmentState.ACTIVE


def test_way_back_is_open_for_seven_days(ada, ben, bea):
    make_customer(ben)
    job = hand_over(ben, bea, by=ada)
    assert can_be_undone(job) == 1

    jobs.tidy_files(now=clock.now() + timedelta(days=7, minutes=1))

    assert not JobChange.objects.exists()
    assert begin_undo(job, by=ada) is None


def test_statements_of_a_batch_do_not_grow_with_it(ada, ben, bea):
    def batch(size: int) -> tuple[int, int]:
        for place in range(size):
            make_task(contact := make_customer(ben))
            make_lead(contact, ben, key=f"{size}-{place}")
            make_deal(contact, ben)
        job = begin_hand_over(ben, Recipients({bea.pk: 1}), by=ada, now=clock.now())
        running = jobs.claim_job(kinds=[handover_job.KIND], now=clock.now())
        with CaptureQueriesContext(
            connection,
        ) as forth:
            handover_job._next_batch(running)
        jobs.put_back(job=running, due_at=clock.now())
        undo = begin_undo(finish(job), by=ada)
        running = jobs.claim_job(kinds=[handover_undo.KIND], now=clock.now())
        with CaptureQueriesContext(connection) as back:
            handover_undo._next_batch(running)
        jobs.cancel_job(job_id=undo.pk, now=clock.now())
        contacts_handed_over(Contact.objects.values_list("pk", flat=True), bea.pk, by=ada, now=clock.now())
        return len(forth), len(back)

    small, large = batch(1), batch(3)

    assert small == large == (24, 33)


def test_page_previews_begins_and_takes_back(ada, ben, bea):
    contact = make_customer(ben)
    make_task(contact)
    type(ben).objects.filter(pk=ben.pk).update(is_active=False)
    desk = client_of(ada)
    overview = desk.get("/contacts/hand-over/", headers={"accept-language": "en"})
    assert b"Left, with customers still theirs" in overview.content
    assert b"(left)" in desk.get(f"/contacts/hand-over/?leaver={ben.pk}", headers={"accept-language": "en"}).content

    said = {"leaver": ben.pk, "way": "people"}
    assert desk.post("/contacts/hand-over/", said).status_code == 422
    answer = desk.post("/contacts/hand-over/", {**said, "person": bea.pk, f"share-{bea.pk}": 2})
    assert desk.get(f"{answer.url}progress/").status_code == 200
    job = finish(Job.objects.get())
    assert desk.get(f"{answer.url}progress/").headers["HX-Refresh"] == "true"
    assert desk.get(answer.url).status_code == 200
    desk.post(f"{answer.url}undo/")
    finish(job)

    assert held() == {"Ben": 1}
    assert desk.get(answer.url).status_code == 200
    assert client_of(make_user("dan", "manager")).get(answer.url).status_code == 404
    assert client_of(bea).post(f"{answer.url}undo/").status_code == 403
    assert Job.objects.filter(kind=handover_undo.KIND).count() == 1


def test_only_who_began_it_or_sees_all_takes_it_back(ada, shop, ben, bea):
    make_customer(ben)
    job = hand_over(ben, bea, by=make_user("olga", "ops"))

    assert client_of(ada).get(f"/contacts/hand-over/{job.pk}/").status_code == 200
    client_of(ada).post(f"/contacts/hand-over/{job.pk}/undo/")
    assert not Job.objects.filter(kind=handover_undo.KIND).exists()
