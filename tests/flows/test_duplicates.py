"""Who may be one person: noted when they come in, looked for at night, decided once."""

from datetime import timedelta

import pytest
from django_tenants.utils import schema_context

from contacts.models import Company, Contact, DuplicatePair, DuplicateSearch, IdentityRule
from contacts.selectors.recognition import recognition_rules
from contacts.services.duplicates import decide_pair
from contacts.services.recognition import forget_recognition, save_recognition
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.contact_merge import contact_unmerged, contacts_merged
from scrm.flows.duplicates import duplicates_due, look_for_duplicates
from scrm.flows.starter import lay_out_tenant
from tests.flows.arrivals import email, make_arrival, phone


@pytest.fixture
def acme(acme):
    lay_out_tenant()
    return acme


def arrive(*arrivals):
    return lead_arrived(arrivals, now=clock.now())


def conflict():
    """Lin has the phone, Mo the e-mail; somebody comes in with both. Gives who it was taken for."""
    arrive(make_arrival(1, key="a", name="Lin", identities=(phone("13800138000"),)))
    arrive(make_arrival(2, key="b", name="Mo", identities=(email("mo@example.com"),)))
    [outcome] = arrive(make_arrival(3, key="c", name="?", identities=(phone("13800138000"), email("mo@example.com"))))
    return Contact.objects.get(pk=outcome.contact_id)


def look() -> list[tuple[str, str, str]]:
    look_for_duplicates(by=None, now=clock.now())
    while duplicates_due(Budget(5)):
        pass
    return sorted((pair.reason, *sorted((pair.first.name, pair.second.name))) for pair in DuplicatePair.objects.all())


def test_arrival_with_identities_of_two_is_looked_at(acme):
    told = conflict()

    [pair] = DuplicatePair.objects.all()
    assert told.name == "Lin"
    assert (pair.first.name, pair.second.name, pair.reason, pair.kind, pair.confidence) == (
        *("Lin", "Mo", "taken", "email", 75),
    )
    assert pair.hint != "mo@example.com"


def test_arrival_of_the_same_two_again_is_not_asked_twice(acme):
    conflict()
    decide_pair(pair=DuplicatePair.objects.get(), distinct=True, by=None, now=clock.now())

    arrive(make_arrival(4, key="d", identities=(phone("13800138000"), email("mo@example.com"))))

    assert DuplicatePair.objects.get().state == "distinct"


def test_two_of_one_file_who_share_are_looked_at(acme):
    arrive(
        make_arrival(1, key="a", name="Lin", identities=(phone("13800138000"),)),
        make_arrival(2, key="b", name="Mo", identities=(email("mo@example.com"),)),
        make_arrival(3, key="c", identities=(phone("13800138000"), email("mo@example.com"))),
    )

    assert DuplicatePair.objects.count() == 1


def test_business_says_which_kind_tells_first(acme):
    kinds = [rule.kind for rule in recognition_rules()]
    confidence = {rule.kind: rule.confidence for rule in recognition_rules()} | {"phone": 40}
    save_recognition(
        order=["email", *(kind for kind in kinds if kind != "email")], confidence=confidence, by=None, now=clock.now()
    )

    assert conflict().name == "Mo"
    assert DuplicatePair.objects.get().confidence == 40

    forget_recognition(by=None, now=clock.now())
    assert not IdentityRule.objects.exists()
    assert [rule.kind for rule in recognition_rules()] == kinds


def test_same_name_and_last_four_digits_are_found(acme):
    arrive(
        make_arrival(1, name="Wang Wei", identities=(phone("13800138000"),)),
        make_arrival(2, name="wang wei", identities=(phone("13900138000"),)),
        make_arrival(3, name="Li Na", identities=(phone("13700138000"),)),
        make_arrival(4, name="Wang Wei", identities=(phone("13700139999"),)),
    )

    assert look() == [("name_tail", "Wang Wei", "wang wei")]


def test_same_name_in_the_same_company_is_found(acme):
    arrive(
        make_arrival(1, name="Wang Wei", company="Acme"),
        make_arrival(2, name="Wang Wei", company="Acme"),
        make_arrival(3, name="Wang Wei", company="Other"),
    )

    assert look() == [("name_firm", "Wang Wei", "Wang Wei")]
    assert Company.objects.count() == 2


def test_night_looks_at_who_is_new_and_comes_again(acme):
    arrive(make_arrival(1, name="Wang Wei", identities=(phone("13800138000"),)))
    assert look() == []
    arrive(make_arrival(2, name="Wang Wei", identities=(phone("13900138000"),)))

    search = DuplicateSearch.objects.get()
    assert clock.now() < search.due_at < clock.now() + timedelta(days=2)
    DuplicateSearch.objects.update(due_at=clock.now())
    duplicates_due(Budget(5))

    assert DuplicatePair.objects.count() == 1


def test_pair_is_settled_by_a_merge_and_back_with_it(acme):
    stays = conflict()
    pair = DuplicatePair.objects.get()

    merge = contacts_merged(stays.pk, pair.second_id, by=None, now=clock.now())
    assert not DuplicatePair.objects.exists()

    contact_unmerged(merge, by=None, now=clock.now())
    assert DuplicatePair.objects.get().pk == pair.pk


def test_that_two_are_distinct_holds_for_whom_one_is_merged_into(acme):
    stays = conflict()
    pair = DuplicatePair.objects.get()
    decide_pair(pair=pair, distinct=True, by=None, now=clock.now())
    arrive(make_arrival(5, key="e", name="Third", identities=(phone("13600136000"),)))
    third = Contact.objects.get(name="Third")
    known = DuplicatePair.objects.create(
        first=third, second_id=pair.second_id, reason="name_firm", found_at=clock.now()
    )

    merge = contacts_merged(third.pk, stays.pk, by=None, now=clock.now())
    known.refresh_from_db()
    assert (DuplicatePair.objects.count(), known.state) == (1, "distinct")

    contact_unmerged(merge, by=None, now=clock.now())
    known.refresh_from_db()
    assert (DuplicatePair.objects.count(), known.state) == (2, "open")


def test_and_cai_is_no_likeness_of_anybody(acme, globex):
    with schema_context("acme"):
        arrive(make_arrival(1, name="Wang Wei", identities=(phone("13800138000"),)))
    with schema_context("globex"):
        lay_out_tenant()
        arrive(make_arrival(2, name="Wang Wei", identities=(phone("13900138000"),)))
        assert look() == []
