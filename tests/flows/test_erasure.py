"""A person who is erased: nothing says who they were, what waits for them is off, and everything is still counted."""

import os
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django_tenants.utils import schema_context, tenant_context

from accounts.enums import Role
from analytics.funnel import ReportFilters
from analytics.selectors import funnel, source_table
from campaigns import queries as ledger
from campaigns.enums import Reason, TouchState
from campaigns.models import Enrollment, RepTask, Touchpoint
from campaigns.services.delivery import deliver
from campaigns.services.ledger import claim_batch
from contacts.models import Contact, Identity
from contacts.selectors import contact_detail, contact_erased, contact_search_list
from contacts.services import save_field, set_fields
from events.inputs import Happening
from exchange.services import receive_message
from leads.models import Lead
from leads.services.attachments import Upload
from leads.services.fields import set_lead_fields
from leads.services.interactions import Said
from scheduler.services import drain_tenant
from scrm.core import clock, failpoints
from scrm.flows.arrival import lead_arrived
from scrm.flows.companies import person_placed
from scrm.flows.consent import contact_withdrew
from scrm.flows.engagement import contacts_tagged, events_happened
from scrm.flows.erasure import erasure_finished, foresee_erasure, person_erased
from scrm.flows.personal import queries
from scrm.flows.personal.finding import Person
from scrm.flows.personal.inventory import FIELDS
from scrm.flows.scoring import contact_edited
from scrm.flows.starter import lay_out_tenant
from scrm.flows.talks import contact_talked, files_added, talk_changed, talk_deleted, talk_restored
from tests.factories import make_live_sop, make_user, step
from tests.faults.forked import DIED, Child
from tests.faults.work import erase
from tests.flows.arrivals import make_arrival
from tests.flows.test_arrival_at_once import at_once


@pytest.fixture
def lin(acme) -> Contact:
    """Person 1, whom Ben looks after, in an SOP with a mail that waits."""
    lay_out_tenant()
    make_user("ben", takes_leads=True)
    return _arrive()


def _arrive(number: int = 1, **said) -> Contact:
    [outcome] = lead_arrived([make_arrival(number, **said)], now=clock.now())
    return Contact.objects.get(pk=outcome.contact_id)


def test_person_is_nobody_from_then_on(lin):
    ada = make_user("ada", Role.ADMIN)

    assert person_erased(lin.pk, by=ada, now=clock.now())

    left = Contact.objects.get()
    assert (left.name, left.note, left.city) == ("", "", "")
    assert str(left) == "Erased person"
    assert not Identity.objects.exists()
    assert contact_detail(ada, lin.pk) is None
    assert contact_erased(ada, lin.pk) == left
    assert contact_search_list(ada, "Person") == []


def test_numbers_stay_as_they_were(lin):
    ada, filters = make_user("ada", Role.ADMIN), ReportFilters()
    _arrive(2, status="won", source="Fair")
    before = funnel(ada, filters), source_table(ada, filters), Lead.objects.count()

    person_erased(lin.pk, now=clock.now())

    assert (funnel(ada, filters), source_table(ada, filters), Lead.objects.count()) == before


def test_second_time_changes_nothing(lin):
    assert person_erased(lin.pk, now=clock.now())
    erased_at = Contact.objects.get().erased_at

    assert not person_erased(lin.pk, now=clock.now() + timedelta(minutes=1))
    assert Contact.objects.get().erased_at == erased_at


def test_and_cai_s_person_is_not_there_to_be_erased(acme, lin, globex):
    assert not person_erased(lin.pk, now=clock.now())

    with tenant_context(acme):
        assert Contact.objects.get().name == "Person 1"


def test_who_comes_again_is_somebody_new(lin):
    person_erased(lin.pk, now=clock.now())

    again = _arrive()

    assert again.pk != lin.pk
    assert again.name == "Person 1"
    assert Lead.objects.count() == 2
    assert Lead.objects.get(contact=lin).dedupe_key.startswith("erased:")


