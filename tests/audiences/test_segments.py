"""Who is in a segment: saved, counted, refreshed without moving those who stay."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.audit import seal_audit
from accounts.enums import Role
from accounts.services import create_department
from audiences.models import Segment, SegmentMember
from audiences.selectors import (
    segment_get,
    segment_list,
    segment_members,
    segment_movement,
    segment_preview,
)
from audiences.services import REFRESH_EVERY, archive_segment, refresh_segment, refresh_stalest, save_segment
from contacts.models import Contact
from scheduler.models import WakeUp
from scheduler.services import drain_tenant, rebuild_wake_up
from scrm.core import clock
from scrm.core.conditions import ConditionInvalid, Scope, facts, parse
from tenants.selectors import tenant_current
from tests.factories import make_contact, make_user

IN_BERLIN = {"all": [{"fact": "contact.city", "op": "is", "value": "Berlin"}]}


@pytest.fixture
def people(acme):
    north = create_department(name="North")
    ada = make_user("ada", Role.MANAGER, department=north)
    ben = make_user("ben", Role.REP, department=north)
    make_contact("Lin", city="Berlin", owner=ben)
    make_contact("Wu", city="Berlin")
    make_contact("Xu", city="Paris", owner=ben)
    return {"ada": ada, "ben": ben, "ops": make_user("olga", Role.OPS)}


def save(**fields):
    given = {"name": "Berliners", "kind": "dynamic", "condition": IN_BERLIN, "by": None, "now": clock.now(), **fields}
    return save_segment(**given)


def names(segment: Segment) -> set[str]:
    return set(segment.members.filter(left_at=None).values_list("contact__name", flat=True))


def test_saving_fills_it(people):
    segment = save()

    assert names(segment) == {"Lin", "Wu"}
    assert (segment.size, segment.condition) == (2, IN_BERLIN)


def test_refresh_lets_in_and_out_and_leaves_the_rest_alone(people):
    segment = save()
    stayed = SegmentMember.objects.get(contact__name="Lin")
    Contact.objects.filter(name="Wu").update(city="Rome")
    Contact.objects.filter(name="Xu").update(city="Berlin")

    change = refresh_segment(segment=segment, now=clock.now() + timedelta(hours=1))

    assert (change.entered, change.left, change.size) == (1, 1, 2)
    assert names(segment) == {"Lin", "Xu"}
    assert SegmentMember.objects.get(contact__name="Lin", left_at=None).entered_at == stayed.entered_at
    assert SegmentMember.objects.get(contact__name="Wu").left_at is not None


def test_refresh_again_changes_nothing(people):
    segment = save()

    change = refresh_segment(segment=segment, now=clock.now())

    assert (change.entered, change.left) == (0, 0)
    assert SegmentMember.objects.count() == 2


def test_who_comes_back_has_a_second_stay(people):
    segment = save()
    for city in ("Rome", "Berlin"):
        Contact.objects.filter(name="Wu").update(city=city)
        refresh_segment(segment=segment, now=clock.now())

    stays = SegmentMember.objects.filter(contact__name="Wu").order_by("pk")
    assert [stay.left_at is None for stay in stays] == [False, True]


def test_a_stale_segment_is_due_and_refreshes_itself(people):
    segment = save()
    Contact.objects.filter(name="Wu").update(city="Rome")
    seal_audit()
    rebuild_wake_up()
    assert WakeUp.objects.get(tenant=tenant_current()).due_at == segment.refreshed_at + REFRESH_EVERY

    Segment.objects.update(refreshed_at=clock.now() - REFRESH_EVERY)
    drain_tenant(seconds=5)

    assert names(segment) == {"Lin"}
    assert WakeUp.objects.get(tenant=tenant_current()).due_at > clock.now()


def test_a_fresh_or_frozen_segment_waits(people):
    save()
    save(name="Then", kind="frozen")
    Segment.objects.filter(kind="frozen").update(refreshed_at=clock.now() - timedelta(days=9))

    assert not refresh_stalest(now=clock.now())


def test_a_rule_that_can_no_longer_be_read_holds_up_nobody(people):
    broken, whole = save(), save(name="Also Berliners")
    Contact.objects.filter(name="Wu").update(city="Rome")
    Segment.objects.update(refreshed_at=clock.now() - timedelta(hours=1))
    Segment.objects.filter(pk=broken.pk).update(condition={"all": [{"fact": "contact.shoe", "op": "is_set"}]})

    drain_tenant(seconds=5)

    assert names(broken) == {"Lin", "Wu"}
    assert names(whole) == {"Lin"}
    assert not refresh_stalest(now=clock.now())


def test_frozen_keeps_who_was_in_it(people):
    segment = save(kind="frozen")
    Contact.objects.filter(name="Wu").update(city="Rome")

    refresh_segment(segment=segment, now=clock.now())

    assert names(segment) == {"Lin", "Wu"}


def test_frozen_refuses_other_conditions(people):
    segment = save(kind="frozen")

    with pytest.raises(ValidationError, match="frozen segment keeps its members"):
        save(segment=segment, kind="frozen", condition={"all": [{"fact": "contact.city", "op": "is_set"}]})

    segment.refresh_from_db()
    assert segment.condition == IN_BERLIN


def test_saving_leaves_what_others_did_to_it_meanwhile(people):
    stored = save()
    opened = Segment.objects.get(pk=stored.pk)
    archive_segment(segment=stored, by=None, now=clock.now())
    make_contact("Yi", city="Berlin")
    Segment.objects.filter(pk=stored.pk).update(size=3)

    save_segment(segment=opened, name="Of Berlin", kind="frozen", condition=IN_BERLIN, by=None, now=clock.now())

    stored.refresh_from_db()
    assert (stored.name, stored.kind, stored.size) == ("Of Berlin", "frozen", 3)
    assert stored.archived_at is not None


def test_a_rule_for_everybody_is_refused(people):
    with pytest.raises(ValidationError, match="at least one condition"):
        save(condition={"all": []})

    assert not Segment.objects.exists()


def test_an_event_fact_is_refused(people):
    with pytest.raises(ConditionInvalid, match="belongs to an event"):
        save(condition={"all": [{"fact": "event.type", "op": "is_set"}]})


def test_counts_follow_the_data_scope(people):
    segment = save()
    condition = parse(IN_BERLIN, facts, scope=Scope.CONTACT)
    now = clock.now()

    assert [segment_preview(condition, people[who], now)[0] for who in ("ops", "ada", "ben")] == [2, 1, 1]
    assert [contact.name for contact in segment_preview(condition, people["ada"], now)[1]] == ["Lin"]
    assert segment_get(people["ada"], segment.pk).seen == 1
    assert [row.seen for row in segment_list(people["ops"])] == [2]
    assert [row.contact.name for row in segment_members(people["ada"], segment)] == ["Lin"]
    assert segment_movement(people["ada"], segment, now - timedelta(days=1)) == (1, 0)


def test_other_business_sees_no_segment(people, globex):
    cai = make_user("cai", Role.OPS)

    assert not segment_list(cai).exists()
    assert segment_preview(parse(IN_BERLIN, facts, scope=Scope.CONTACT), cai, clock.now()) == (0, [])
