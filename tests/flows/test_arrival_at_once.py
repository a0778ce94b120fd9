"""Leads that arrive at the same moment, on connections of their own."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django_tenants.utils import schema_context

from contacts.models import Contact, Identity
from events.models import Event
from leads.models import Lead, Source
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_user
from tests.flows.arrivals import make_arrival


def at_once(work, arguments, threads: int = 8) -> list:
    """What each call gives, in threads that commit for themselves."""

    def inside(argument):
        try:
            with schema_context("acme"):
                return work(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(inside, arguments))


def arrive(arrivals):
    return [each.outcome for each in lead_arrived(arrivals, now=clock.now())]


def test_a_hundred_equal_arrivals_are_one_lead(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        outcomes = at_once(arrive, [[make_arrival(1)]] * 100)

        assert Counter(each for [each] in outcomes) == {"created": 1, "unchanged": 99}
        assert Lead.objects.count() == Contact.objects.count() == Event.objects.count() == 1
        assert Identity.objects.count() == 2


def test_a_person_who_arrives_by_many_ways_at_once_is_one_contact(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        at_once(arrive, [[make_arrival(1, key=f"way:{n}", source=f"Source {n % 3}")] for n in range(40)])

        assert Contact.objects.count() == 1
        assert Lead.objects.count() == 40
        assert Source.objects.count() == 3


def test_batches_that_cross_each_other_neither_block_nor_double(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        for name in ("ben", "eva", "max"):
            make_user(name, takes_leads=True)
        people = [make_arrival(n, company=f"Company {n % 7}", source=f"Source {n % 5}") for n in range(60)]
        batches = [people[shift:] + people[:shift] for shift in range(0, 60, 5)]
        batches += [list(reversed(batch)) for batch in batches]

        outcomes = at_once(arrive, batches)

        assert Counter(each for batch in outcomes for each in batch)["created"] == 60
        assert Lead.objects.count() == Contact.objects.count() == Event.objects.count() == 60
        given = Counter(Lead.objects.values_list("owner__username", flat=True))
        assert max(given.values()) - min(given.values()) <= 1


def test_single_leads_at_once_go_round_fairly_enough(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        for name in ("ben", "eva", "max"):
            make_user(name, takes_leads=True)

        at_once(arrive, [[make_arrival(n)] for n in range(90)], threads=4)

        given = Counter(Lead.objects.values_list("owner__username", flat=True))
        assert sum(given.values()) == 90
        assert min(given.values()) >= 15