def test_what_waits_is_off_with_its_reason(lin):
    sop = make_live_sop(step("email", offset={"kind": "days", "n": 1, "at": "09:00"}))
    _enrol(sop, lin)
    RepTask.objects.create(contact=lin, owner=lin.owner, title="Call Person 1", due_at=clock.now())

    person_erased(lin.pk, now=clock.now())

    assert Enrollment.objects.get().exit_reason == Reason.ERASED
    assert list(Touchpoint.objects.values_list("state", "reason")) == [(TouchState.CANCELLED, "erased")]
    assert list(RepTask.objects.values_list("state", "title")) == [("cancelled", "")]


def _enrol(sop, contact: Contact) -> None:
    from campaigns.inputs import Start
    from campaigns.services.enrolment import enroll
    from scheduler.services import due_work

    with due_work():
        assert enroll(sop=sop, starts=[Start(contact.pk, clock.now(), "UTC")]) == 1


def test_touch_that_is_claimed_is_not_sent(lin, mailoutbox):
    sop = make_live_sop(step("email"))
    _enrol(sop, lin)
    batch = claim_batch(lane=sop.lanes.get())
    assert batch.messages

    person_erased(lin.pk, now=clock.now())
    deliver(batch)

    assert mailoutbox == []
    assert Touchpoint.objects.get().state == TouchState.CANCELLED


def test_touch_that_is_being_sent_ends_under_its_own_number(lin):
    sop = make_live_sop(step("email"))
    _enrol(sop, lin)
    batch = claim_batch(lane=sop.lanes.get())
    [message] = batch.messages
    ids = [message.touchpoint_id]
    assert ledger.mark_sending(touchpoint_ids=ids, token=batch.token, now=clock.now())

    person_erased(lin.pk, now=clock.now())
    written = ledger.finish(
        touchpoint_ids=ids,
        token=batch.token,
        held_as=TouchState.SENDING,
        state=TouchState.SENT,
        now=clock.now(),
        provider_ref="ok for person1@example.com",
    )

    assert written == ids
    assert erasure_finished(lin.pk) == 0
    assert list(Touchpoint.objects.values_list("state", "provider_ref")) == [(TouchState.SENT, None)]


def test_nothing_happens_to_an_erased_person_any_more(lin):
    person_erased(lin.pk, now=clock.now())

    happened = Happening(lin.pk, "content_viewed", clock.now(), "again", {"title": "Person 1"})
    [outcome] = events_happened([happened], now=clock.now())

    assert not outcome.new
    assert not contact_withdrew(lin.pk, "email", reason="link", now=clock.now())
    assert contacts_tagged([lin.pk], [], add=True, source="hand", now=clock.now()) == 0


def test_what_somebody_was_typing_about_them_is_not_kept(lin):
    ada, now = make_user("ada", Role.ADMIN), clock.now()
    talk = contact_talked(lin.pk, Said("call", text="Person 1"), by=ada, now=now)
    for subject in ("contact", "lead"):
        save_field(field=None, kind="text", label=f"Of {subject}", subject=subject, by=None, now=now)
    lead, said = Lead.objects.get(), {"role": ada.role, "by": ada, "now": now, "zone": ZoneInfo("UTC")}
    talk_deleted(talk, by=ada, now=now)
    person_erased(lin.pk, now=now)

    late = [
        lambda: contact_edited(lin, by=ada, now=now, name="Aunt of Person 1"),
        lambda: set_fields(contact_id=lin.pk, values={"of_contact": "Person 1"}, **said),
        lambda: set_lead_fields(lead_id=lead.pk, values={"of_lead": "Person 1"}, **said),
        lambda: person_placed(contact=lin, job_title="Aunt of Person 1", by=ada, now=now),
        lambda: files_added(lin.pk, [Upload("person-1.txt", b"Person 1")], by=ada, now=now),
        lambda: talk_changed(talk, Said("call", text="Aunt of Person 1"), by=ada, now=now),
    ]

    for typed in late:
        with pytest.raises(ValidationError):
            typed()
    assert not talk_restored(talk, by=ada, now=now)
    assert erasure_finished(lin.pk) == 0


