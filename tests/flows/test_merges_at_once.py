"""Merges beside arrivals, claims and each other, on connections of their own: each comes wholly before or after."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction
from django_tenants.utils import schema_context

import audiences.services
from audiences.models import Segment, SegmentMove
from campaigns.models import Enrollment, RepTask, Touchpoint
from contacts.models import Contact, ContactMerge, Group, GroupMember, Identity
from events.models import Event
from leads.models import Lead
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.audience import moves_due
from scrm.flows.contact_merge import contact_unmerged, contacts_merged
from scrm.flows.engagement import contacts_tagged
from scrm.flows.starter import lay_out_tenant
from scrm.flows.touchpoint import touchpoints_due
from tagging.enums import TagSource
from tagging.models import Tag, TagAssignment, TagCategory, TagGroup
from tests.factories import make_live_sop, make_user, step
from tests.flows.arrivals import email, make_arrival, phone
from tests.flows.merging import differences, dump
from tests.flows.test_arrival_at_once import at_once
from tests.live import eventually

_PATIENCE = 20.0
ROUNDS = 200 if os.environ.get("SCRM_DEEP") else 2


def arrive(number: int, *ways, key: str = "") -> None:
    said = {"key": key or f"k{number}", "name": f"P{number}", "identities": ways}
    [outcome] = lead_arrived([make_arrival(number, **said)], now=clock.now())
    assert outcome.outcome in ("created", "updated", "unchanged")


def merge(stays, goes) -> str:
    try:
        contacts_merged(stays, goes, by=None, now=clock.now())
    except ValidationError:
        return "refused"
    return "merged"


def people(*numbers: int) -> list:
    for number in numbers:
        arrive(number, phone(f"138{number:08d}"))
    return [Contact.objects.get(name=f"P{number}").pk for number in numbers]


def test_one_of_two_merges_at_once_wins(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        for number in range(ROUNDS):
            one, other, third = people(*range(number * 10, number * 10 + 3))
            before = ContactMerge.objects.count()

            done = at_once(lambda pair: merge(*pair), [(one, other), (other, one), (third, one)], threads=3)

            assert sorted(done) in (["merged", "merged", "refused"], ["merged", "refused", "refused"])
            assert ContactMerge.objects.count() - before == done.count("merged")
            assert Lead.objects.filter(contact__in=[one, other, third]).count() == 3


def beside(stays, goes, *works) -> None:
    """A merge, and these at the same moment."""
    done = at_once(lambda work: work(), [partial(merge, stays, goes), *works], threads=len(works) + 1)
    assert done[0] == "merged"
    assert not Contact.objects.filter(pk=goes).exists()


def test_who_arrives_beside_a_merge_is_nobody_new(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        for number in range(1000, 1000 + ROUNDS * 10, 10):
            stays, goes = people(number, number + 1)
            ways = (phone(f"138{number + 1:08d}"), email(f"new{number}@x.com"))

            beside(stays, goes, *(partial(arrive, number + 1, *ways, key=f"a{number}{n}") for n in range(3)))

            assert Lead.objects.filter(contact=stays).count() == 5
            assert Identity.objects.filter(contact=stays).count() == 3


def test_the_same_lead_told_again_beside_a_merge_finds_its_person(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        for number in range(3000, 3000 + ROUNDS * 10, 10):
            stays, goes = people(number, number + 1)
            again = partial(arrive, number + 1, phone(f"138{number + 1:08d}"), email(f"new{number}@x.com"))

            beside(stays, goes, again, again)

            assert Lead.objects.filter(contact=stays).count() == 2


def test_touch_claimed_beside_a_merge_goes_out_once(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        ben = make_user("ben")
        make_live_sop(step(), trigger="lead_captured")
        for number in range(5000, 5000 + ROUNDS * 10, 10):
            stays, goes = people(number, number + 1)
            Contact.objects.filter(pk__in=[stays, goes]).update(owner=ben)

            beside(stays, goes, partial(touchpoints_due, Budget(5)))
            touchpoints_due(Budget(5))

            runs = Enrollment.objects.filter(contact=stays)
            open_tasks = RepTask.objects.filter(contact=stays, state="open").count()
            assert (runs.count(), runs.filter(state="active").count(), open_tasks) == (2, 1, 1)
            assert Touchpoint.objects.filter(contact=stays).count() == 2


def after(work, stays, goes) -> str:
    """What comes of a merge that begins while this is done and not committed: it waits."""
    begun, seen_waiting = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            work()
            begun.set()
            assert seen_waiting.wait(_PATIENCE)

    def fold() -> str:
        assert begun.wait(_PATIENCE)
        return merge(stays, goes)

    def watch() -> None:
        assert begun.wait(_PATIENCE)
        eventually(somebody_waits)
        seen_waiting.set()

    return at_once(lambda part: part(), [hold, fold, watch], threads=3)[1]


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def test_merge_sees_what_was_done_with_the_survivor_just_before(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        stays, goes = people(1, 2)
        style = TagGroup.objects.create(category=TagCategory.objects.create(name="x"), name="Style", exclusive=True)
        tags = [Tag.objects.create(group=style, code=f"s{n}", name=f"s{n}") for n in range(2)]
        give = partial(contacts_tagged, add=True, source=TagSource.HAND)
        give([goes], [tags[1].pk], now=clock.now())

        assert after(lambda: give([stays], [tags[0].pk], now=clock.now()), stays, goes) == "merged"

        assert TagAssignment.objects.filter(contact=stays, tag__in=tags).count() == 1


def test_row_that_begins_to_point_to_who_is_merged_goes_along(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        stays, goes = people(1, 2)
        group = Group.objects.create(name="Owners", created_at=clock.now())

        def join() -> None:
            GroupMember.objects.create(group=group, contact_id=goes, joined_at=clock.now())
            # As the commit does: from here on the contact that it points to is held.
            connection.check_constraints()

        assert after(join, stays, goes) == "merged"

        assert GroupMember.objects.get().contact_id == stays


def test_merge_killed_before_its_commit_leaves_nothing_half(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        stays, goes = people(7000, 7001)
        before = dump()
        child = os.fork()
        if child == 0:
            _die_in_a_merge(stays, goes)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9

        assert differences(before, dump()) == {}
        assert not ContactMerge.objects.exists()
        assert merge(stays, goes) == "merged"
        contact_unmerged(ContactMerge.objects.get(), by=None, now=clock.now())
        assert differences(before, dump()) == {}


def _die_in_a_merge(stays, goes) -> None:
    """In a process of its own: everything was written, nothing committed."""
    for each in connections.all(initialized_only=True):
        # The parent's connection stays the parent's.
        each.connection = None
    audiences.services.count_members = lambda **_segments: os.kill(os.getpid(), signal.SIGKILL)
    with schema_context("acme"):
        contacts_merged(stays, goes, by=None, now=clock.now())
    os._exit(1)


def test_moves_are_told_beside_a_merge_in_the_order_in_which_all_is_held(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        [lin] = people(1)
        segment = Segment.objects.create(name="S", created_at=clock.now())
        SegmentMove.objects.create(segment=segment, contact_id=lin, entered=True, at=clock.now())

        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                Contact.objects.select_for_update(no_key=True).get(pk=lin)
                telling = pool.submit(at_once, lambda _number: moves_due(Budget(5)), [1], 1)
                eventually(_somebody_waits)
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '2s'")
                # As a merge does, which holds both contacts by then.
                assert SegmentMove.objects.filter(contact=lin).update(contact=lin) == 1
            assert telling.result(_PATIENCE) == [False]

        assert not SegmentMove.objects.exists()
        assert Event.objects.filter(type__code="segment_entered", contact=lin).exists()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0
