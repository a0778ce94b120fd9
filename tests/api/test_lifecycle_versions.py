"""Stages changed through the API: a draft said whole, looked through, published with its people, taken back."""

import pytest
from django_tenants.utils import tenant_context

from lifecycle.enums import MoveSource
from lifecycle.models import Lifecycle, Position, Stage
from scheduler.budget import Budget
from scrm.core import clock
from scrm.core.ids import uuid7
from scrm.flows.jobs import jobs_due
from scrm.flows.progress import stage_moved
from tests.api.conftest import Caller, make_caller
from tests.api.test_leads import errors_of
from tests.factories import make_contact, make_stage, make_user


@pytest.fixture
def cars(acme) -> Lifecycle:
    life = Lifecycle.objects.create(name="Cars")
    for name in ("Visit", "Drive"):
        make_stage(life, name)
    return life


@pytest.fixture
def system(acme):
    return make_caller(acme, "leads:read", "rules:write")


def said(stage, **more) -> dict[str, object]:
    return {"id": str(stage.pk), "name": stage.name, "kind": stage.kind, **more}


def test_a_stage_goes_with_its_people_and_comes_back(system, cars):
    visit, drive = cars.stages.order_by("position")
    lin = make_contact("Lin")
    stage_moved([lin.pk], visit.pk, source=MoveSource.RULE, now=clock.now())
    at, new = f"lifecycles/{cars.pk}", str(uuid7())
    stages = [said(drive, name="Test drive"), {"id": new, "name": "Deposit", "kind": "open", "colour": "teal"}]

    unsettled = system.put(f"{at}/draft", {"stages": stages}).json()
    assert (unsettled["unsettled"], unsettled["ready"]) == (["Visit"], False)
    moves = [{"from_stage": str(visit.pk), "to_stage": new}]
    told = system.put(f"{at}/draft", {"stages": stages, "moves": moves}).json()

    assert (told["ready"], told["people"], told["moves"][0]["people"]) == (True, 1, 1)
    assert {each["name"]: each["kind"] for each in told["changes"]} == {
        "Test drive": "changed",
        "Deposit": "added",
        "Visit": "removed",
    }
    stale = system.post(f"{at}/draft/publish", {"revision": told["revision"] - 1})
    assert stale.status_code == 422
    assert system.post(f"{at}/draft/publish", {"revision": told["revision"]}).json() == {"number": 2, "people": 1}
    assert not jobs_due(Budget(30))

    assert Position.objects.get(contact=lin).stage == Stage.objects.get(code="deposit")
    shown = system.get(f"{at}/versions/2").json()
    assert (shown["people"]["state"], shown["people"]["moved"]) == ("done", 1)
    assert [each["number"] for each in system.get(f"{at}/versions").json()["results"]] == [1, 2]
    assert system.get(f"contacts/{lin.pk}/moves").json()["results"][0]["version"] == 2
    assert system.post(f"{at}/versions/undo", {}).json() == {"number": 3, "people": 1}
    assert not jobs_due(Budget(30))
    assert Position.objects.get(contact=lin).stage == visit


def test_what_can_not_hold_is_refused_and_nothing_changes(system, cars):
    visit, drive = cars.stages.order_by("position")
    at = f"lifecycles/{cars.pk}/draft"
    other = make_stage(Lifecycle.objects.create(name="Other"), "Elsewhere")
    broken = {"from_stage": str(visit.pk), "to_stage": str(drive.pk), "condition": {"fact": "nothing"}}

    assert errors_of(system.put(at, {"stages": [said(visit), said(other)]}))
    assert errors_of(system.put(at, {"stages": [said(visit), said(drive)], "moves": [broken]}))
    assert errors_of(system.put(at, {"stages": [said(visit), said(visit)]}))
    assert errors_of(system.put(at, {"stages": []}))

    assert not cars.versions.exists()
    assert system.get(at).json()["revision"] == 0


def test_a_draft_is_thrown_away(system, cars):
    visit, drive = cars.stages.order_by("position")
    at = f"lifecycles/{cars.pk}/draft"
    system.put(at, {"stages": [said(drive), said(visit)]})
    assert cars.versions.count() == 1

    assert system.delete(at).status_code == 204

    assert not cars.versions.exists()


def test_who_may_not_change_lifecycles_has_no_draft(globex, acme, ben, cars):
    at = f"lifecycles/{cars.pk}"
    rep = Caller(acme, user=ben)
    assert rep.get(f"{at}/draft").status_code == 403
    assert rep.post(f"{at}/versions/undo", {}).status_code == 403
    assert rep.get(f"{at}/versions").status_code == 200
    with tenant_context(globex):
        cai = Caller(globex, user=make_user("cai", role="principal"))
    assert cai.get(f"{at}/draft").status_code == 404
    assert cai.get(f"{at}/versions").status_code == 404
