"""Seeing somebody in clear: counted before it is shown, told to the trail, refused when it is one too many."""

from datetime import timedelta

import pytest
from django_tenants.utils import schema_context

from accounts.enums import Role
from accounts.models import AuditEntry, Department
from contacts.models import Identity, Reveal, RevealLimit
from contacts.selectors import looked_list, reveal_list_of_contact
from contacts.services import RevealsSpent, reveal_identity
from scrm.core import clock
from tests.factories import give_email, make_contact, make_user
from tests.flows.test_arrival_at_once import at_once


def look(identity: Identity, by, now=None) -> str:
    return reveal_identity(identity=identity, by=by, now=now or clock.now())


def people(count: int) -> list[Identity]:
    return [give_email(make_contact(f"Lin {n}"), f"lin{n}@example.com") for n in range(count)]


def limit(role: str, per_hour: int, per_day: int) -> None:
    RevealLimit.objects.create(role=role, per_hour=per_hour, per_day=per_day)


def test_look_is_counted_and_in_the_trail(acme):
    ben, [lin] = make_user(), people(1)

    assert look(lin, ben) == "lin0@example.com"

    [seen] = reveal_list_of_contact(lin.contact_id)
    assert (seen.by, seen.kind, seen.subject) == (ben, "email", lin.pk)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject_id) == ("identity.revealed", str(lin.contact_id))


def test_one_too_many_is_refused_with_the_time_of_the_next_and_a_line(acme):
    limit(Role.REP, 2, 5)
    ben, [lin, wu, yu], now = make_user(), people(3), clock.now()
    look(lin, ben, now)
    look(wu, ben, now + timedelta(minutes=10))

    with pytest.raises(RevealsSpent) as spent:
        look(yu, ben, now + timedelta(minutes=20))

    assert spent.value.until == now + timedelta(hours=1)
    assert Reveal.objects.count() == 2
    assert AuditEntry.objects.latest("id").action == "identity.reveal_refused"
    assert look(yu, ben, now + timedelta(minutes=61)) == "lin2@example.com"


def test_looking_again_costs_nothing(acme):
    limit(Role.REP, 1, 1)
    ben, [lin, wu] = make_user(), people(2)

    assert [look(lin, ben), look(lin, ben)] == ["lin0@example.com"] * 2
    assert Reveal.objects.count() == 2
    with pytest.raises(RevealsSpent):
        look(wu, ben)


def test_colleagues_count_apart_and_a_manager_sees_who_looked_at_how_many(acme):
    limit(Role.REP, 1, 1)
    north = Department.objects.create(name="North")
    ada = make_user("ada", Role.MANAGER, department=north)
    ben, eva, [lin, wu] = make_user(department=north), make_user("eva"), people(2)
    look(lin, ben)
    look(lin, eva)
    look(wu, ada)

    found = {
        each.user.username: (each.hour, each.day, each.limit.per_day) for each in looked_list(ada, now=clock.now())
    }

    assert found == {"ben": (1, 1, 1), "ada": (1, 1, 300)}


def test_many_at_once_never_see_more_than_one_may(own_database):
    with schema_context("acme"):
        limit(Role.REP, 3, 3)
        ben, identities = make_user(), people(12)

        def act(identity: Identity) -> bool:
            try:
                return bool(look(identity, ben))
            except RevealsSpent:
                return False

        assert sorted(at_once(act, identities)) == [False] * 9 + [True] * 3
        assert Reveal.objects.count() == 3
