"""Many hands at the pool: one winner, limits that hold, nobody taken back twice."""

import threading
from collections import Counter
from datetime import timedelta

from django.db import connection
from django_tenants.utils import schema_context

from accounts.models import AuditEntry
from alerts.models import Alert
from contacts.models import Contact, OwnerChange
from leads.models import Lead, PoolPolicy, PoolWarning
from leads.pool import Refusal
from leads.services import save_pool_rule
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.pool import pool_claimed
from scrm.flows.recycling import pool_due
from tests.factories import make_user
from tests.flows.pool import policy, pooled

HANDS = 50


def at_once(work, arguments) -> list:
    """What each call gives: every one in a thread and on a connection of its own, all let go together."""
    barrier, answers = threading.Barrier(len(arguments)), []

    def inside(argument) -> None:
        try:
            with schema_context("acme"):
                # Connected before it is let go, so that all of them want it at the same moment.
                clock.now()
                barrier.wait(timeout=120)
                answers.append(work(argument))
        finally:
            connection.close()

    threads = [threading.Thread(target=inside, args=[argument]) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_of_fifty_who_claim_at_once_one_wins_and_the_others_hear_who(own_database):
    with schema_context("acme"):
        people = [make_user(f"rep{number}") for number in range(HANDS)]
        lead = pooled()

        made = at_once(lambda rep: (rep, pool_claimed(lead.pk, by=rep, now=clock.now())), people)

        assert len(made) == HANDS
        [winner] = [rep for rep, claim in made if claim.refusal is None]
        assert Counter(claim.refusal for _rep, claim in made) == {None: 1, Refusal.TAKEN: HANDS - 1}
        assert {claim.winner for _rep, claim in made if claim.refusal} == {str(winner)}
        assert Contact.objects.get().owner == Lead.objects.get().owner == winner
        assert OwnerChange.objects.count() == 1
        assert AuditEntry.objects.filter(action="pool.claimed").count() == 1


def test_limit_of_the_day_holds_for_one_who_claims_many_at_once(own_database):
    with schema_context("acme"):
        policy(claims_a_day=3, most_unworked=None)
        ben = make_user("ben")
        leads = [pooled(f"P{number}") for number in range(12)]

        made = at_once(lambda lead: pool_claimed(lead.pk, by=ben, now=clock.now()).refusal, leads)

        assert Counter(made) == {None: 3, Refusal.SPENT: 9}
        assert Contact.objects.filter(owner=ben).count() == 3


def test_workers_warn_and_take_once(own_database):
    with schema_context("acme"):
        ben = make_user("ben")
        save_pool_rule(rule=None, source=None, days=2, by=None, now=clock.now())
        for number in range(20):
            pooled(f"P{number}", owner=ben)

        for days in (2, 3.1):
            clock.set_offset(timedelta(days=days))
            try:
                at_once(lambda _n: pool_due(Budget(60)), [1, 2, 3])
            finally:
                clock.set_offset(timedelta(0))

        assert Contact.objects.filter(owner=None).count() == 20
        assert OwnerChange.objects.count() == 20
        assert not PoolWarning.objects.exists()
        assert PoolPolicy.objects.get().looked_to is None
        assert sorted(Alert.objects.values_list("count", flat=True)) == [20, 20]
