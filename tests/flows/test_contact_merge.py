"""Two contacts become one, with all that is known of them, and are two again as they were."""

import base64

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django_tenants.utils import schema_context, tenant_context

from audiences.models import Segment
from campaigns.enums import EnrollmentState, TouchState
from campaigns.models import Enrollment, RepTask, Touchpoint
from contacts.models import Company, Contact, ContactMerge, DoNotContact, Identity, PersonRequest
from contacts.services.merging import reseal_merges
from content.models import TrackedLink
from leads.models import ReferralLink
from lifecycle.models import Position
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.contact_merge import contact_unmerged, contacts_merged
from scrm.flows.erasure import person_erased
from scrm.flows.erasure_job import erasure_asked
from scrm.flows.jobs import jobs_due
from scrm.flows.merge_tables import merge_tables
from scrm.flows.starter import lay_out_tenant
from scrm.flows.touchpoint import touchpoints_due
from tagging.models import TagAssignment
from tests.campaigns.people import put_in
from tests.factories import make_contact, make_live_sop, make_user, step
from tests.flows.merging import Ground, differences, dump


@pytest.fixture
def ground(acme) -> Ground:
    lay_out_tenant()
    sop = make_live_sop(
        step(offset={"kind": "days", "n": 3, "at": "10:00"}), step(offset={"kind": "days", "n": 5, "at": "10:00"})
    )
    return Ground(sop, make_user())


@pytest.fixture
def pair(ground) -> tuple[Contact, Contact]:
    """Who stays, at an early stage; and an older one who came further."""
    return ground.person(1, style=0, stage=0), ground.person(2, style=1, stage=2, days=1)


def merge(stays: Contact, goes: Contact, **choices: str) -> ContactMerge:
    return contacts_merged(stays.pk, goes.pk, choices=choices, by=None, now=clock.now())


def unmerge(merged: ContactMerge):
    return contact_unmerged(merged, by=None, now=clock.now())


def test_nothing_points_to_who_was_merged(pair):
    stays, goes = pair

    merge(stays, goes)

    assert not Contact.objects.filter(pk=goes.pk).exists()
    for model, column in merge_tables():
        assert not model._base_manager.filter(**{column: goes.pk}).exists(), model
    assert Identity.objects.filter(contact=stays).count() == 2


def test_merge_taken_back_leaves_every_row_as_it_was(pair):
    before = dump()

    assert unmerge(merge(*pair)).lost == 0

    assert differences(before, dump()) == {}


def test_merge_the_other_way_round_too(pair):
    before = dump()
    stays, goes = pair

    unmerge(merge(goes, stays, city="folded", note="survivor"))

    assert differences(before, dump()) == {}


def test_survivor_has_each_thing_once_and_the_better_of_two(pair, ground):
    stays, goes = pair

    merge(stays, goes)

    assert Position.objects.get(contact=stays).stage == ground.stages[2]
    tags = set(TagAssignment.objects.filter(contact=stays).values_list("tag__code", flat=True))
    # Of two in a group of which one holds, the younger.
    assert tags == {"t0", "t1", "t2", "s0"}
    assert Segment.objects.get(pk=ground.segment.pk).size == 1
    assert sorted(TrackedLink.objects.filter(contact=stays).values_list("second", flat=True)) == [False, True]
    assert sorted(ReferralLink.objects.filter(contact=stays).values_list("second", flat=True)) == [False, True]


def test_stricter_word_counts_for_both(pair):
    """One agreed to e-mail after the other had withdrawn: neither gets any."""
    stays, goes = pair

    merged = merge(stays, goes)
    assert set(DoNotContact.objects.filter(contact=stays).values_list("channel", flat=True)) == {"sms", "email"}

    unmerge(merged)
    assert set(DoNotContact.objects.values_list("channel", flat=True)) == {"sms"}


def test_what_was_said_while_they_were_one_counts_for_both(pair):
    stays, goes = pair
    merged = merge(stays, goes)
    DoNotContact.objects.create(contact=stays, channel="call", since=clock.now())

    unmerge(merged)

    assert DoNotContact.objects.filter(channel="call").count() == 2


def test_run_that_began_first_goes_on_alone(pair):
    stays, goes = pair

    merge(stays, goes)

    runs = list(Enrollment.objects.filter(contact=stays).order_by("anchor_at"))
    assert [(run.state, run.exit_reason, run.entry) for run in runs] == [
        (EnrollmentState.ACTIVE, "", 2),
        (EnrollmentState.EXITED, "merged", 1),
    ]
    assert Touchpoint.objects.get(state=TouchState.PLANNED).enrollment == runs[0]


def test_newest_merge_is_taken_back_first(ground):
    people = [ground.person(number, style=number % 2, stage=number, days=number) for number in range(4)]
    start = dump()
    first = merge(people[1], people[0])
    between = dump()
    second = merge(people[2], people[1])
    third = merge(people[2], people[3])

    for early in (first, second):
        early.refresh_from_db()
        with pytest.raises(ValidationError):
            unmerge(early)
    unmerge(third)
    unmerge(second)
    assert differences(between, dump()) == {}
    first.refresh_from_db()
    assert first.survivor_id == people[1].pk
    unmerge(first)

    assert differences(start, dump()) == {}


def test_merge_is_taken_back_once(pair):
    merged = merge(*pair)
    unmerge(merged)

    with pytest.raises(ValidationError):
        unmerge(merged)
    with pytest.raises(ValidationError):
        merge(pair[0], pair[0])


def test_who_was_merged_is_not_merged_again(pair, ground):
    stays, goes = pair
    other = ground.person(3, style=0, stage=0)
    merge(stays, goes)

    with pytest.raises(ValidationError):
        merge(other, goes)

    assert ContactMerge.objects.count() == 1


