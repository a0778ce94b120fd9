"""Long work on who is what dies as by kill -9: it goes on where it stood, and nothing is lost or doubled.

Counted by plain SQL. Jobs die between two batches; what is one transaction dies in the middle of writing.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

import psycopg2
import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from accounts.enums import Role
from audiences.bit_models import BitNote
from audiences.models import Segment, SegmentMember
from audiences.services import REFRESH_EVERY, save_segment
from audiences.services_bits import begin_bits, fold_bits, rebuild_bits
from commerce.models import Order, TierPlace
from commerce.tier_presets import CUTS
from contacts.models import Contact
from exchange import jobs
from exchange.enums import JobState
from exchange.models import Job
from scheduler.budget import Budget
from scheduler.services import drain_tenant
from scrm.core import clock
from scrm.flows.jobs import jobs_due
from scrm.flows.order_undo import begin_undo as begin_order_undo
from scrm.flows.starter import lay_out_tenant
from scrm.flows.tag_rules import tag_rule_switched, tags_merged
from scrm.flows.tagging_job import begin_list
from scrm.flows.tagging_undo import begin_undo as begin_tagging_undo
from scrm.flows.tiers import scheme_saved, tiers_due
from tagging.models import Tag, TagRule
from tenants.models import Tenant
from tests.audiences.test_bits import people_in_sets
from tests.factories import make_contact, make_user
from tests.faults.forked import DIED, Child
from tests.faults.work import drain_all, work_jobs
from tests.flows.ordering import begin
from tests.flows.tagging_world import BERLIN, make_rule, make_tags
from tests.live import eventually

DEEP = bool(os.environ.get("SCRM_DEEP"))
PEOPLE = 31 if DEEP else 7
OVER = jobs.LEASE + timedelta(seconds=1)
"""After so long whoever died with a job holds it no more."""
OTHERS_HOLD = """
SELECT count(*) FROM pg_locks WHERE pid <> pg_backend_pid()
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
OTHERS_WAIT = f"{OTHERS_HOLD} AND pid IN (SELECT pid FROM pg_locks WHERE NOT granted)"
_number = count(1)
"""Each case has tags, people and users of its own: the database is one for all."""


@pytest.fixture
def acme(kept_database):
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        lay_out_tenant()
        yield


def answer(sql: str, *params: object) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return tuple(cursor.fetchone())


def later(by: timedelta, work: Callable[[], object]) -> None:
    clock.set_offset(by)
    try:
        work()
    finally:
        clock.set_offset(timedelta(0))


def die_and_finish(job: Job, point: str) -> None:
    """It dies after two batches, when deep once more after each one that follows, and then goes on."""
    assert Child(f"{point}=kill@2", work_jobs, 2).wait() == DIED
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    assert not jobs_due(Budget(60)), "A lease that still runs was taken."
    lease = OVER
    while DEEP and Child(f"{point}=kill@1", work_jobs, 2, lease).wait() == DIED:
        lease += OVER
    later(lease, lambda: jobs_due(Budget(60)))
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.DONE, "")


class Tagged:
    """People of a city of their own, two tags, and what the tables say of them."""

    def __init__(self) -> None:
        self.name = f"case{next(_number)}"
        self.by = make_user(self.name, Role.OPS)
        self.tag, self.other = make_tags(f"{self.name} a", f"{self.name} b", group=self.name, exclusive=True)
        self.people = [make_contact(f"{self.name} {n}", city=self.name) for n in range(PEOPLE)]

    def rule(self) -> TagRule:
        return make_rule(self.tag, {**BERLIN, "value": self.name}, name=self.name)

    def list(self, tag: Tag, *, add: bool = True) -> Job:
        people = Contact.objects.filter(city=self.name)
        return begin_list(people, tag, add=add, title="a list", by=self.by, now=clock.now())

    def held(self, tag: Tag) -> tuple[object, ...]:
        """Who holds it, and how often it was given and taken."""
        return answer(
            "SELECT (SELECT count(*) FROM tagging_tagassignment WHERE tag_id = %s),"
            " count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added)"
            " FROM tagging_tagchange WHERE tag_id = %s",
            *(tag.pk, tag.pk),
        )


