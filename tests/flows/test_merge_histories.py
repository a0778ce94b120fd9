"""Histories of arrivals, work, merges, un-merges and erasures, at random: nothing is lost or doubled, all goes back,
and of who is erased nothing is left but numbers.
"""

import os
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from campaigns.models import Enrollment, Touchpoint
from contacts.enums import ChannelKind
from contacts.models import Contact, ContactMerge, DoNotContact, Identity
from contacts.selectors.merges import merge_list_of_contact
from contacts.services.merging import newest_merge
from contacts.upkeep import edit_contact
from events.inputs import Happening
from events.models import Event
from leads.enums import OPEN_STATUSES
from leads.models import Lead
from lifecycle.enums import MoveSource
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.consent import contact_agreed, contact_withdrew
from scrm.flows.contact_merge import contact_unmerged, contacts_merged
from scrm.flows.engagement import contacts_tagged, events_happened
from scrm.flows.erasure import erasure_finished, person_erased
from scrm.flows.merge_tables import merge_tables
from scrm.flows.progress import stage_moved
from scrm.flows.starter import lay_out_tenant
from tagging.enums import TagSource
from tagging.models import Tag
from tests.factories import make_live_sop, make_user, step
from tests.flows.arrivals import email, make_arrival, phone
from tests.flows.merging import Ground, differences, dump

EXAMPLES = 10_000 if os.environ.get("SCRM_DEEP") else 10

NUMBERS = st.integers(0, 3)
WORK = st.one_of(
    st.tuples(st.just("arrive"), st.sets(NUMBERS, min_size=1, max_size=2), st.sets(NUMBERS, max_size=1)),
    st.tuples(st.just("tag"), NUMBERS, st.integers(0, 4)),
    st.tuples(st.just("bar"), NUMBERS, st.booleans()),
    st.tuples(st.just("move"), NUMBERS, NUMBERS),
    st.tuples(st.just("edit"), NUMBERS, NUMBERS),
    st.tuples(st.just("event"), NUMBERS, NUMBERS),
)
ERASE = st.tuples(st.just("erase"), NUMBERS)
MERGE = st.tuples(st.just("merge"), NUMBERS, NUMBERS)
UNMERGE = st.tuples(st.just("unmerge"), NUMBERS)
TWO = [("arrive", {0}, {0}), ("arrive", {1}, set())]
HISTORY = st.lists(st.one_of(WORK, MERGE, MERGE, UNMERGE, ERASE), min_size=2, max_size=9)


@pytest.fixture
def ground(acme):
    lay_out_tenant()
    sop = make_live_sop(step(offset={"kind": "days", "n": 2, "at": "10:00"}), trigger="lead_captured")
    return Ground(sop, make_user("ben"))


