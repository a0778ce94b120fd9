"""Segments follow what happens: at once, for those it can matter to, and whoever is to know is told."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from accounts.audit import seal_audit
from audiences.check_queries import MOST_MOVES_AN_HOUR
from audiences.models import Segment, SegmentCheck, SegmentMember, SegmentMove, SegmentRun
from audiences.services import refresh_segment, save_segment
from audiences.services_checks import check_contacts
from campaigns.enums import Trigger
from campaigns.models import Enrollment
from contacts.models import Contact
from events.inputs import Happening
from events.models import Event
from exchange.models import Webhook, WebhookDelivery
from scheduler.budget import Budget
from scheduler.services import drain_tenant, due_work
from scrm.core import clock
from scrm.flows.audience import checks_due, moves_due, segment_removed, uses_of_segment
from scrm.flows.contact_merge import contacts_merged
from scrm.flows.engagement import contacts_tagged, events_happened
from scrm.flows.scoring import contact_edited
from scrm.flows.starter import lay_out_tenant
from tagging.enums import TagSource
from tagging.models import Tag
from tests.factories import make_contact, make_live_sop, make_user, step
from tests.flows.test_purchase import buyer, purchase, report

VIEWED_TWICE = {"fact": "events.count", "op": "gte", "value": 2, "args": {"type": "content_viewed", "days": 7}}
IN_BERLIN = {"fact": "contact.city", "op": "is", "value": "Berlin"}
TAGGED = {"fact": "tags", "op": "has", "value": "asked-price"}


@pytest.fixture
def ready(acme):
    lay_out_tenant()
    seal_audit()
    return acme


def save(name, condition, **fields):
    return save_segment(
        **{"name": name, "kind": "dynamic", "condition": condition, "by": None, "now": clock.now(), **fields}
    )


def view(contact, key, at=None):
    events_happened([Happening(contact.pk, "content_viewed", at or clock.now(), key, {})], now=clock.now())


def tag(contact, *, add=True):
    tags = [Tag.objects.get(code="asked-price").pk]
    contacts_tagged([contact.pk], tags, add=add, source=TagSource.HAND, by=None, now=clock.now())


def drain():
    drain_tenant(seconds=5)


def inside(segment) -> set[str]:
    return set(segment.members.filter(left_at=None).values_list("contact__name", flat=True))


def test_an_event_lets_somebody_in_at_once(ready):
    lin, segment = make_contact(), save("Readers", VIEWED_TWICE)
    view(lin, "1")
    drain()
    assert inside(segment) == set()

    view(lin, "2")
    drain()

    segment.refresh_from_db()
    assert (inside(segment), segment.size) == ({"Lin"}, 1)
    assert SegmentRun.objects.filter(cause="changes").values_list("entered", "left").get() == (1, 0)


def test_a_tag_lets_in_and_out_and_a_second_stay_is_kept(ready):
    lin, segment = make_contact(), save("Asked", TAGGED)
    for add in (True, False, True):
        tag(lin, add=add)
        drain()

    stays = SegmentMember.objects.filter(segment=segment).order_by("pk")
    assert [stay.left_at is None for stay in stays] == [False, True]
    assert SegmentRun.objects.filter(cause="changes").values_list("entered", "left", "size").get() == (2, 1, 1)


def test_who_still_fits_stays_untouched_however_often_they_are_looked_at(ready):
    lin, segment = make_contact(), save("Readers", VIEWED_TWICE)
    for key in ("1", "2", "3", "4"):
        view(lin, key)
        drain()

    stay = SegmentMember.objects.get(segment=segment)
    assert stay.left_at is None
    assert SegmentRun.objects.filter(cause="changes").values_list("entered", "left", "size").get() == (1, 0, 1)


def test_who_is_erased_meanwhile_does_not_come_in(ready):
    lin, segment = make_contact(), save("Asked", TAGGED)
    tag(lin)
    Contact.objects.filter(pk=lin.pk).update(erased_at=clock.now())

    drain()
    refresh_segment(segment=segment, now=clock.now())

    assert not SegmentMember.objects.exists()


def test_an_order_lets_in_who_bought_so_often(ready):
    segment = save("Buyers", {"fact": "orders.count", "op": "gte", "value": 1})

    report(purchase("1", who=buyer()))
    drain()

    assert inside(segment) == {"Lin"}


def test_an_edited_card_lets_in(ready):
    lin, segment = make_contact(), save("Berlin", IN_BERLIN)

    contact_edited(lin, by=make_user("olga", "ops"), now=clock.now(), city="Berlin")
    drain()

    assert inside(segment) == {"Lin"}


def test_a_change_that_can_matter_to_no_segment_is_not_even_noted(ready):
    lin = make_contact()
    save("Readers", VIEWED_TWICE)
    save("Frozen", TAGGED, kind="frozen")
    Segment.objects.filter(name="Frozen").update(watches=["tag"])

    tag(lin)
    contact_edited(lin, by=make_user("olga", "ops"), now=clock.now(), city="Berlin")

    assert not SegmentCheck.objects.exists()


def test_only_segments_that_it_can_matter_to_are_gone_through(ready):
    lin = make_contact(city="Berlin")
    visited = {"fact": "events.count", "op": "gte", "value": 1, "args": {"type": "page_visited"}}
    visitors, berlin = save("Visitors", visited), save("Berlin", IN_BERLIN)
    SegmentMember.objects.filter(segment=berlin).delete()
    events_happened([Happening(lin.pk, "page_visited", clock.now(), "1", {})], now=clock.now())

    drain()

    assert (inside(visitors), inside(berlin)) == ({"Lin"}, set())


def test_noting_a_change_takes_no_statement_of_its_own(ready):
    lin = make_contact()
    with CaptureQueriesContext(connection) as without:
        view(lin, "1")
    save("Readers", VIEWED_TWICE)

    with CaptureQueriesContext(connection) as along:
        view(lin, "2")

    assert SegmentCheck.objects.count() == 1
    # The bell rings for what is due now, whoever made it so.
    assert len(along) - len(without) <= 1


def test_fifty_segments_are_looked_at_in_a_few_statements(ready):
    lin = make_contact()
    for number in range(50):
        condition = {**VIEWED_TWICE, "value": number + 1}
        Segment.objects.create(
            name=str(number), condition=condition, created_at=clock.now(), watches=["event:content_viewed"]
        )
    view(lin, "1")

    with CaptureQueriesContext(connection) as asked, due_work():
        check_contacts(now=clock.now())

    assert SegmentMember.objects.count() == 1
    # Who is to be looked at, which segments, what they say, the facts, the answer, and the run of the hour.
    assert len([each for each in asked if "audiences_" in each["sql"] or "contacts_contact" in each["sql"]]) == 7


def test_coming_and_going_is_told_once(ready):
    lin, segment = make_contact(), save("Asked", TAGGED)
    Webhook.objects.create(
        name="Ear",
        url="https://example.com/",
        event_types=["segment.entered", "segment.left"],
        active=True,
        created_at=clock.now(),
    )
    for add in (True, False):
        tag(lin, add=add)
        for _time in range(2):
            checks_due(Budget(5))
            moves_due(Budget(5))

    told = Event.objects.filter(contact=lin, type__code__startswith="segment_").order_by("pk")
    assert [(each.type.code, each.properties["name"]) for each in told] == [
        ("segment_entered", "Asked"),
        ("segment_left", "Asked"),
    ]
    assert list(WebhookDelivery.objects.order_by("pk").values_list("event_type", "data")) == [
        (name, {"contact_id": str(lin.pk), "segment_id": str(segment.pk)})
        for name in ("segment.entered", "segment.left")
    ]
    assert not SegmentMove.objects.exists()


def test_who_is_in_it_from_the_start_did_not_come(ready):
    make_contact(city="Berlin")

    segment = save("Berlin", IN_BERLIN)
    refresh_segment(segment=segment, now=clock.now())

    assert inside(segment) == {"Lin"}
    assert not SegmentMove.objects.exists()


def test_a_refresh_tells_of_who_came_meanwhile(ready):
    segment = save("Berlin", IN_BERLIN)
    make_contact(city="Berlin")

    refresh_segment(segment=segment, now=clock.now())

    assert SegmentMove.objects.get().entered


@pytest.mark.parametrize(("trigger", "entered"), [(Trigger.SEGMENT_ENTERED, True), (Trigger.SEGMENT_LEFT, False)])
def test_an_sop_starts_with_it(ready, trigger, entered):
    lin, segment, other = make_contact(), save("Asked", TAGGED), save("Berlin", IN_BERLIN)
    make_live_sop(step(), name="Other", trigger=trigger, trigger_segment=other)
    sop = make_live_sop(step(), name="This", trigger=trigger, trigger_segment=segment)
    tag(lin)
    drain()
    assert Enrollment.objects.exists() is entered

    tag(lin, add=False)
    drain()

    assert Enrollment.objects.get().sop == sop


def test_what_goes_round_in_circles_is_told_no_more(ready):
    lin, segment = make_contact(), save("Asked", TAGGED)
    SegmentMember.objects.bulk_create(
        SegmentMember(segment=segment, contact=lin, entered_at=clock.now(), left_at=clock.now())
        for _time in range(MOST_MOVES_AN_HOUR)
    )

    tag(lin)
    with due_work():
        check_contacts(now=clock.now())

    assert inside(segment) == {"Lin"}
    assert not SegmentMove.objects.exists()


def test_a_segment_that_asks_about_moves_does_not_drive_itself_on(ready):
    lin = make_contact()
    moved = {"fact": "events.count", "op": "is", "value": 0, "args": {"type": "segment_entered"}}
    segment = save("Never moved", {"all": [moved, TAGGED]})
    tag(lin)
    for _time in range(3):
        drain()

    assert inside(segment) == {"Lin"}
    assert Event.objects.filter(type__code="segment_entered").count() == 1
    refresh_segment(segment=segment, now=clock.now())
    assert inside(segment) == set()


def test_merged_people_are_looked_at_again(ready):
    lin, wu = make_contact(), make_contact("Wu")
    segment = save("Readers", VIEWED_TWICE)
    view(lin, "1")
    view(wu, "2")
    drain()
    assert inside(segment) == set()

    contacts_merged(lin.pk, wu.pk, by=make_user("olga", "ops"), now=clock.now())
    drain()

    assert Contact.objects.filter(segments__segment=segment).count() == 1


def test_it_is_not_deleted_while_an_sop_begins_with_it(ready):
    segment = save("Asked", TAGGED)
    named = save("Named", {"fact": "segments", "op": "has", "value": str(segment.pk)})
    sop = make_live_sop(step(), trigger=Trigger.SEGMENT_ENTERED, trigger_segment=segment)

    assert uses_of_segment(segment) == ([named], [sop])
    assert segment_removed(segment, by=None, now=clock.now()) == [sop.name]
    assert Segment.objects.filter(pk=segment.pk).exists()
    assert segment_removed(named, by=None, now=clock.now()) == []


def test_and_cai_s_segments_look_at_none_of_ours(ready, globex):
    lay_out_tenant()
    cai = save("Readers", VIEWED_TWICE)
    with tenant_context(ready):
        lin, ours = make_contact(), save("Readers", VIEWED_TWICE)
        view(lin, "1", clock.now() - timedelta(hours=1))
        view(lin, "2")

    drain()

    assert (inside(cai), SegmentCheck.objects.count()) == (set(), 0)
    with tenant_context(ready):
        assert SegmentCheck.objects.count() == 2
        drain()
        assert inside(ours) == {"Lin"}
