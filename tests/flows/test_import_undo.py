"""A file taken back: what it made goes, what anybody touched since stays, and why."""

import io
from datetime import timedelta

import pytest
from django_tenants.utils import tenant_context

import contacts.services
import leads.services
from accounts.enums import Role
from accounts.models import AuditEntry
from campaigns.enums import EnrollmentState, TouchState
from campaigns.models import Enrollment, RepTask, Touchpoint
from commerce.models import Order
from contacts.enums import ChannelKind
from contacts.models import Contact, Identity
from events.models import Event
from exchange.enums import JobState
from exchange.models import Job
from leads.models import Interaction, Lead, LeadArrival, MergedLead, Opportunity, Source
from leads.services.source_merges import merge_sources, undo_merge
from lifecycle.models import Position, StageTransition
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows import import_undo, lead_import
from scrm.flows.arrival import lead_arrived
from scrm.flows.import_undo import KIND, begin_undo, cancel_undo, foresee_undo, undone_by
from scrm.flows.jobs import jobs_due
from scrm.flows.starter import lay_out_tenant
from scrm.flows.undo_traces import Stay
from tagging.enums import TagSource
from tagging.models import Tag
from tests.factories import make_live_sop, make_user
from tests.flows.arrivals import email, make_arrival, phone
from tests.flows.importing import bring, counts

FILE = "id,name,phone\n1,Lin,13800138000\n2,Mo,13900139000\n3,Wu,13700137000\n"


@pytest.fixture
def olga(acme):
    lay_out_tenant()
    return make_user("olga", Role.OPS)


@pytest.fixture
def one_at_once(monkeypatch):
    monkeypatch.setattr(import_undo, "_AT_ONCE", 1)


def taken_back(job: Job, olga) -> import_undo.Undone:
    undo = begin_undo(job, by=olga)
    while jobs_due(Budget(0)):
        pass
    undo.refresh_from_db()
    assert (undo.state, undo.done) == (JobState.DONE, undo.total)
    return undone_by(undo)


def lin() -> Lead:
    return Lead.objects.get(contact__name="Lin")


def test_nothing_is_left_of_what_nobody_touched(olga):
    make_live_sop(trigger="lead_captured")
    job = bring(FILE)
    assert (Touchpoint.objects.count(), Event.objects.count(), Position.objects.count()) == (3, 3, 3)

    undone = taken_back(job, olga)

    assert (undone.leads, undone.contacts, undone.kept) == (3, 3, 0)
    for model in (Lead, LeadArrival, Contact, Identity, Event, Position, StageTransition, Enrollment, Touchpoint):
        assert not model.objects.exists(), model
    assert counts(bring(FILE)) == (3, 3, 0, 0, 0)


def test_trail_says_who_took_what_back(olga):
    job = bring(FILE)

    taken_back(job, olga)

    started, done = AuditEntry.objects.filter(action__startswith="import.und").order_by("pk")
    assert (started.action, started.actor_id) == ("import.undo_started", olga.pk)
    assert (done.action, done.actor_id, done.details["leads"]) == ("import.undone", olga.pk, 3)


def _talk(lead):
    Interaction.objects.create(contact=lead.contact, kind="call", at=clock.now())


def _deal(lead):
    Opportunity.objects.create(contact=lead.contact, lead=lead, name="Deal", created_at=clock.now())


def _order(lead):
    now = clock.now()
    Order.objects.create(contact=lead.contact, number="1", amount=1, ordered_at=now, updated_at=now)


def _edit_lead(lead):
    leads.services.mark_lost(lead_ids=[lead.pk], reason="", now=clock.now())


def _edit_contact(lead):
    contacts.services.set_owner(contact_ids=[lead.contact_id], owner_id=make_user("eve").pk, now=clock.now())


def _tag(lead):
    from scrm.flows.engagement import contacts_tagged

    tag = Tag.objects.first()
    contacts_tagged([lead.contact_id], [tag.pk], add=True, source=TagSource.HAND, now=clock.now())


def _bar(lead):
    contacts.services.bar_channel(contact_id=lead.contact_id, channel=ChannelKind.EMAIL, reason="", now=clock.now())


def _come_again(lead):
    lead_arrived([make_arrival(key=lead.dedupe_key, name="Lin", identities=())], now=clock.now())


def _send(lead):
    Touchpoint.objects.filter(contact=lead.contact).update(state=TouchState.SENT, sent_at=clock.now())


def _happen(lead):
    from events.inputs import Happening
    from scrm.flows.engagement import events_happened

    events_happened([Happening(lead.contact_id, "content_viewed", clock.now(), "v1", {})], now=clock.now())


@pytest.mark.parametrize(
    ("touch", "stay"),
    [
        (_talk, Stay.TALKED),
        (_deal, Stay.DEAL),
        (_order, Stay.ORDERED),
        (_edit_lead, Stay.EDITED),
        (_edit_contact, Stay.EDITED),
        (_tag, Stay.EDITED),
        (_bar, Stay.EDITED),
        (_come_again, Stay.TOLD_AGAIN),
        (_send, Stay.SENT),
        (_happen, Stay.HAPPENED),
    ],
)
def test_what_somebody_touched_stays_and_is_told_why(olga, touch, stay):
    make_live_sop(trigger="lead_captured")
    job = bring(FILE)
    touch(lin())
    foreseen = foresee_undo(job)

    undone = taken_back(job, olga)

    assert undone.stay == {stay: 1}
    assert (undone.leads, undone.contacts) == (2, 2)
    assert list(Lead.objects.values_list("contact__name", flat=True)) == ["Lin"]
    assert Enrollment.objects.get().state == EnrollmentState.ACTIVE
    assert (foreseen.total, foreseen.complete, foreseen.undone) == (3, True, undone)


