"""A plan from the empty page to the published version, as somebody clicks it together."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from audiences.services import save_segment
from campaigns.enums import Closure, SopState, TouchState
from campaigns.inputs import Start
from campaigns.models import Breaker, Lane, Sop, SopVersion, Touchpoint
from campaigns.services.enrolment import enroll
from content.upkeep import save_material
from exchange.models import Job
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows import segment_start
from scrm.flows.jobs import jobs_due
from tagging.upkeep import create_category, create_group, create_tag
from tests.factories import make_contact, make_live_sop, make_user, step
from tests.web.ops.outreach.conftest import Desk

SETTINGS = {"name": "Welcome", "summary": "", "trigger": "lead_captured", "exit_when_won": "on"}
MAIL = {
    "name": "Hello",
    "channel": "email",
    "kind": "immediately",
    "subject": "Hello {{contact.name}}",
    "body": "Good to see you.",
}
CALL = {"name": "Call", "channel": "rep_task", "kind": "days", "n": "2", "at": "10:30", "body": "Ask."}
FRIDAY = {**CALL, "name": "Friday", "kind": "weekday", "weekday": "4", "n": "", "at": "18:00"}


def posted(*steps: dict, **more: str) -> dict:
    data = {**SETTINGS, "steps-count": str(len(steps)), **more}
    for index, given in enumerate(steps):
        data |= {f"steps-{index}-{name}": value for name, value in given.items()}
    return data


@pytest.fixture
def draft(ops) -> Sop:
    answer = ops.post(reverse("ops:sop_create"), SETTINGS)
    sop = Sop.objects.get(name="Welcome")
    assert answer.url == reverse("ops:sop_edit", args=[sop.pk])
    return sop


def edit(ops, sop: Sop, *steps: dict, **more: str):
    answer = ops.post(reverse("ops:sop_edit", args=[sop.pk]), posted(*steps, **more))
    sop.refresh_from_db()
    return answer


def test_steps_are_kept_as_written(ops, draft):
    answer = edit(ops, draft, MAIL, CALL, FRIDAY)

    assert answer.status_code == 302
    offsets = [each["offset"] for each in draft.draft_steps]
    assert offsets == [
        {"kind": "immediately"},
        {"kind": "days", "n": 2, "at": "10:30"},
        {"kind": "weekday", "weekday": 4, "at": "18:00"},
    ]
    assert [each["number"] for each in draft.draft_steps] == [1, 2, 3]


def test_an_unfinished_draft_is_kept_and_says_what_is_missing(ops, draft):
    edit(ops, draft, {**MAIL, "subject": ""}, {**CALL, "n": "", "body": "Dear {{nobody}}"})

    page = ops.get(reverse("ops:sop_edit", args=[draft.pk]), {"check": "1"}).content.decode()

    assert "An e-mail needs a subject." in page
    assert "Give a whole number from 0 to 400." in page
    assert "There is no variable {{nobody}}." in page
    assert "3 things are missing" in page


def test_an_unfinished_draft_is_not_published(ops, draft):
    edit(ops, draft, {**MAIL, "subject": ""})

    answer = ops.post(reverse("ops:sop_publish", args=[draft.pk]))

    assert answer.url.endswith("?check=1")
    assert not SopVersion.objects.exists()


@pytest.mark.parametrize(
    ("action", "names"),
    [
        ("add", ["Hello", "Call", ""]),
        ("remove:0", ["Call"]),
        ("up:1", ["Call", "Hello"]),
        ("down:0", ["Call", "Hello"]),
        ("down:1", ["Hello", "Call"]),
        ("redraw", ["Hello", "Call"]),
        ("remove:9", ["Hello", "Call"]),
        ("nonsense", ["Hello", "Call"]),
    ],
)
def test_buttons_change_the_form_and_save_nothing(ops, draft, action, names):
    data = posted(MAIL, CALL, **{"steps-action": action})

    answer = ops.post(reverse("ops:sop_steps", args=[draft.pk]), data, HTTP_HX_REQUEST="true")

    assert [form["name"].value() or "" for form in answer.context["steps"].forms] == names
    draft.refresh_from_db()
    assert draft.draft_steps == []


def test_numbers_stay_with_their_step(ops, draft):
    edit(ops, draft, MAIL, CALL)
    ops.post(reverse("ops:sop_publish", args=[draft.pk]))

    edit(ops, draft, {**CALL, "number": "2"}, FRIDAY)

    assert [(each["number"], each["name"]) for each in draft.draft_steps] == [(2, "Call"), (3, "Friday")]


def test_publishing_tells_what_changes(ops, draft):
    edit(ops, draft, MAIL, CALL)
    ops.post(reverse("ops:sop_publish", args=[draft.pk]))
    edit(ops, draft, {**CALL, "number": "2", "n": "5"}, FRIDAY)

    changes = ops.get(reverse("ops:sop_publish", args=[draft.pk])).context["changes"]

    assert [(change.kind, change.name) for change in changes] == [
        ("changed", "Call"),
        ("added", "Friday"),
        ("removed", "Hello"),
    ]
    assert changes[0].details == ("time: T+2 days at 10:30 becomes T+5 days at 10:30",)


def test_publishing_makes_it_live(ops, draft):
    edit(ops, draft, MAIL, CALL)

    answer = ops.post(reverse("ops:sop_publish", args=[draft.pk]))

    draft.refresh_from_db()
    assert answer.url == reverse("ops:sop_detail", args=[draft.pk])
    assert (draft.state, draft.live_version.number) == (SopState.LIVE, 1)
    assert draft.live_version.published_by == ops.user


def test_a_tag_trigger_needs_its_tag(ops, draft):
    answer = edit(ops, draft, MAIL, trigger="tag_added")

    assert answer.status_code == 422
    assert "Choose the tag that starts it." in answer.content.decode()
    assert draft.trigger == "lead_captured"


def test_a_tag_trigger_keeps_its_tag(ops, draft):
    category = create_category(name="Interest", kind="interest", by=None, now=clock.now())
    group = create_group(category=category, name="Model", by=None, now=clock.now())
    tag = create_tag(group=group, name="SUV", by=None, now=clock.now())

    edit(ops, draft, MAIL, trigger="tag_added", trigger_tag=str(tag.pk))

    assert (draft.trigger, draft.trigger_tag) == ("tag_added", tag)


def test_a_taken_name_is_refused_beside_its_field(ops, draft):
    answer = ops.post(reverse("ops:sop_create"), SETTINGS)

    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors
    assert Sop.objects.count() == 1


def test_preview_speaks_to_one_contact(ops, draft):
    material = save_material(title="Guide", body="Text", by=None, now=clock.now())
    edit(ops, draft, {**MAIL, "body": "See {{link}}", "material": str(material.pk)})
    make_contact("Lin")

    shown = ops.get(reverse("ops:sop_preview", args=[draft.pk])).context["messages_shown"]

    assert shown[0].subject == "Hello Lin"
    assert shown[0].refused == "No address for this channel"
    assert shown[0].when == "At once"


def test_preview_shows_no_contact_of_somebody_else(ada, zoe, ops, draft):
    edit(ops, draft, MAIL)
    wu = make_contact("Wu", owner=zoe)

    assert ada.get(reverse("ops:sop_preview", args=[draft.pk]), {"contact": str(wu.pk)}).status_code == 404


def test_pause_resume_and_stop(ops):
    sop = make_live_sop(step(offset={"kind": "days", "n": 3, "at": "10:00"}))
    with due_work():
        enroll(sop=sop, starts=[Start(make_contact().pk, clock.now(), "UTC")])

    for action, state in (("pause", "paused"), ("resume", "live"), ("stop", "stopped")):
        assert ops.post(reverse(f"ops:sop_{action}", args=[sop.pk])).status_code == 302
        sop.refresh_from_db()
        assert sop.state == state

    assert Touchpoint.objects.get().state == TouchState.CANCELLED


@pytest.fixture
def berliners(acme, ben, zoe):
    for owner in (ben, zoe):
        make_contact(f"Of {owner}", owner=owner, city="Berlin")
    condition = {"all": [{"fact": "contact.city", "op": "is", "value": "Berlin"}]}
    return save_segment(name="Berliners", kind="frozen", condition=condition, by=None, now=clock.now())


def test_an_sop_is_started_for_a_segment_once(ops, berliners):
    sop = make_live_sop(step(offset={"kind": "days", "n": 3, "at": "10:00"}))
    for _ in range(2):
        ops.post(reverse("ops:sop_start", args=[sop.pk]), {"segment": berliners.pk})

    assert sop.enrollments.count() == 2
    assert AuditEntry.objects.filter(action="sop.started_by_hand").count() == 2


def test_a_start_takes_only_whom_the_planner_may_see(acme, ben, berliners):
    sop = make_live_sop(step(offset={"kind": "days", "n": 3, "at": "10:00"}))
    lead = make_user("lea", "ops", department=ben.department)
    lead.scope = "department"
    lead.save()

    Desk(acme, lead).post(reverse("ops:sop_start", args=[sop.pk]), {"segment": berliners.pk})

    assert sop.enrollments.get().contact.owner == ben


def test_a_paused_sop_takes_nobody_in(ops, berliners):
    sop = make_live_sop()
    ops.post(reverse("ops:sop_pause", args=[sop.pk]))

    ops.post(reverse("ops:sop_start", args=[sop.pk]), {"segment": berliners.pk})

    assert not sop.enrollments.exists()


def test_forecast_counts_what_is_to_come(ops):
    sop = make_live_sop(step(offset={"kind": "days", "n": 3, "at": "10:00"}))
    with due_work():
        for _ in range(3):
            enroll(sop=sop, starts=[Start(make_contact().pk, clock.now(), "Asia/Shanghai")])

    data = ops.get(reverse("ops:sop_next_days", args=[sop.pk])).json()

    calls = next(each["data"] for each in data["series"] if each["name"] == "Representative's task")
    assert len(data["categories"]) == 7
    assert calls == [0, 0, 0, 3, 0, 0, 0]


@pytest.mark.parametrize(("sent", "state"), [("yes", TouchState.SENT), ("no", TouchState.PLANNED)])
def test_a_person_settles_an_unknown_touch(ops, sent, state):
    sop = make_live_sop(step(offset={"kind": "days", "n": 3, "at": "10:00"}))
    with due_work():
        enroll(sop=sop, starts=[Start(make_contact().pk, clock.now(), "UTC")])
    touch = Touchpoint.objects.get()
    Touchpoint.objects.update(state=TouchState.UNKNOWN)

    ops.post(reverse("ops:touchpoint_resolve", args=[touch.pk]), {"sent": sent, "attempt": touch.attempt})

    touch.refresh_from_db()
    assert touch.state == state


def test_what_a_person_found_out_of_an_earlier_attempt_changes_nothing(ops):
    """Else two clicks on `It did not` around a second attempt send a third time."""
    sop = make_live_sop()
    with due_work():
        enroll(sop=sop, starts=[Start(make_contact().pk, clock.now(), "UTC")])
    Touchpoint.objects.update(state=TouchState.UNKNOWN, attempt=2)
    touch = Touchpoint.objects.get()

    answer = ops.post(reverse("ops:touchpoint_resolve", args=[touch.pk]), {"sent": "no", "attempt": 1})

    assert answer.url == f"{reverse('ops:touchpoint_list')}?state=9"
    touch.refresh_from_db()
    assert touch.state == TouchState.UNKNOWN


def test_settings_say_what_becomes_of_late_touches(ops, draft):
    edit(ops, draft, MAIL, late_policy="shift", late_after_minutes="15", catch_up_per_minute="30")
    assert (draft.late_policy, draft.late_after_minutes, draft.catch_up_per_minute) == ("shift", 15, 30)

    edit(ops, draft, MAIL)
    assert (draft.late_policy, draft.late_after_minutes) == ("shift", 15)

    answer = edit(ops, draft, MAIL, late_after_minutes="0")
    assert answer.status_code == 422
    assert draft.late_after_minutes == 15


def test_sop_shows_what_waits_for_its_provider_and_what_catches_up(ops):
    sop = make_live_sop(step("email"), step())
    now = clock.now()
    with due_work():
        enroll(sop=sop, starts=[Start(make_contact().pk, now - timedelta(days=1), "UTC")])
    Lane.objects.filter(channel="email").update(late_before=now, catch_up_at=now)
    Lane.objects.filter(channel="rep_task").update(is_open=False, reopen_at=now, closure=Closure.HUNG_UP)

    page = ops.get(reverse("ops:sop_detail", args=[sop.pk])).content.decode()

    assert "1 late touch waits for its turn; 600 go out per minute." in page
    assert "The provider hung up." in page


def test_why_a_lane_waits_is_said_in_the_readers_language(ops):
    sop, lin = make_live_sop(step("email")), make_contact()
    with due_work():
        enroll(sop=sop, starts=[Start(lin.pk, clock.now(), "UTC")])
    Lane.objects.update(is_open=False, reopen_at=clock.now(), closure=Closure.UNREACHABLE)
    ops.headers["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"

    for url in (reverse("ops:sop_detail", args=[sop.pk]), reverse("ops:contact_detail", args=[lin.pk])):
        page = ops.get(url).content.decode()
        assert "服务商没有应答。" in page
        assert "The provider" not in page


def test_channel_that_is_shut_is_told_wherever_its_touches_wait(ops):
    sop, other, lin = make_live_sop(step("email")), make_live_sop(step(), name="Tasks"), make_contact()
    with due_work():
        enroll(sop=sop, starts=[Start(lin.pk, clock.now(), "UTC")])
    pages = [
        reverse("ops:touchpoint_list"),
        reverse("ops:sop_detail", args=[sop.pk]),
        reverse("ops:contact_detail", args=[lin.pk]),
    ]
    assert not any("takes no more for now" in ops.get(url).content.decode() for url in pages)
    Breaker.objects.create(channel="email", failures=5, closure=Closure.QUOTA, reopen_at=clock.now())

    for url in pages:
        assert "The provider takes no more for now." in ops.get(url).content.decode()
    assert "The provider" not in ops.get(reverse("ops:sop_detail", args=[other.pk])).content.decode()
    Touchpoint.objects.update(state=TouchState.CANCELLED)
    assert not any("takes no more for now" in ops.get(url).content.decode() for url in pages)


def test_ledger_narrows_by_sop_state_and_period(ops):
    sops = [make_live_sop(step(offset={"kind": "days", "n": n, "at": "10:00"}), name=f"S{n}") for n in (3, 30)]
    with due_work():
        for sop in sops:
            enroll(sop=sop, starts=[Start(make_contact(f"of {sop.name}").pk, clock.now(), "UTC")])

    def shown(**filters):
        rows = ops.get(reverse("ops:touchpoint_list"), filters).context["rows"]
        return [row["touch"].contact.name for row in rows]

    assert shown() == ["of S30", "of S3"]
    assert shown(sop=str(sops[0].pk)) == ["of S3"]
    assert shown(period="next7") == ["of S3"]
    assert shown(state="0", q="s30") == ["of S30"]
    assert shown(state="4") == []
    assert shown(state="nonsense") == ["of S30", "of S3"]


def test_a_large_segment_enters_as_a_job_with_its_progress(acme, ops, berliners, monkeypatch):
    monkeypatch.setattr(segment_start, "FEW", 1)
    monkeypatch.setattr(segment_start, "_AT_ONCE", 1)
    sop = make_live_sop(step(offset={"kind": "days", "n": 3, "at": "10:00"}))

    answer = ops.post(reverse("ops:sop_start", args=[sop.pk]), {"segment": berliners.pk})
    assert not sop.enrollments.exists()
    job = Job.objects.get()
    assert answer["Location"] == reverse("ops:sop_start_detail", args=[sop.pk, job.pk])
    part = ops.get(reverse("ops:sop_start_progress", args=[sop.pk, job.pk]))
    assert 'max="2"' in part.content.decode()

    jobs_due(Budget(0))
    assert sop.enrollments.count() == 1
    while jobs_due(Budget(0)):
        pass

    job.refresh_from_db()
    assert (job.state, job.done, job.result) == ("done", 2, {"started": 2})
    assert sop.enrollments.count() == 2
    assert "Entered" in ops.get(answer["Location"]).content.decode()
    assert AuditEntry.objects.filter(action="sop.started_by_hand").count() == 1


def test_a_start_that_was_cancelled_lets_nobody_in(ops, berliners, monkeypatch):
    monkeypatch.setattr(segment_start, "FEW", 1)
    sop = make_live_sop(step(offset={"kind": "days", "n": 3, "at": "10:00"}))
    ops.post(reverse("ops:sop_start", args=[sop.pk]), {"segment": berliners.pk})

    ops.post(reverse("ops:sop_start_cancel", args=[sop.pk, Job.objects.get().pk]))
    jobs_due(Budget(0))

    assert Job.objects.get().state == "cancelled"
    assert not sop.enrollments.exists()
