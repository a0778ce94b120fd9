"""The phone's first page: what is shown to whom, and what a tap does."""

import json
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry
from campaigns.enums import TaskState, TouchState
from campaigns.inputs import Start
from campaigns.models import RepTask, Touchpoint
from campaigns.selectors import lanes_with_due_rows
from campaigns.services import start_sops
from campaigns.services.ledger import claim_batch
from contacts.models import DoNotContact
from events.models import Event
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.starter import lay_out_tenant
from scrm.web.rep.snoozing import LONGEST, read_moment, snooze_choices
from tests.factories import make_live_sop, make_user
from tests.web.rep_people import client_of, make_customer, make_task, make_team

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ben(acme):
    return make_user("ben")


def tap(client, name, task, **data):
    return client.post(reverse(f"rep:{name}", args=[task.pk]), data, headers=HTMX)


def names_on(answer):
    return [card["task"].contact.name for group in answer.context["groups"] for card in group["cards"]]


def test_visitor_is_asked_to_log_in(acme):
    answer = client_of().get("/rep/")

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_auditor_has_no_phone(acme):
    answer = client_of(make_user("eve", "auditor")).get("/rep/")

    assert answer.status_code == 403


def test_today_shows_what_is_due_the_latest_first(ben):
    make_task(make_customer(ben, "Now"))
    make_task(make_customer(ben, "Long ago"), due=timedelta(days=-2))
    make_task(make_customer(ben, "Tomorrow"), due=timedelta(days=1))

    answer = client_of(ben).get("/rep/")

    assert names_on(answer) == ["Long ago", "Now"]
    assert (answer.context["numbers"].open, answer.context["numbers"].late) == (2, 1)


def test_later_and_done_show_the_rest(ben):
    make_task(make_customer(ben, "Tomorrow"), due=timedelta(days=1))
    make_task(make_customer(ben, "Settled"), state=TaskState.DONE, finished_at=clock.now())
    client = client_of(ben)

    assert names_on(client.get("/rep/?view=later")) == ["Tomorrow"]
    assert names_on(client.get("/rep/?view=done")) == ["Settled"]


def test_tasks_of_one_step_stand_together(ben):
    make_task(make_customer(ben, "A"), title="Call", due=timedelta(minutes=-3))
    make_task(make_customer(ben, "B"), title="Invite", due=timedelta(minutes=-2))
    make_task(make_customer(ben, "C"), title="Call", due=timedelta(minutes=-1))

    answer = client_of(ben).get("/rep/")

    assert [group["name"] for group in answer.context["groups"]] == ["Call", "Invite"]
    assert names_on(answer) == ["A", "C", "B"]


def test_nothing_to_do_says_so(ben):
    answer = client_of(ben).get("/rep/")

    assert "All done" in answer.text


def test_manager_sees_the_department_and_may_look_at_their_own(acme):
    ada, ben = make_team()
    make_task(make_customer(ben, "Of Ben"))
    make_task(make_customer(ada, "Of Ada"))
    client = client_of(ada)

    assert sorted(names_on(client.get("/rep/"))) == ["Of Ada", "Of Ben"]
    assert names_on(client.get("/rep/?whose=mine")) == ["Of Ada"]


def test_a_rep_sees_no_colleagues_task(acme):
    ada, ben = make_team()
    task = make_task(make_customer(ada, "Of Ada"))
    client = client_of(ben)

    assert names_on(client.get("/rep/")) == []
    for name in ("task_done", "task_snooze", "task_give_up"):
        assert tap(client, name, task, until="hour", reason="no_answer").status_code == 404
    task.refresh_from_db()
    assert (task.state, task.snoozed_until) == (TaskState.OPEN, None)


def test_a_task_of_another_tenant_is_not_there(acme, globex):
    with tenant_context(globex):
        cai = make_user("cai")
        foreign = make_task(make_customer(cai, "Of Cai"))
    with tenant_context(acme):
        answer = tap(client_of(make_user("ben")), "task_done", foreign)

    assert answer.status_code == 404
    with tenant_context(globex):
        assert RepTask.objects.get(pk=foreign.pk).state == TaskState.OPEN


def test_done_ends_the_touch_and_tells_it_as_an_event(ben):
    lay_out_tenant()
    contact = make_customer(ben)
    make_live_sop(name="Welcome")
    now = clock.now()
    with due_work():
        start_sops(trigger="manual", starts=[Start(contact.pk, now, "UTC", None)], now=now)
    for lane in lanes_with_due_rows(clock.now()):
        claim_batch(lane=lane)
    task = RepTask.objects.get(contact=contact)

    answer = tap(client_of(ben), "task_done", task)

    assert answer.content == b""
    assert json.loads(answer["HX-Trigger"])["toast"]["text"] == "Done."
    task.refresh_from_db()
    assert task.state == TaskState.DONE
    assert Touchpoint.objects.get(pk=task.touchpoint_id).state == TouchState.SENT
    event = Event.objects.get(contact=contact, type__code="task_done")
    assert event.properties["touchpoint"] == task.touchpoint_id