def test_merge_of_sources_keeps_nothing(olga):
    now = clock.now()
    job = bring("id,name,source\n1,Lin,Fair\n2,Mo,Fair\n")
    into = Source.objects.create(name="Shows", created_at=now)
    merge = merge_sources(source=Source.objects.get(name="Fair"), into=into, by=olga, now=now)
    assert merge.leads == 2

    undone = taken_back(job, olga)

    assert (undone.leads, undone.kept) == (2, 0)
    undo_merge(merge=merge, by=olga, now=now)
    assert not MergedLead.objects.exists()


def test_contact_known_before_stays_and_leaves_what_the_lead_began(olga):
    make_live_sop(trigger="lead_captured")
    lead_arrived([make_arrival(identities=(phone("13800138000"),))], now=clock.now(), start_sops=False)
    _talk(Lead.objects.get())
    job = bring(FILE)
    task = RepTask.objects.create(
        contact=Contact.objects.get(name="Person 1"),
        touchpoint=Touchpoint.objects.get(contact__name="Person 1"),
        owner=olga,
        title="Call",
        due_at=clock.now(),
    )

    undone = taken_back(job, olga)

    assert (undone.leads, undone.contacts, undone.contacts_stay) == (3, 2, {"known": 1})
    assert (Contact.objects.get().name, Lead.objects.get().came_by, Event.objects.count()) == ("Person 1", "api", 1)
    assert Enrollment.objects.get().state == EnrollmentState.EXITED
    assert Touchpoint.objects.get().state == TouchState.CANCELLED
    task.refresh_from_db()
    assert task.state == "cancelled"


def test_contact_that_came_another_way_too_keeps_that_lead_alone(olga):
    job = bring(FILE)
    lead_arrived([make_arrival(2, identities=(phone("13800138000"),))], now=clock.now() + timedelta(seconds=1))

    undone = taken_back(job, olga)

    assert Contact.objects.get().name == "Lin"
    assert (undone.leads + undone.kept, Lead.objects.filter(came_by="api").count()) == (3, 1)


def test_lead_that_the_file_only_updated_stays_as_it_is(olga):
    bring(FILE)
    job = bring(FILE.replace("Lin", "Lin Li") + "4,Li,13600136000\n")
    assert counts(job) == (4, 1, 1, 2, 0)

    undone = taken_back(job, olga)

    assert (undone.leads, undone.kept) == (1, 0)
    assert set(Contact.objects.values_list("name", flat=True)) == {"Lin Li", "Mo", "Wu"}


def test_rows_of_one_person_go_together_whatever_batch_they_are_in(olga, one_at_once):
    rows = "id,name,phone\n1,Lin,13800138000\n2,Mo,13900139000\n3,Lin B,13800138000\n"
    job = bring(rows)
    assert (Lead.objects.count(), Contact.objects.count()) == (3, 2)

    undone = taken_back(job, olga)

    assert (undone.leads, undone.contacts, undone.kept) == (3, 2, 0)
    assert not Contact.objects.exists()


def test_rows_of_one_person_that_was_touched_are_each_counted_once(olga, one_at_once):
    job = bring("id,name,phone\n1,Lin,13800138000\n2,Mo,13900139000\n3,Lin B,13800138000\n")
    _talk(Lead.objects.filter(contact__name="Lin").first())

    undone = taken_back(job, olga)

    assert (undone.leads, undone.stay) == (1, {Stay.TALKED: 2})


def test_taking_back_goes_on_where_it_was_and_can_be_stopped(olga, one_at_once):
    job = bring(FILE)
    undo = begin_undo(job, by=olga)

    assert jobs_due(Budget(0))
    undo.refresh_from_db()
    assert (undo.done, undo.total, Lead.objects.count()) == (1, 3, 2)
    assert begin_undo(job, by=olga) is None
    assert cancel_undo(undo, by=olga)
    assert not jobs_due(Budget(1))
    assert Lead.objects.count() == 2

    again = taken_back(job, olga)
    assert (again.leads, Lead.objects.count()) == (2, 0)


def test_worker_that_lost_its_lease_takes_nothing_back(olga, one_at_once):
    from exchange import jobs

    begin_undo(bring(FILE), by=olga)
    slow = jobs.claim_job(kinds=[KIND], now=clock.now())
    quick = jobs.claim_job(kinds=[KIND], now=clock.now() + jobs.LEASE + timedelta(seconds=1))

    with pytest.raises(jobs.JobLost):
        import_undo.work(slow, Budget(5))

    assert Lead.objects.count() == 3
    import_undo.work(quick, Budget(5))
    assert not Lead.objects.exists()


def test_import_under_way_is_not_taken_back(olga):
    job = lead_import.start_import(user=olga, file=io.BytesIO(FILE.encode()), name="leads.csv")

    assert begin_undo(job, by=olga) is None


def test_leads_of_another_business_stay(olga, acme, globex):
    with tenant_context(globex):
        bring(FILE)
    with tenant_context(acme):
        taken_back(bring(FILE), olga)
        assert not Lead.objects.exists()
    with tenant_context(globex):
        assert Lead.objects.count() == 3


def test_statements_do_not_grow_with_the_leads(olga, django_assert_max_num_queries):
    job = bring("id,name,email\n" + "".join(f"{n},N{n},n{n}@example.com\n" for n in range(60)))
    assert email("n1@example.com")
    begin_undo(job, by=olga)

    with django_assert_max_num_queries(128):
        jobs_due(Budget(0))

    assert not Lead.objects.exists()
