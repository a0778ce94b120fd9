"""Lifecycles through the API: read, somebody moved, and what came of a period; within reach."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from lifecycle.enums import MoveSource
from lifecycle.models import Lifecycle, LossReason, Position, Stage, StageTransition
from scrm.core import clock
from scrm.flows.progress import stage_moved
from scrm.flows.starter import lay_out_tenant
from tests.api.conftest import Caller, make_caller
from tests.api.test_leads import errors_of
from tests.factories import make_contact, make_user


@pytest.fixture
def lin(acme, ben):
    lay_out_tenant()
    contact = make_contact("Lin", owner=ben)
    put(contact, "captured")
    return contact


@pytest.fixture
def wu(lin):
    """Somebody whom only those see who see all."""
    contact = make_contact("Wu")
    put(contact, "captured")
    return contact


@pytest.fixture
def rep(acme, ben):
    return Caller(acme, user=ben)


@pytest.fixture
def system(acme):
    return make_caller(acme, "leads:read", "follow_up:write")


def stage(code: str) -> Stage:
    return Stage.objects.get(code=code, lifecycle__is_default=True)


def put(contact, code: str) -> None:
    stage_moved([contact.pk], stage(code).pk, source=MoveSource.RULE, now=clock.now())


def test_lifecycles_are_told_with_what_belongs_to_them(system, lin):
    life = Lifecycle.objects.get(is_default=True)
    [told] = system.get("lifecycles").json()["results"]

    assert (told["name"], told["is_default"]) == (life.name, True)
    assert [each["code"] for each in told["stages"]][:2] == ["captured", "contacted"]
    assert "Price" in {each["name"] for each in told["loss_reasons"]}


def test_somebody_is_moved_and_it_is_told(system, lin):
    before = system.post(f"contacts/{lin.pk}/stage", {"stage": str(stage("contacted").pk), "reason": "called"})
    again = system.post(f"contacts/{lin.pk}/stage", {"stage": str(stage("contacted").pk)})

    assert (before.json()["changed"], again.json()["changed"]) == (True, False)
    assert before.json()["stages"][0]["stage"] == "contacted"
    move = StageTransition.objects.latest("id")
    assert (move.source, move.reason, move.by) == (MoveSource.API, "called", None)
    [last, first] = system.get(f"contacts/{lin.pk}/moves").json()["results"]
    assert (last["from_stage"], last["to_stage"]) == (first["to_stage"], str(stage("contacted").pk))


def test_a_loss_needs_its_reason_here_too(system, lin):
    lost = stage("lost")
    reason = LossReason.objects.create(lifecycle=lost.lifecycle, name="Too dear")

    refused = system.post(f"contacts/{lin.pk}/stage", {"stage": str(lost.pk)})
    assert refused.status_code == 422
    assert errors_of(refused) == [("stage", "refused")]
    assert Position.objects.get().stage.code == "captured"
    system.post(f"contacts/{lin.pk}/stage", {"stage": str(lost.pk), "loss_reason": str(reason.pk)})

    assert StageTransition.objects.latest("id").loss_reason == reason


@pytest.mark.parametrize(
    "wrong", [{"stage": 0}, {"stage": False}, {"loss_reason": 0}, {"reason": 7}, {"reason": True}], ids=str
)
def test_a_move_takes_ids_and_texts_for_what_they_are(system, lin, wrong):
    answer = system.post(f"contacts/{lin.pk}/stage", {"stage": str(stage("contacted").pk), **wrong})

    assert errors_of(answer) == [(field, "invalid") for field in wrong]
    assert Position.objects.get(contact=lin).stage.code == "captured"


def test_what_is_beyond_reach_is_not_there(globex, acme, rep, lin, wu):
    to = {"stage": str(stage("contacted").pk)}
    lifecycle = str(Lifecycle.objects.get(is_default=True).pk)

    assert [each["contact"]["name"] for each in rep.get("positions").json()["results"]] == ["Lin"]
    assert rep.post(f"contacts/{wu.pk}/stage", to).status_code == 404
    assert rep.get(f"contacts/{wu.pk}/moves").status_code == 404
    assert Position.objects.get(contact=wu).stage.code == "captured"
    with tenant_context(globex):
        cai = Caller(globex, user=make_user("cai", role="principal"))
    assert cai.get(f"lifecycles/{lifecycle}/flow").status_code == 404


def test_flow_and_standing_are_of_the_days_asked_for(system, lin, wu):
    lifecycle = stage("captured").lifecycle_id
    StageTransition.objects.update(at=clock.now() - timedelta(days=3))
    put(lin, "contacted")
    today, before = clock.now().date(), (clock.now() - timedelta(days=2)).date()

    told = system.get(f"lifecycles/{lifecycle}/flow?since={before}").json()
    then = system.get(f"lifecycles/{lifecycle}/standing?on={before}").json()["stages"]
    now = system.get(f"lifecycles/{lifecycle}/standing").json()["stages"]

    captured, contacted = str(stage("captured").pk), str(stage("contacted").pk)
    assert told["ways"] == [{"from_stage": captured, "to_stage": contacted, "moves": 1}]
    assert told["loses_most"]["finding"] == "too_little"
    assert {each["stage"]: each["people"] for each in then}[captured] == 2
    assert {each["stage"]: each["people"] for each in now if each["people"]} == {captured: 1, contacted: 1}
    assert system.get(f"lifecycles/{lifecycle}/flow?since=1066-01-01").status_code == 400
    assert system.get(f"lifecycles/{lifecycle}/flow?untill={today}").status_code == 400


def test_positions_cost_the_same_for_one_and_three(system, lin, wu):
    with CaptureQueriesContext(connection) as one:
        system.get(f"positions?owner={lin.owner_id}")
    for name in ("A", "B"):
        put(make_contact(name, owner=lin.owner), "captured")
    with CaptureQueriesContext(connection) as three:
        answer = system.get(f"positions?owner={lin.owner_id}&stage={stage('captured').pk}")

    assert len(answer.json()["results"]) == 3
    assert len(one) == len(three)