def test_done_twice_changes_nothing(ben):
    lay_out_tenant()
    task = make_task(make_customer(ben))
    client = client_of(ben)
    tap(client, "task_done", task)
    before = RepTask.objects.get(pk=task.pk).finished_at

    answer = tap(client, "task_done", task)

    assert json.loads(answer["HX-Trigger"])["toast"]["text"] == "This was settled already."
    assert RepTask.objects.get(pk=task.pk).finished_at == before
    assert Event.objects.filter(type__code="task_done").count() == 1


@pytest.mark.parametrize("chosen", [{"until": "hour"}, {"until": "tomorrow"}, {"at": "picked"}])
def test_snoozed_task_comes_back_later(ben, acme, chosen):
    task = make_task(make_customer(ben))
    if "at" in chosen:
        chosen = {"at": (clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")}
    client = client_of(ben)

    answer = tap(client, "task_snooze", task, **chosen)

    assert answer.content == b""
    assert names_on(client.get("/rep/")) == []
    assert names_on(client.get("/rep/?view=later")) == ["Lin"]


@pytest.mark.parametrize("text", ["", "soon", "2020-01-01T09:00", "9999-12-31T23:59", "2026-01-01T09:00+00:00", "\0"])
def test_a_time_that_cannot_be_is_asked_again(ben, text):
    task = make_task(make_customer(ben))

    answer = tap(client_of(ben), "task_snooze", task, at=text)

    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#sheet")
    assert RepTask.objects.get(pk=task.pk).snoozed_until is None


def test_given_up_task_keeps_its_reason(ben):
    task = make_task(make_customer(ben))

    tap(client_of(ben), "task_give_up", task, reason="no_answer")

    task.refresh_from_db()
    assert (task.state, task.reason) == (TaskState.CANNOT, "No answer")


def test_who_asked_us_to_stop_is_reached_no_more(ben):
    lay_out_tenant()
    contact = make_customer(ben)
    task, next_one = make_task(contact), make_customer(ben, "Other")

    tap(client_of(ben), "task_give_up", task, reason="asked_to_stop")
    tap(client_of(ben), "task_give_up", make_task(next_one), reason="no_answer")

    mark = DoNotContact.objects.get()
    assert (mark.contact, mark.channel) == (contact, "all")
    assert AuditEntry.objects.filter(action="task.given_up", actor=ben).count() == 2


@pytest.mark.parametrize("said", [{}, {"reason": "unknown"}, {"other": "  "}, {"other": "a\0b"}])
def test_giving_up_needs_a_reason(ben, said):
    task = make_task(make_customer(ben))

    answer = tap(client_of(ben), "task_give_up", task, **said)

    assert answer.status_code == 422
    assert RepTask.objects.get(pk=task.pk).state == TaskState.OPEN


def test_a_tap_after_the_log_in_ended_leads_to_it(ben):
    answer = client_of().post(reverse("rep:task_done", args=[make_task(make_customer(ben)).pk]), headers=HTMX)

    assert answer["HX-Redirect"] == reverse("account_login")


@pytest.mark.parametrize("people", [1, 3])
def test_today_asks_the_database_the_same_for_many(ben, people, django_assert_max_num_queries):
    for n in range(people):
        make_task(make_customer(ben, f"Lin {n}"))
    client = client_of(ben)
    client.get("/rep/")

    with django_assert_max_num_queries(13):
        client.get("/rep/")


def test_the_evening_is_offered_only_before_it():
    morning = clock_at("2026-03-02T10:00:00+08:00")

    assert [choice.code for choice in snooze_choices(morning)] == ["hour", "evening", "tomorrow"]
    assert [choice.code for choice in snooze_choices(morning.replace(hour=18, minute=30))] == ["hour", "tomorrow"]


def test_tomorrow_is_nine_in_the_morning():
    now = clock_at("2026-03-02T23:50:00+08:00")

    assert snooze_choices(now)[-1].until == clock_at("2026-03-03T09:00:00+08:00")


def test_a_picked_time_is_of_the_business_zone():
    now = clock_at("2026-03-02T10:00:00+08:00")

    assert read_moment("2026-03-04T15:30", now) == clock_at("2026-03-04T15:30:00+08:00")
    assert read_moment((now + LONGEST + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M"), now) is None


def clock_at(text):
    return datetime.fromisoformat(text)
