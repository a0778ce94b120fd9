"""Hand-overs through the API: looked at, begun, followed, stopped, taken back; and to whom customers of a stage go."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from exchange.models import Job
from leads.enums import AssignMethod
from lifecycle.models import Lifecycle, Stage, StageHandOver
from tests.api.conftest import Caller
from tests.api.test_leads import errors_of
from tests.factories import make_contact, make_user
from tests.flows.handing import finish, held
from tests.web.rep_people import make_customer, make_task

NOBODY = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def bea(ben):
    return make_user("bea", department=ben.department)


@pytest.fixture
def manager(acme, ada) -> Caller:
    return Caller(acme, user=ada)


def worked(made) -> Job:
    return finish(Job.objects.get(pk=made.json()["id"]))


def to(*users):
    return [{"user": str(user.pk)} for user in users]


def test_manager_looks_begins_follows_and_takes_back(manager, ben, bea):
    make_task(make_customer(ben))
    make_customer(ben)

    left = manager.post("hand-overs/preview", {"leaver": str(ben.pk)}).json()
    made = manager.post("hand-overs", {"leaver": str(ben.pk), "to": to(bea)})
    assert (left["contacts"], left["tasks"]) == (2, 1)
    assert (made.status_code, made.json()["state"], made.json()["undo_until"]) == (201, "waiting", None)
    worked(made)

    path = f"hand-overs/{made.json()['id']}"
    told = manager.get(path).json()
    assert (told["state"], told["handed"]["contacts"], told["handed"]["tasks"]) == ("done", 2, 1)
    assert told["receivers"] == [{"user": {"id": str(bea.pk), "name": "Bea"}, "contacts": 2}]
    assert told["undo_until"]
    assert [row["id"] for row in manager.get("hand-overs").json()["results"]] == [made.json()["id"]]

    Contact.objects.filter(pk=Contact.objects.order_by("pk").first().pk).update(owner=make_user("dan"))
    assert manager.post(f"{path}/undo", {}).json()["undo"]["state"] == "waiting"
    finish(Job.objects.get(kind="hand_over_undo"))
    undone = manager.get(path).json()["undo"]
    assert (undone["contacts"], undone["staying"]) == (1, [{"reason": "moved", "contacts": 1}])
    assert errors_of(manager.post(f"{path}/undo", {})) == [("", "not_undoable")]
    assert held() == {"Ben": 1, "Dan": 1}


def test_shares_and_rules_are_one_or_the_other(manager, ben, bea):
    make_customer(ben)
    leaver = {"leaver": str(ben.pk)}

    assert errors_of(manager.post("hand-overs", leaver)) == [("to", "required")]
    assert errors_of(manager.post("hand-overs", {**leaver, "to": to(bea), "by_rules": True})) == [("to", "required")]
    assert errors_of(manager.post("hand-overs", {**leaver, "to": to(ben)})) == [("to.0.user", "unknown_user")]
    assert errors_of(manager.post("hand-overs", {**leaver, "to": to(bea), "sop": NOBODY})) == [("sop", "unknown")]
    assert manager.post("hand-overs", {**leaver, "by_rules": True}).status_code == 201
    assert manager.post("hand-overs", {**leaver, "to": to(bea)}).status_code == 409
    assert Job.objects.count() == 1


def test_the_same_request_begins_one(manager, ben, bea):
    make_customer(ben)
    body = {"leaver": str(ben.pk), "to": to(bea)}

    first = manager.post("hand-overs", body, HTTP_IDEMPOTENCY_KEY="k")
    again = manager.post("hand-overs", body, HTTP_IDEMPOTENCY_KEY="k")

    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert Job.objects.count() == 1


def test_it_is_stopped_before_it_began(manager, ben, bea):
    make_customer(ben)
    made = manager.post("hand-overs", {"leaver": str(ben.pk), "to": to(bea)})

    stopped = manager.post(f"hand-overs/{made.json()['id']}/cancel", {})

    assert stopped.json()["state"] == "cancelled"
    assert held() == {"Ben": 1}


def test_key_acts_in_somebody_s_name_and_within_their_reach(system, ada, ben, bea):
    make_customer(ben)
    dan = make_user("dan")
    body = {"leaver": str(ben.pk), "to": to(bea)}

    assert errors_of(system.post("hand-overs", body)) == [("by", "required")]
    assert errors_of(system.post("hand-overs", {**body, "by": str(bea.pk)})) == [("by", "unknown_user")]
    away = {"leaver": str(dan.pk), "to": to(bea), "by": str(ada.pk)}
    assert errors_of(system.post("hand-overs", away)) == [("leaver", "unknown_user")]
    made = system.post("hand-overs", {**body, "by": str(ada.pk)})
    assert Job.objects.get(pk=made.json()["id"]).created_by == ada
    assert system.post(f"hand-overs/{made.json()['id']}/cancel", {"by": str(ada.pk)}).json()["state"] == "cancelled"


def test_others_see_and_steer_nothing_of_it(acme, manager, cai, ben, bea):
    make_customer(ben)
    made = manager.post("hand-overs", {"leaver": str(ben.pk), "to": to(bea)}).json()["id"]
    beside = make_user("fay", "manager", department=ben.department)
    stranger = Caller(acme, user=make_user("eva", "manager"))

    assert Caller(acme, user=ben).get("hand-overs").status_code == 403
    assert stranger.get(f"hand-overs/{made}").status_code == 404
    assert stranger.get("hand-overs").json()["results"] == []
    assert cai.get(f"hand-overs/{made}").status_code == 404
    assert Caller(acme, user=beside).post(f"hand-overs/{made}/cancel", {}).status_code == 403
    assert errors_of(manager.post("hand-overs", {"leaver": str(ben.pk), "to": to(bea), "by": str(ben.pk)}))
    assert Job.objects.get().state == "waiting"


@pytest.fixture
def stage(acme) -> Stage:
    lifecycle = Lifecycle.objects.create(name="Journey")
    return Stage.objects.create(lifecycle=lifecycle, code="won", name="Won", position=1)


def test_stage_gets_one_rule_that_is_changed_in_part(acme, stage, bea):
    boss = Caller(acme, user=make_user("ops", role="ops"))
    made = boss.post("stage-hand-overs", {"stage": str(stage.pk), "people": [str(bea.pk)], "keep_days": 7})
    path = f"stage-hand-overs/{made.json()['id']}"
    assert (made.status_code, made.json()["stage"]["name"], made.json()["method"]) == (201, "Won", "turns")

    changed = boss.patch(path, {"active": False, "method": "load"}, HTTP_IF_MATCH=made["ETag"])
    late = boss.patch(path, {"keep_days": 1}, HTTP_IF_MATCH=made["ETag"])

    assert [each["name"] for each in changed.json()["people"]] == ["Bea"]
    kept = StageHandOver.objects.get()
    assert (kept.method, kept.active, kept.keep_days, late.status_code) == (AssignMethod.LOAD, False, 7, 412)
    boss.post("stage-hand-overs", {"stage": str(stage.pk), "keep_days": 3})
    assert StageHandOver.objects.get().keep_days == 3
    assert len(boss.get("stage-hand-overs").json()["results"]) == 1


def test_rule_of_a_stage_names_somebody_who_is_there(acme, stage, ada, ben):
    boss = Caller(acme, user=make_user("ops", role="ops"))
    said = {"stage": str(stage.pk)}

    assert [field for field, _code in errors_of(boss.post("stage-hand-overs", said))] == ["department"]
    assert errors_of(boss.post("stage-hand-overs", {"stage": NOBODY})) == [("stage", "unknown")]
    for field, number in (("stage", False), ("department", 0), ("people", [0])):
        [(at, code)] = errors_of(boss.post("stage-hand-overs", {**said, "people": [str(ben.pk)], field: number}))
        assert (at.partition(".")[0], code) == (field, "invalid")
    wrong = {**said, "people": [str(ben.pk), NOBODY]}
    assert errors_of(boss.post("stage-hand-overs", wrong)) == [("people.1", "unknown")]
    assert Caller(acme, user=ada).post("stage-hand-overs", {**said, "people": [str(ben.pk)]}).status_code == 403
    assert not StageHandOver.objects.exists()


def test_lists_cost_the_same_for_one_and_three(manager, ada, bea):
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert manager.get("hand-overs").status_code == 200
        return len(seen)

    def one_more(name):
        leaver = make_user(name, department=ada.department)
        make_contact(name, owner=leaver)
        manager.post("hand-overs", {"leaver": str(leaver.pk), "to": to(bea)})

    one_more("u1")
    cost()
    one = cost()
    one_more("u2")
    one_more("u3")
    assert cost() == one
