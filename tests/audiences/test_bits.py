"""Bit strings say what the tables say, at any moment between two folds, whatever was changed."""

import random
import threading
from collections import defaultdict

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.models import F
from django_tenants.utils import schema_context, tenant_context
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from audiences.bit_models import CHUNK
from audiences.bit_queries import count_by_bits, ids_by_bits
from audiences.models import BitFold, BitNote, BitPlace
from audiences.selectors import segment_preview
from audiences.services_bits import begin_bits, fold_bits, rebuild_bits
from commerce.models import TierPlace
from contacts.models import Contact
from contacts.queries import contact_ids_matching
from leads.models import Lead
from lifecycle.models import Lifecycle, Position, Stage
from scrm.core import clock
from scrm.core.conditions import facts, parse
from scrm.flows.contact_merge import contacts_merged
from scrm.flows.erasure import person_erased
from tagging.models import TagAssignment
from tenants.models import Tenant
from tests.audiences.test_facts import CONTACT_FACTS, VALUES, World, looked_up
from tests.core.condition_cases import MOMENTS, NOW, rules, sampled
from tests.factories import make_contact, make_user
from tests.live import eventually

SET_FACTS = [fact for fact in CONTACT_FACTS if fact.kept]
MIXED = [*SET_FACTS, *(facts.by_key[key] for key in ("contact.city", "events.count", "contact.known_by"))]
TAGGED = {"all": [{"fact": "tags", "op": "has", "value": "facts-a"}]}


def fold(now=NOW):
    while fold_bits(now=now):
        pass