def work_off() -> None:
    while jobs_due(Budget(60)):
        pass


def test_rule_about_everybody_goes_on_and_gives_each_their_tag_once(acme):
    world = Tagged()
    job = tag_rule_switched(world.rule(), active=True, by=world.by, now=clock.now())
    assert job is not None

    die_and_finish(job, "tagging.batch_committed")

    assert world.held(world.tag) == (PEOPLE, PEOPLE, 0)
    assert job.result["give"] == PEOPLE


def test_tags_for_a_list_and_their_undoing_go_on(acme):
    world = Tagged()
    job = world.list(world.tag)

    die_and_finish(job, "tagging.batch_committed")
    assert world.held(world.tag) == (PEOPLE, PEOPLE, 0)

    undo = begin_tagging_undo(job, by=world.by)
    assert undo is not None
    die_and_finish(undo, "tagging.batch_committed")
    assert world.held(world.tag) == (0, PEOPLE, PEOPLE)
    assert undo.result == {"back": PEOPLE, "stay": 0}


def test_tag_that_becomes_another_leaves_nobody_with_both_or_none(acme):
    world = Tagged()
    world.list(world.tag)
    work_off()
    [into] = make_tags(f"{world.name} c", group=f"{world.name} elsewhere")

    die_and_finish(tags_merged(world.tag, into, by=world.by, now=clock.now()), "tagging.batch_committed")

    assert world.held(world.tag) == (0, PEOPLE, PEOPLE)
    assert world.held(into) == (PEOPLE, PEOPLE, 0)


def orders_of(platform: str) -> tuple[object, ...]:
    """Orders, their lines, their money, their buyers, and how often they were told of as paid."""
    return answer(
        "SELECT count(*), (SELECT count(*) FROM commerce_orderline l JOIN commerce_order o ON o.id = l.order_id"
        " WHERE o.platform = %s), coalesce(sum(amount), 0)::int, count(DISTINCT contact_id),"
        " (SELECT count(*) FROM events_event e JOIN contacts_contact c ON c.id = e.contact_id)"
        " FROM commerce_order WHERE platform = %s",
        *(platform, platform),
    )


def test_file_of_orders_and_its_undoing_go_on(acme):
    rows = "".join(
        f"{n},2026-01-05,CUP,{n},1380013{n:04}\n{n},2026-01-05,TEA,1,1380013{n:04}\n" for n in range(1, PEOPLE + 1)
    )
    before = answer("SELECT count(*) FROM events_event")[0]
    job = begin("order no,date,sku,line total,phone\n" + rows)
    platform = job.options["mapping"]["platform"]
    empty = orders_of(platform)

    die_and_finish(job, "import.batch_committed")
    money = sum(range(1, PEOPLE + 1)) + PEOPLE
    assert orders_of(platform)[:4] == (PEOPLE, 2 * PEOPLE, money, PEOPLE)
    assert answer("SELECT count(*) FROM events_event")[0] == before + PEOPLE
    assert job.result["created"] == 2 * PEOPLE

    undo = begin_order_undo(job, by=make_user("olga-orders", Role.OPS))
    assert undo is not None
    die_and_finish(undo, "undo.batch_committed")
    assert orders_of(platform) == empty
    assert answer("SELECT count(*) FROM events_event")[0] == before
    assert not Contact.objects.filter(identities__hint__endswith="0001").exists()


@contextmanager
def held_fast(sql: str, *params: object) -> Iterator[None]:
    """Some row is locked by somebody else; whoever would write it waits."""
    values = connection.get_connection_params()
    line = psycopg2.connect(**{name: values[name] for name in ("host", "port", "user", "dbname") if name in values})
    try:
        with line, line.cursor() as cursor:
            cursor.execute("SET search_path TO acme")
            cursor.execute(sql, params)
            assert cursor.rowcount, "There is nothing to hold."
            yield
            line.rollback()
    finally:
        line.close()