class World:
    """Does what a history says, to whoever is there; `number` is a place among the living, the oldest first."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.count = ground, 0
        self.tags = [*ground.tags, *ground.styles]

    def do(self, act: tuple[Any, ...]) -> None:
        name, *values = act
        self.count += 1
        if name == "arrive":
            self.arrive(*values)
        elif self.living:
            getattr(self, name)(*values)

    @property
    def living(self) -> list[Contact]:
        return list(Contact.objects.filter(erased_at=None).order_by("pk"))

    def who(self, number: int) -> Contact:
        living = self.living
        return living[number % len(living)]

    def arrive(self, phones, mails) -> None:
        ways = [phone(f"1380000000{each}") for each in sorted(phones)] + [email(f"m{each}@x.com") for each in mails]
        said = {"name": f"Name{self.count}.", "identities": tuple(ways), "source": f"S{len(phones)}"}
        lead_arrived([make_arrival(1, key=f"k{self.count}", **said)], now=clock.now())

    def tag(self, number, at) -> None:
        contacts_tagged([self.who(number).pk], [self.tags[at].pk], add=True, source=TagSource.HAND, now=clock.now())

    def bar(self, number, barred) -> None:
        change = contact_withdrew if barred else contact_agreed
        change(self.who(number).pk, ChannelKind.EMAIL, now=clock.now(), **({"reason": "x"} if barred else {}))

    def move(self, number, stage) -> None:
        pk = self.ground.stages[stage % len(self.ground.stages)].pk
        stage_moved([self.who(number).pk], pk, by=None, source=MoveSource.HAND, reason="", now=clock.now())

    def edit(self, number, what) -> None:
        edit_contact(contact=self.who(number), by=None, now=clock.now(), city=f"C{what}", note=f"n{what}")

    def event(self, number, what) -> None:
        key = f"e{self.count}"
        events_happened([Happening(self.who(number).pk, "content_viewed", clock.now(), key)], now=clock.now())

    def merge(self, one, other) -> None:
        stays, goes = self.who(one), self.who(other)
        if stays.pk == goes.pk:
            return
        before, numbers = dump(), figures()
        merge = contacts_merged(stays.pk, goes.pk, by=None, now=clock.now())
        assert figures() == numbers
        no_orphans(goes.pk)
        once_each()
        with transaction.atomic():
            contact_unmerged(merge, by=None, now=clock.now())
            assert differences(before, dump()) == {}
            transaction.set_rollback(True)

    def erase(self, number) -> None:
        person, (leads, *counts) = self.who(number), figures()
        known = Identity.objects.exclude(contact=person).count()

        assert person_erased(person.pk, now=clock.now())

        after, *still = figures()
        assert (Counter(source for source, _state in after.elements()), still) == (
            Counter(source for source, _state in leads.elements()),
            counts,
        )
        assert not Lead.objects.filter(contact=person, status__in=OPEN_STATUSES).exists()
        assert erasure_finished(person.pk) == 0
        assert person.name not in str(dump())
        assert not ContactMerge.objects.filter(survivor=person).exists()
        assert Identity.objects.count() == known

    def unmerge(self, number) -> None:
        merge = newest_merge(survivor_id=self.who(number).pk)
        if merge is None:
            return
        numbers, known = figures(), Identity.objects.count()
        contact_unmerged(merge, by=None, now=clock.now())
        assert figures() == numbers
        assert Identity.objects.count() == known
        assert Contact.objects.filter(pk=merge.folded_id).exists()
        once_each()


def figures() -> tuple[Any, ...]:
    """What reports count: leads by source and state, touches that went or wait, runs, what happened."""
    leads = Counter(Lead.objects.values_list("source__name", "status"))
    return leads, Touchpoint.objects.count(), Enrollment.objects.count(), Event.objects.count()


def no_orphans(folded) -> None:
    for model, column in merge_tables():
        assert not model._base_manager.filter(**{column: folded}).exists()


def once_each() -> None:
    """One run of each SOP, one tag of a group of which one holds."""
    active = Counter(Enrollment.objects.filter(state="active").values_list("sop", "contact"))
    assert not [pair for pair, count in active.items() if count > 1]
    styles = Tag.objects.filter(group__exclusive=True).values_list("assignments__contact", flat=True)
    assert not [contact for contact, count in Counter(styles).items() if contact and count > 1]


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=not os.environ.get("SCRM_DEEP"),
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if os.environ.get("SCRM_DEEP") else [])],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(history=[*TWO, ("edit", 0, 1), ("tag", 0, 3), ("merge", 0, 1), ("edit", 0, 2), ("erase", 0)])
@example(history=[*TWO, ("merge", 1, 0), ("event", 0, 1), ("unmerge", 0), ("erase", 1), ("erase", 0), *TWO])
@given(history=HISTORY)
def test_history_adds_up_and_goes_back(ground, history):
    with transaction.atomic():
        world = World(ground)
        for act in history:
            world.do(act)
        unwind()
        transaction.set_rollback(True)


def unwind() -> None:
    """Take back all that stand: everybody who ever was is there again, and all leads have somebody."""
    leads, identities = Lead.objects.count(), Identity.objects.count()
    while standing := ContactMerge.objects.filter(undone_at=None).order_by("-pk").first():
        assert merge_list_of_contact(standing.survivor_id)[0].undone_at is None
        newest = newest_merge(survivor_id=standing.survivor_id)
        assert newest == standing
        contact_unmerged(standing, by=None, now=clock.now())
        assert Contact.objects.filter(pk=standing.folded_id).exists()
    assert (Lead.objects.count(), Identity.objects.count()) == (leads, identities)
    assert not DoNotContact.objects.filter(contact=None).exists()
