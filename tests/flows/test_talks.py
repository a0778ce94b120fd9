"""Talks: logged, corrected for a day, deleted and brought back, with the task that comes of each."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from accounts.models import AuditEntry
from alerts.models import Alert
from campaigns.models import RepTask
from commerce.models import Voice, VoiceTopic
from commerce.services_voices import VoiceSaid
from leads.models import Attachment, Interaction, InteractionEdit, Lead, Outcome
from leads.services.attachments import Upload, read_attachment
from leads.services.interactions import Said
from scheduler.budget import Budget
from scheduler.models import WakeUp
from scrm.core import clock
from scrm.flows.starter import lay_out_tenant
from scrm.flows.talks import (
    contact_talked,
    files_added,
    follow_ups_due,
    talk_changed,
    talk_deleted,
    talk_restored,
    talks_due,
)
from scrm.flows.tasks import task_finished, task_snoozed
from tests.factories import make_contact, make_user

SHANGHAI = ZoneInfo("Asia/Shanghai")
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 40


@pytest.fixture
def ben(acme):
    lay_out_tenant()
    return make_user("ben")


@pytest.fixture
def lin(ben):
    return make_contact("Lin", owner=ben)


def tasks():
    return list(RepTask.objects.order_by("due_at").values_list("state", "title", "due_at"))


def test_next_date_and_time_become_a_task_of_the_owner(acme, ben, lin):
    outcome = Outcome.objects.get(kind="call", name="Call back")
    said = Said("call", outcome, "Ask about the SUV.", next_on=date(2030, 5, 2), next_time=time(15, 30))

    contact_talked(lin.pk, said, by=make_user("ada", "manager"), now=clock.now())

    due = datetime(2030, 5, 2, 15, 30, tzinfo=ZoneInfo(acme.zone))
    task = RepTask.objects.get()
    assert (task.owner, task.title, task.body, task.due_at) == (
        *(ben, "Follow up: Call back", "Ask about the SUV."),
        due,
    )
    assert task.remind_at == due
    assert WakeUp.objects.get(tenant=acme).due_at <= due


def test_a_day_without_a_time_means_its_morning(acme, ben, lin):
    contact_talked(lin.pk, Said("call", next_on=date(2030, 5, 2)), by=ben, now=clock.now())

    assert RepTask.objects.get().due_at == datetime(2030, 5, 2, 9, tzinfo=ZoneInfo(acme.zone))


def test_whoever_agreed_is_told_once_when_the_time_comes(ben, lin):
    now = clock.now()
    said = Said("call", next_on=date(2030, 5, 2))
    contact_talked(lin.pk, said, by=ben, now=now)
    RepTask.objects.update(remind_at=now - timedelta(seconds=1))

    for _ in range(2):
        assert follow_ups_due(Budget(1)) is False

    alert = Alert.objects.get()
    assert (alert.recipient, alert.kind, alert.params) == (ben, "follow_up", {"contact": str(lin.pk)})


def test_putting_it_off_reminds_again_and_doing_it_does_not(ben, lin):
    now = clock.now()
    contact_talked(lin.pk, Said("call", next_on=date(2030, 5, 2)), by=ben, now=now)
    task = RepTask.objects.get()

    task_snoozed(task, until=now + timedelta(days=2), by=ben, now=now)
    task.refresh_from_db()
    assert task.remind_at == now + timedelta(days=2)
    task_finished(task, by=ben, now=now)
    task.refresh_from_db()
    assert task.remind_at is None


@pytest.mark.parametrize(("kind", "state"), [("call", "done"), ("note", "open")])
def test_the_next_talk_settles_what_was_agreed_on_and_a_note_does_not(ben, lin, kind, state):
    contact_talked(lin.pk, Said("call", next_on=date(2030, 5, 2)), by=ben, now=clock.now())

    contact_talked(lin.pk, Said(kind), by=ben, now=clock.now())

    assert RepTask.objects.get().state == state


def test_correcting_keeps_what_was_said_and_moves_the_task(ben, lin):
    talk = contact_talked(lin.pk, Said("call", text="Wants red.", next_on=date(2030, 5, 2)), by=ben, now=clock.now())

    changed = talk_changed(talk, Said("call", text="Wants blue.", next_on=date(2030, 5, 3)), by=ben, now=clock.now())

    edit = InteractionEdit.objects.get()
    assert changed
    assert edit.before == {"text": "Wants red.", "next_on": "2030-05-02"}
    assert edit.by == ben
    assert [(state, due.astimezone(SHANGHAI).day) for state, _title, due in tasks()] == [
        *[("cancelled", 2)],
        *[("open", 3)],
    ]


def test_correcting_nothing_says_so(ben, lin):
    talk = contact_talked(lin.pk, Said("call", text="Same."), by=ben, now=clock.now())

    assert not talk_changed(talk, Said("call", text=" Same. "), by=ben, now=clock.now())
    assert not InteractionEdit.objects.exists()


def test_what_is_deleted_comes_back_with_its_task_for_a_day_and_then_is_gone(ben, lin):
    now = clock.now()
    talk = contact_talked(lin.pk, Said("call", next_on=date(2030, 5, 2)), by=ben, now=now)
    files_added(lin.pk, [Upload("a.png", PNG)], by=ben, now=now)

    assert talk_deleted(talk, by=ben, now=now)
    assert not talk_deleted(talk, by=ben, now=now)
    assert [state for state, *_ in tasks()] == ["cancelled"]
    assert talk_restored(talk, by=ben, now=now)
    assert sorted(state for state, *_ in tasks()) == ["cancelled", "open"]
    talk_deleted(talk, by=ben, now=now - timedelta(days=1, seconds=1))
    assert talks_due(Budget(1)) is False

    assert not Interaction.objects.exists()
    assert not talk_restored(talk, by=ben, now=now)
    assert Attachment.objects.count() == 1


def test_the_index_wakes_for_what_was_deleted(acme, ben, lin):
    now = clock.now()
    talk = contact_talked(lin.pk, Said("call"), by=ben, now=now)

    talk_deleted(talk, by=ben, now=now)

    assert WakeUp.objects.get(tenant=acme).due_at <= now + timedelta(days=1)


@pytest.mark.parametrize(
    ("outcome", "said", "effective"),
    [("Reached", None, True), ("No answer", None, False), ("No answer", True, True), ("Reached", False, False)],
)
def test_the_outcome_marks_the_talk_unless_somebody_says_otherwise(ben, lin, outcome, said, effective):
    chosen = Outcome.objects.get(kind="call", name=outcome)

    talk = contact_talked(lin.pk, Said("call", chosen, effective=said), by=ben, now=clock.now())

    assert talk.effective is effective


def test_refused_talk_leaves_nothing(ben, lin):
    visit = Outcome.objects.get(kind="visit", name="Came")
    refused = [
        {"said": Said("call", visit)},
        {"said": Said("call", minutes=0)},
        {"said": Said("call", next_time=time(9))},
        {"said": Said("call"), "uploads": [Upload("a.exe", b"MZ\x90\x00")]},
        {"said": Said("call"), "voice": VoiceSaid("")},
    ]

    for each in refused:
        with pytest.raises(ValidationError):
            contact_talked(lin.pk, by=ben, now=clock.now(), **each)

    assert not Interaction.objects.exists()
    assert not Attachment.objects.exists()
    assert not Voice.objects.exists()
    assert not AuditEntry.objects.filter(action="interaction.logged").exists()


def test_file_is_sealed_known_by_its_content_and_goes_with_the_contact(ben, lin):
    talk = contact_talked(lin.pk, Said("visit"), uploads=[Upload("../a\0b.pdf", PNG)], by=ben, now=clock.now())

    file = Attachment.objects.get()
    assert (file.interaction, file.name, file.content_type, file.size) == (talk, "ab.pdf.png", "image/png", len(PNG))
    assert PNG not in bytes(file.sealed)
    assert read_attachment(attachment=file, by=ben, now=clock.now()) == PNG
    lin.delete()
    assert not Attachment.objects.exists()


def test_what_they_say_of_a_product_is_kept_with_the_talk(ben, lin):
    topic = VoiceTopic.objects.get(name="Features")
    voice = VoiceSaid("I need a hook for my bag.", [topic.pk], sentiment="bad", wish="A  hook")

    talk = contact_talked(lin.pk, Said("visit"), voice=voice, by=ben, now=clock.now())

    kept = Voice.objects.get()
    assert (kept.interaction, kept.wish, kept.sentiment, list(kept.topics.all())) == (talk, "A hook", "bad", [topic])


def test_talk_of_a_lead_means_that_it_is_in_contact(ben, lin):
    now = clock.now()
    lead = Lead.objects.create(
        contact=lin, owner=ben, status="assigned", came_by="hand", captured_at=now, assigned_at=now, updated_at=now
    )

    contact_talked(lin.pk, Said("note"), lead=lead, by=ben, now=now)
    lead.refresh_from_db()
    assert lead.status == "assigned"
    contact_talked(lin.pk, Said("call"), lead=lead, by=ben, now=now)
    lead.refresh_from_db()
    assert lead.status == "working"