def test_preview_says_what_goes_and_what_stays_and_writes_nothing(lin):
    lines = {line.table: line for line in foresee_erasure(lin.pk)}

    assert (lines["contacts_identity"].rows, lines["contacts_identity"].deleted) == (2, True)
    assert (lines["leads_lead"].rows, lines["leads_lead"].deleted) == (1, False)
    assert Identity.objects.count() == 2


def test_every_table_has_a_title_that_people_understand():
    titles = {table.name: queries.title_of(table.name) for table in FIELDS.of_persons()}

    assert titles["commerce_voice_topics"] == "voices of customers: topics"
    assert not [title for title in titles.values() if "relationship" in title]


def test_sealed_messages_that_name_them_are_emptied_and_others_are_not(lin):
    now = clock.now()
    for number in (1, 2):
        body = f'{{"phone": "+86 138-{number:04d}-{number:04d}", "mail": "PERSON{number}@example.com"}}'
        receive_message(channel="x", dedupe_key=str(number), payload=body.encode(), now=now)

    person_erased(lin.pk, now=now)

    with connection.cursor() as cursor:
        cursor.execute("SELECT payload IS NULL FROM exchange_inboxmessage ORDER BY id")
        assert cursor.fetchall() == [(True,), (False,)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("138 0000 0001", True),
        ("+86-138-0000-0001", True),
        ('{"phone": "\\u00311380000 0001 person1@example.com"}', True),
        ("Person1@Example.com", True),
        ("13800000002 person2@example.com", False),
        ("0000", False),
        ("", False),
    ],
)
def test_person_is_found_in_a_text_however_they_are_written(text, named):
    person = Person([("phone", "+8613800000001"), ("email", "person1@example.com"), ("external", "1")])

    assert person.is_in(text) is named


def test_who_arrives_while_they_are_erased_is_the_same_before_or_somebody_new_after(own_database):
    """Real threads: whatever comes first, an erased person is nobody and no word of theirs is left."""
    with schema_context("acme"):
        lay_out_tenant()
        lin = _arrive()

        def act(number: int) -> None:
            if number == 6:
                person_erased(lin.pk, now=clock.now())
            else:
                key = "lead:1" if number % 2 else f"way:{number}"
                lead_arrived([make_arrival(1, key=key, note=f"word {number}")], now=clock.now())

        at_once(act, range(12))

        assert erasure_finished(lin.pk) == 0
        assert Contact.objects.get(pk=lin.pk).note == ""
        _arrive()
        assert Contact.objects.filter(erased_at=None).count() == 1
        assert set(Identity.objects.values_list("contact__erased_at", flat=True)) == {None}


def test_two_who_erase_at_once_erase_once(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        lin = _arrive()

        done = at_once(lambda _number: person_erased(lin.pk, now=clock.now()), range(6), threads=6)

        assert sorted(done) == [False] * 5 + [True]


def test_what_breaks_in_the_middle_leaves_a_whole_person(lin):
    failpoints.arm("erasure.written=raise")
    try:
        with pytest.raises(failpoints.Failed):
            person_erased(lin.pk, now=clock.now())
    finally:
        failpoints.arm("")

    assert Contact.objects.get().name == "Person 1"
    assert Identity.objects.count() == 2


@pytest.mark.skipif(not os.environ.get("SCRM_DEEP"), reason="starts a process")
def test_process_that_is_killed_in_the_middle_leaves_a_whole_person(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        lin = _arrive()

        assert Child("erasure.written=kill", erase, lin.pk).wait() == DIED

        assert Contact.objects.get().name == "Person 1"
        assert Identity.objects.count() == 2
        assert person_erased(lin.pk, now=clock.now())
        drain_tenant(seconds=1)
        assert erasure_finished(lin.pk) == 0
