"""Whoever reaches a stage goes to the team of the stage: with the move, once, and both sides hear of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Department
from alerts.enums import AlertKind
from alerts.models import Alert
from campaigns.models import RepTask
from contacts.enums import OwnerWhy
from contacts.models import Contact, OwnerChange, ReadingRight
from leads.enums import AssignMethod
from leads.models import Lead
from lifecycle.enums import MoveSource, StageKind
from lifecycle.models import Lifecycle, Position, Stage
from lifecycle.services_hand_over import save_stage_hand_over
from scrm.core import clock
from scrm.flows.progress import lead_won, stage_moved
from scrm.flows.stage_handover import who_would_get_them
from tests.factories import make_contact, make_user
from tests.flows.handing import held, make_lead
from tests.web.rep_people import client_of, make_task


@pytest.fixture
def stages(acme):
    """Enquired, delivery, won: of the lifecycle that newcomers enter."""
    Lifecycle.objects.all().delete()
    life = Lifecycle.objects.create(name="Cars", is_default=True)
    kinds = [("enquired", StageKind.OPEN), ("delivery", StageKind.OPEN), ("owner", StageKind.WON)]
    return [
        Stage.objects.create(lifecycle=life, code=code, name=code.title(), kind=kind, position=place)
        for place, (code, kind) in enumerate(kinds, 1)
    ]


@pytest.fixture
def ben(acme):
    return make_user("ben")


@pytest.fixture
def dora(acme):
    return make_user("dora")


def stand(contact: Contact, stage: Stage) -> Contact:
    Position.objects.create(contact=contact, lifecycle=stage.lifecycle, stage=stage, since=clock.now())
    return contact


def to_team(stage: Stage, *people, method=AssignMethod.TURNS, department=None, keep_days=0, active=True):
    return save_stage_hand_over(
        stage=stage,
        method=method,
        department=department,
        people=[each.pk for each in people],
        keep_days=keep_days,
        active=active,
        by=None,
        now=clock.now(),
    )


def move(contacts, stage: Stage, by=None) -> int:
    return stage_moved([each.pk for each in contacts], stage.pk, source=MoveSource.HAND, now=clock.now(), by=by)


def test_who_reaches_the_stage_goes_to_its_team_with_what_is_open(stages, ben, dora):
    to_team(stages[1], dora)
    contact = stand(make_contact(owner=ben), stages[0])
    lead, task = make_lead(contact, ben), make_task(contact)

    move([contact], stages[1])

    assert held() == {"Dora": 1}
    assert Lead.objects.get(pk=lead.pk).owner == RepTask.objects.get(pk=task.pk).owner == dora
    change = OwnerChange.objects.get()
    assert (change.before, change.after, change.why) == (ben, dora, OwnerWhy.STAGE)
    assert AuditEntry.objects.get(action="stage.handed_over").details["contacts"] == 1


def test_both_sides_hear_of_it_and_whoever_moved_them_not(stages, ben, dora):
    to_team(stages[1], dora)
    first, second = (stand(make_contact(owner=ben), stages[0]) for _ in range(2))

    move([first], stages[1])
    move([second], stages[1], by=ben)

    told = sorted((str(alert.recipient), alert.kind) for alert in Alert.objects.all())
    assert told == [("Ben", AlertKind.HANDED_ON), ("Dora", AlertKind.HAND_OVER), ("Dora", AlertKind.HAND_OVER)]


def test_newcomers_colleagues_of_the_team_and_other_stages_stay(stages, ben, dora):
    eve = make_user("eve")
    to_team(stages[1], dora, eve)
    theirs, elsewhere = stand(make_contact(owner=eve), stages[0]), stand(make_contact(owner=ben), stages[0])
    newcomer = make_contact(owner=ben)

    move([theirs, newcomer], stages[1])
    move([elsewhere], stages[2])

    assert held() == {"Eve": 1, "Ben": 2}
    assert not OwnerChange.objects.exists()


def test_switched_off_or_with_nobody_free_they_stay(stages, ben, dora):
    to_team(stages[1], dora, active=False)
    to_team(stages[2], dora)
    type(dora).objects.filter(pk=dora.pk).update(is_active=False)
    contact = stand(make_contact(owner=ben), stages[0])

    move([contact], stages[1])
    move([contact], stages[2])

    assert held() == {"Ben": 1}


def test_many_are_shared_out_by_turns_in_statements_that_do_not_grow(stages, ben, dora):
    team = Department.objects.create(name="Delivery")
    for name in ("kim", "lou"):
        make_user(name, department=team)
    to_team(stages[1], dora, department=team)

    def count(size: int) -> int:
        people = [stand(make_contact(owner=ben), stages[0]) for _ in range(size)]
        with CaptureQueriesContext(connection) as asked:
            move(people, stages[1])
        return len(asked)

    count(3)

    assert count(3) == count(6)
    assert held() == {"Dora": 4, "Kim": 4, "Lou": 4}


def test_whoever_had_them_before_gets_them_again(stages, ben, dora):
    eve = make_user("eve")
    to_team(stages[1], dora, eve, method=AssignMethod.PREVIOUS)
    contacts = [stand(make_contact(owner=ben), stages[0]) for _ in range(2)]
    now = clock.now()
    OwnerChange.objects.create(contact=contacts[1], before=eve, after=ben, why="hand_over", at=now)

    move(contacts, stages[1])

    assert [str(Contact.objects.get(pk=each.pk).owner) for each in contacts] == ["Ben", "Eve"]


def test_lead_won_hands_over_by_its_stage(stages, ben, dora):
    to_team(stages[2], dora)
    contact = stand(make_contact(owner=ben), stages[0])
    lead = make_lead(contact, ben)

    lead_won(lead.pk, by=ben, now=clock.now())

    assert held() == {"Dora": 1}
    assert Lead.objects.get().owner == ben


def test_old_owner_reads_on_until_the_day_and_changes_nothing(stages, ben, dora):
    to_team(stages[1], dora, keep_days=3)
    contact = stand(make_contact("Lin", owner=ben), stages[0])
    move([contact], stages[1])
    phone, address = client_of(ben), f"/rep/customers/{contact.pk}/"

    page = phone.get(address, headers={"accept-language": "en"})

    assert page.status_code == 200
    assert b"Somebody else looks after them now" in page.content
    assert b"data-open" not in page.content.split(b'id="story"')[0].split(b"customer-head")[1]
    assert phone.get(f"{address}story").status_code == 200
    assert phone.post(f"{address}tag", {"tag": "x"}).status_code == 404
    assert phone.get(f"/api/v1/contacts/{contact.pk}").status_code == 404
    assert b"Lin" in phone.get("/rep/alerts/", headers={"accept-language": "en"}).content

    right = ReadingRight.objects.get()
    assert right.until_at - OwnerChange.objects.get().at == timedelta(days=3)
    ReadingRight.objects.update(until_at=clock.now())
    assert phone.get(address).status_code == 404
    assert b"Lin" not in phone.get("/rep/alerts/", headers={"accept-language": "en"}).content


def test_preview_counts_and_writes_nothing(stages, ben, dora):
    rule = to_team(stages[1], dora)
    stand(make_contact(owner=ben), stages[1])
    stand(make_contact(owner=dora), stages[1])

    assert who_would_get_them(rule, [dora.pk], now=clock.now()) == {dora.pk: 1, None: 1}
    assert held() == {"Ben": 1, "Dora": 1}


def test_pages_set_it_up(stages, ben, dora):
    desk = client_of(make_user("olga", "ops"))
    address = f"/lifecycle/stages/{stages[1].pk}/hand-over/"
    said = {"method": "turns", "keep_days": "7", "active": "on"}

    assert desk.post(address, said).status_code == 422
    assert desk.post(address, {**said, "method": "weighted", "person": dora.pk}).status_code == 422
    assert desk.post(address, {**said, "person": dora.pk}).status_code == 302
    assert desk.get(address).status_code == 200
    assert desk.post(f"{address}try/", {**said, "person": dora.pk}).status_code == 200

    shown = desk.get("/lifecycle/hand-over/", headers={"accept-language": "en"}).content.decode()
    assert "Dora" in shown
    assert "By turns" in shown
    assert AuditEntry.objects.get(action="stage_hand_over.saved").details["days"] == 7
    assert client_of(make_user("ada", "manager")).post(address, {**said, "person": ben.pk}).status_code == 403