def people_in_sets():
    """Who is in which set, as the bits say it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.family, b.key, p.contact_id FROM audiences_bitchunk b "
            "JOIN audiences_bitplace p ON p.chunk = b.chunk AND get_bit(b.bits, p.spot) = 1"
        )
        found = defaultdict(set)
        for family, key, contact_id in cursor.fetchall():
            found[family, key].add(contact_id)
        return dict(found)


@pytest.fixture
def world(acme):
    """A small business, over chunks of which none is full."""
    world = World()
    eventually(begin_bits)
    fold()
    for _ in range(2):
        BitFold.objects.update(next_place=F("next_place") + CHUNK - 5)
        for _ in range(8):
            world.add_person()
        fold()
    world.draw = random.Random(11)
    return world


def new_owner(world, contact, draw):
    Contact.objects.filter(pk=contact.pk).update(owner=draw.choice([None, *world.users]))


def no_tags(world, contact, draw):
    TagAssignment.objects.filter(contact=contact).delete()


def new_tag(world, contact, draw):
    tag = draw.choice(world.tags)
    if not TagAssignment.objects.filter(contact=contact, tag=tag).exists():
        world.add_tag(contact, tag)


def new_expiry(world, contact, draw):
    TagAssignment.objects.filter(contact=contact).update(expires_at=draw.choice([None, *MOMENTS]))


def new_stage(world, contact, draw):
    stage = draw.choice(world.stages)
    Position.objects.filter(contact=contact, lifecycle=stage.lifecycle).update(stage=stage)


def new_lead(world, contact, draw):
    world.add_lead(contact)


def new_source(world, contact, draw):
    Lead.objects.filter(contact=contact).update(source=draw.choice([None, *world.sources]))


def new_tier(world, contact, draw):
    tier = draw.choice(world.tiers)
    TierPlace.objects.filter(contact=contact, scheme=tier.scheme).update(tier=draw.choice([None, tier]))


def no_tier(world, contact, draw):
    TierPlace.objects.filter(contact=contact).delete()


def erased(world, contact, draw):
    person_erased(contact.pk, now=NOW)
    world.add_person()


def merged(world, contact, draw):
    other = draw.choice(list(Contact.objects.filter(erased_at=None).exclude(pk=contact.pk).order_by("id")))
    contacts_merged(contact.pk, other.pk, by=None, now=NOW)
    world.add_person()


def other_default(world, contact, draw):
    Lifecycle.objects.filter(is_default=True).update(is_default=False)
    Lifecycle.objects.filter(pk=draw.choice(world.lifecycles).pk).update(is_default=True)


def other_kind(world, contact, draw):
    Stage.objects.filter(pk=draw.choice(world.stages).pk).update(kind=draw.choice(["open", "won", "lost"]))


CHANGES = [
    *(new_owner, no_tags, new_tag, new_expiry, new_stage, new_lead, new_source, new_tier, no_tier),
    *(erased, merged, other_default, other_kind),
]


def change(world, draw):
    """One of the things that happen to a business."""
    contact = draw.choice(list(Contact.objects.filter(erased_at=None).order_by("id")))
    draw.choice(CHANGES)(world, contact, draw)


def ids_found(condition, now):
    ids = ids_by_bits(condition, now)
    with connection.cursor() as cursor:
        cursor.execute(ids.text, ids.params)
        return [row[0] for row in cursor.fetchall()]


def agrees(condition, now):
    """Whether bits had a say in it; then they say the same."""
    counted = count_by_bits(condition, now, 5)
    if counted is None:
        return False
    expected = set(contact_ids_matching(condition, now))
    assert sorted(ids_found(condition, now)) == sorted(expected)
    assert counted == (len(expected), sorted(expected, reverse=True)[:5])
    return True


@sampled(shallow=60, deep=10_000)
@given(
    data=st.one_of(rules(SET_FACTS, VALUES), rules(MIXED, VALUES)),
    seed=st.integers(0, 1 << 30),
    changes=st.integers(0, 3),
    folds=st.booleans(),
    moment=st.sampled_from(MOMENTS),
)
def test_bits_count_what_sql_counts(world, data, seed, changes, folds, moment):
    draw = random.Random(seed)
    for _ in range(changes):
        change(world, draw)
    if folds:
        fold(draw.choice(MOMENTS))

    agrees(parse(looked_up(data, world), facts), moment)


def test_bits_made_anew_are_those_that_were_folded(world):
    for number in range(60):
        change(world, world.draw)
        if number % 7 == 0:
            fold()
    fold()
    folded = people_in_sets()

    assert rebuild_bits(now=NOW)

    assert people_in_sets() == folded
    assert {family for family, _key in folded} == {"", "tag", "stage", "owner", "source", "latest", "tier"}
    assert not BitNote.objects.exists()


def test_rule_with_a_part_that_bits_do_not_know_is_asked_of_whom_they_leave(world):
    change(world, world.draw)
    rule = {"all": [*TAGGED["all"], {"fact": "contact.city", "op": "contains", "value": "ber"}]}
    windowed = {"all": [*TAGGED["all"], {"fact": "events.count", "op": "gte", "value": 1, "args": {"days": 30}}]}

    assert agrees(parse(rule, facts), NOW)
    assert agrees(parse(windowed, facts), NOW)


def test_tag_counts_until_it_expires_without_a_fold(world):
    tag = world.tags[0]
    TagAssignment.objects.filter(tag=tag).update(expires_at=MOMENTS[4])
    fold()

    for moment in (*MOMENTS, MOMENTS[4]):
        assert agrees(parse(TAGGED, facts), moment)
    assert not BitNote.objects.exists()


def test_who_went_leaves_the_place_and_nobody_else_gets_it(world):
    gone, stays = Contact.objects.filter(erased_at=None).order_by("id")[:2]
    place = BitPlace.objects.get(contact_id=gone.pk)

    contacts_merged(stays.pk, gone.pk, by=None, now=NOW)
    fold()
    world.add_person()
    fold()

    assert not BitPlace.objects.filter(contact_id=gone.pk).exists()
    assert not BitPlace.objects.filter(chunk=place.chunk, spot=place.spot).exists()


def test_preview_follows_the_data_scope_by_bits_as_by_sql(world):
    ben, ops = make_user("ben"), make_user("ops", Role.OPS)
    condition = parse(TAGGED, facts)
    Contact.objects.filter(pk__in=Contact.objects.order_by("id").values("pk")[:30]).update(owner=ben)
    fold()
    by_bits = [segment_preview(condition, user, NOW) for user in (ben, ops)]
    BitFold.objects.all().delete()

    assert by_bits == [segment_preview(condition, user, NOW) for user in (ben, ops)]
    assert 0 < by_bits[0][0] < by_bits[1][0]


def test_nothing_is_noted_where_no_bits_are_kept(acme):
    make_contact()

    assert not BitNote.objects.exists()
    assert not fold_bits(now=NOW)
    assert not BitFold.objects.exists()


def test_bits_of_another_business_are_not_counted(world, globex):
    assert count_by_bits(parse(TAGGED, facts, stored=True), NOW, 5) is None
    assert not rebuild_bits(now=NOW)


def test_command_makes_bits_anew_where_there_are_some(world, capsys):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audiences_bitchunk SET bits = ~bits")
    with pytest.raises(AssertionError):
        agrees(parse(TAGGED, facts), NOW)

    with schema_context("public"):
        call_command("rebuild_bits", tenant="acme")
        call_command("rebuild_bits", tenant="globex")
        with pytest.raises(CommandError, match="no tenant"):
            call_command("rebuild_bits", tenant="nobody")

    assert agrees(parse(TAGGED, facts), NOW)
    assert capsys.readouterr().out == "acme: made anew\nglobex: none kept\n"


def in_acme(work):
    """A thread that does so in the business, with a connection of its own."""

    def run():
        try:
            with tenant_context(Tenant.objects.get(schema_name="acme")):
                work()
        finally:
            connection.close()

    return threading.Thread(target=run)


def test_noting_begins_only_when_nobody_is_writing_unnoted(own_database):
    wrote, may_end = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            make_contact("Unnoted")
            wrote.set()
            may_end.wait(20)

    writer = in_acme(write)
    writer.start()
    assert wrote.wait(20)
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        refused = begin_bits()
        may_end.set()
        writer.join()
        # Whoever sweeps tables may hold it for a moment.
        begun = eventually(begin_bits)
        make_contact("Noted")

        assert (refused, begun) == (False, True)
        assert BitNote.objects.count() == 1


def write_on(world, everybody, draw):
    for _ in range(60):
        with transaction.atomic():
            contact_id = draw.choice(everybody)
            held = TagAssignment.objects.filter(contact=contact_id, tag=draw.choice(world.tags))
            if not held.delete()[0]:
                make_contact(owner=draw.choice(world.users))
                Contact.objects.filter(pk=contact_id).update(owner=draw.choice(world.users))


def test_every_snapshot_is_right_while_people_write_and_bits_are_folded(own_database):
    acme = Tenant.objects.get(schema_name="acme")
    with tenant_context(acme):
        world = World()
        everybody = list(Contact.objects.values_list("pk", flat=True))
        Contact.objects.update(owner=None)
    ended, failures = threading.Event(), []

    def folding():
        while not ended.is_set():
            if begin_bits():
                fold(clock.now())

    def read():
        condition = parse({"any": [TAGGED, {"fact": "contact.owner", "op": "is_set"}]}, facts)
        seen = 0
        while not ended.is_set() or not seen:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                try:
                    seen += agrees(condition, clock.now())
                except AssertionError as error:
                    failures.append(error)
                    return

    writers = [in_acme(lambda seed=seed: write_on(world, everybody, random.Random(seed))) for seed in range(3)]
    others = [in_acme(folding), in_acme(read)]
    for thread in (*writers, *others):
        thread.start()
    for thread in writers:
        thread.join()
    ended.set()
    for thread in others:
        thread.join()

    with tenant_context(acme):
        assert failures == []
        fold(clock.now())
        folded = people_in_sets()
        assert rebuild_bits(now=clock.now())
        assert people_in_sets() == folded