def test_what_came_since_stays_with_the_survivor(pair, ground):
    stays, goes = pair
    merged = merge(stays, goes)
    tag = ground.styles[1]
    TagAssignment.objects.filter(contact=stays, tag__in=ground.styles).delete()
    TagAssignment.objects.create(contact=stays, tag=tag, source="hand", at=clock.now())
    Contact.objects.filter(pk=stays.pk).update(city="Wuxi")

    unmerge(merged)

    stays.refresh_from_db()
    assert stays.city == "Wuxi"
    assert TagAssignment.objects.filter(contact=stays, tag=tag).exists()
    assert TagAssignment.objects.filter(contact=goes, tag__in=ground.styles).get().tag == ground.styles[1]


def test_row_whose_tag_is_gone_stays_away(pair, ground):
    merged = merge(*pair)
    ground.tags[1].changes.all().delete()
    ground.tags[1].delete()

    assert unmerge(merged).lost == 1


def test_row_that_had_a_tag_that_is_gone_goes_with_it(pair, ground):
    """The survivor took over the younger style of the two; before, it had one that nobody can have any more."""
    stays, goes = pair
    TagAssignment.objects.filter(contact=goes, tag__in=ground.styles).update(at=clock.now())
    merged = merge(stays, goes)
    assert TagAssignment.objects.get(contact=stays, tag__in=ground.styles).tag == ground.styles[1]
    ground.styles[0].changes.all().delete()
    ground.styles[0].delete()

    unmerge(merged)

    connection.check_constraints()
    styles = TagAssignment.objects.filter(tag__group__exclusive=True)
    assert [(each.contact, each.tag) for each in styles] == [(goes, ground.styles[1])]


def test_company_that_is_gone_does_not_come_back(acme):
    gone, other = (Company.objects.create(name=name, created_at=clock.now()) for name in "AB")
    stays, goes = make_contact("Ann", company=gone), make_contact("Ann", company=other)
    merged = merge(stays, goes, company_id="folded")
    gone.delete()

    unmerge(merged)

    connection.check_constraints()
    stays.refresh_from_db()
    assert stays.company is None
    assert Contact.objects.get(pk=goes.pk).company == other


def test_merge_taken_back_keeps_no_name_of_somebody_else(pair):
    merged = merge(*pair)

    unmerge(merged)

    merged.refresh_from_db()
    assert (merged.name, merged.sealed) == ("", None)


def test_chosen_values_stay(pair):
    stays, goes = pair

    merge(stays, goes, name="folded", note="survivor")

    stays.refresh_from_db()
    assert (stays.name, stays.city, stays.note) == ("Person 2", "Suzhou", "note 1")
    assert stays.created_at == min(stays.created_at, goes.created_at)


def test_record_is_sealed(pair):
    merged = merge(*pair)

    merged.refresh_from_db()
    assert b"note 2" not in bytes(merged.sealed)
    assert b"person2" not in bytes(merged.sealed)


def test_task_of_the_run_that_left_is_open_again(ground, pair):
    sop = make_live_sop(step(), name="Now")
    stays, goes = pair
    put_in(sop, stays, goes)
    Contact.objects.update(owner=ground.rep)
    touchpoints_due(Budget(5))
    assert RepTask.objects.filter(state="open").count() == 2
    before = dump()

    merged = merge(stays, goes)
    assert RepTask.objects.filter(state="open").count() == 1
    unmerge(merged)

    assert differences(before, dump()) == {}


def test_and_cai_keeps_what_is_theirs(pair, globex):
    """The other business has a contact of the same id: a merge here does not touch it."""
    stays, goes = pair
    with tenant_context(globex):
        make_contact("Cai's", id=goes.pk)
        before = dump()

    with schema_context("acme"):
        merge(stays, goes)

    with tenant_context(globex):
        assert differences(before, dump()) == {}
        assert not ContactMerge.objects.exists()


def test_who_was_erased_is_merged_with_nobody(pair):
    stays, goes = pair
    person_erased(goes.pk, now=clock.now())

    with pytest.raises(ValidationError):
        merge(stays, goes)


def test_who_is_about_to_be_erased_is_merged_with_nobody(pair):
    stays, goes = pair
    erasure_asked(goes.pk, by=None, now=clock.now())

    for each in (pair, (goes, stays)):
        with pytest.raises(ValidationError):
            merge(*each)

    assert Identity.objects.filter(contact=goes).exists()
    assert not ContactMerge.objects.exists()


def test_request_that_went_along_erases_whom_it_is_about_now(pair):
    stays, goes = pair
    request = erasure_asked(goes.pk, by=None, now=clock.now())
    PersonRequest.objects.update(job=None)
    merge(stays, goes)
    PersonRequest.objects.update(job=request.job)

    jobs_due(Budget(5))

    request.refresh_from_db()
    stays.refresh_from_db()
    assert (request.state, stays.name) == ("done", "")
    assert not Identity.objects.exists()


def test_erasure_of_the_survivor_leaves_no_record(pair):
    stays, goes = pair
    merge(stays, goes)

    person_erased(stays.pk, now=clock.now())

    assert not ContactMerge.objects.exists()


def test_records_are_sealed_anew_with_a_new_key(pair, acme, settings):
    merged = merge(*pair)
    retired = settings.SCRM_MASTER_KEY
    settings.SCRM_MASTER_KEY = base64.b64encode(b"n" * 32).decode()
    settings.SCRM_RETIRED_MASTER_KEYS = [retired]
    settings.SCRM_INDEX_KEY = retired

    assert reseal_merges() == (1, 0)
    assert reseal_merges() == (0, 0)

    merged.refresh_from_db()
    unmerge(merged)
    assert Contact.objects.filter(pk=pair[1].pk).exists()