def die_while_writing(sql: str, *params: object) -> None:
    """A drain is killed in the middle of the statement that would write a row; what it had done is undone."""
    with held_fast(sql, *params):
        child = Child("", drain_all)
        eventually(lambda: answer(OTHERS_WAIT)[0])
        child.end()
    eventually(lambda: answer(OTHERS_HOLD)[0] == 0)
    drain_tenant(seconds=60)


def test_segment_killed_in_a_refresh_has_whom_its_rule_says(acme):
    city = f"case{next(_number)}"
    people = [make_contact(f"{city} {n}", city=city) for n in range(PEOPLE)]
    rule = {"fact": "contact.city", "op": "is", "value": city}
    segment = save_segment(name=city, kind="dynamic", condition=rule, by=None, now=clock.now())
    Contact.objects.filter(pk__in=[each.pk for each in people[:3]]).update(city="Rome")
    newcomers = [make_contact(f"{city} new {n}", city=city) for n in range(2)]
    Segment.objects.update(refreshed_at=clock.now() - 2 * REFRESH_EVERY)
    leaver = SegmentMember.objects.get(segment=segment, contact=people[0]).pk

    die_while_writing("SELECT 1 FROM audiences_segmentmember WHERE id = %s FOR UPDATE", leaver)

    members = SegmentMember.objects.filter(segment=segment)
    assert set(members.filter(left_at=None).values_list("contact", flat=True)) == {
        each.pk for each in [*people[3:], *newcomers]
    }
    # Nobody came twice, nobody who stayed was touched.
    assert members.count() == PEOPLE + len(newcomers)
    segment.refresh_from_db()
    assert segment.size == PEOPLE - 3 + len(newcomers)
    told = answer(
        "SELECT count(*) FILTER (WHERE t.code = 'segment_entered'), count(*) FILTER (WHERE t.code = 'segment_left')"
        " FROM events_event e JOIN events_eventtype t ON t.id = e.type_id WHERE e.properties->>'segment' = %s",
        str(segment.pk),
    )
    assert told == (2, 3)


def test_tiers_killed_in_a_refresh_are_told_of_once(acme):
    name = f"case{next(_number)}"
    people = [make_contact(f"{name} {n}") for n in range(PEOPLE)]
    at = clock.now() - timedelta(days=3)
    for person in people:
        said = {"ordered_at": at, "updated_at": at, "status": "paid", "amount": 10}
        Order.objects.create(contact=person, platform=name, number=person.name, **said)
    scheme = scheme_saved(None, name=name, kind="activity", cutting="fixed", cuts=CUTS, by=None, now=clock.now())
    assert not tiers_due(Budget(60))
    scheme.refresh_from_db()
    Order.objects.filter(platform=name).update(ordered_at=at - timedelta(days=400))
    scheme_saved(scheme, name=name, cutting="fixed", cuts=CUTS, by=None, now=clock.now())

    die_while_writing("SELECT 1 FROM commerce_tierplace WHERE contact_id = %s FOR UPDATE", people[3].pk)

    assert set(TierPlace.objects.filter(scheme=scheme).values_list("tier__code", flat=True)) == {f"{name}-lost"}
    assert answer(
        "SELECT count(*), count(DISTINCT contact_id) FROM commerce_tiermove"
        " WHERE scheme_id = %s AND before_id IS NOT NULL",
        scheme.pk,
    ) == (PEOPLE, PEOPLE)
    assert answer("SELECT count(*) FROM events_event WHERE properties->>'scheme' = %s", name) == (PEOPLE,)


def test_bits_killed_in_a_fold_say_what_those_made_anew_say(acme):
    world = Tagged()
    assert begin_bits()
    assert not fold_bits(now=clock.now())
    world.list(world.tag)
    work_off()
    note = BitNote.objects.latest("id").pk

    die_while_writing("SELECT 1 FROM audiences_bitnote WHERE id = %s FOR UPDATE", note)

    folded = people_in_sets()
    assert folded["tag", world.tag.pk] == {each.pk for each in world.people}
    assert not BitNote.objects.exists()
    assert rebuild_bits(now=clock.now())
    assert people_in_sets() == folded
