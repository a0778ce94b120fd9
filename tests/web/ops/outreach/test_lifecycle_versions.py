"""The draft of a lifecycle on its pages: made by changing something, looked through, published, taken back."""

import pytest
from django.urls import reverse

from lifecycle.models import Lifecycle, Position, Stage
from lifecycle.services_lifecycles import create_lifecycle
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.jobs import jobs_due
from tests.factories import make_contact, make_stage


@pytest.fixture
def sales(acme) -> Lifecycle:
    lifecycle = create_lifecycle(name="Car sales", by=None, now=clock.now())
    for name in ("Visit", "Drive", "Deposit"):
        make_stage(lifecycle, name)
    return lifecycle


def at(name: str, lifecycle: Lifecycle, *more: object) -> str:
    return reverse(f"ops:{name}", args=[lifecycle.pk, *more])


def names(lifecycle: Lifecycle) -> list[str]:
    rows = Stage.objects.filter(lifecycle=lifecycle, retired_at=None).order_by("position")
    return list(rows.values_list("name", flat=True))


def publish(ops, lifecycle: Lifecycle) -> str:
    draft = lifecycle.versions.get(number=None)
    return ops.post(at("lifecycle_publish", lifecycle), {"revision": draft.revision}, follow=True).content.decode()


def test_nothing_holds_before_it_is_published(ops, sales):
    visit, drive, deposit = sales.stages.order_by("position")
    ops.post(at("stage_create", sales), {"name": "Club", "kind": "advocate"})
    ops.post(at("stage_edit", sales, visit.pk), {"name": "Shop visit", "kind": "open", "colour": "teal"})
    ops.post(at("stage_shift", sales, deposit.pk), {"to": "earlier"})

    page = ops.get(at("lifecycle_draft", sales)).content.decode()

    assert names(sales) == ["Visit", "Drive", "Deposit"]
    assert "name: “Visit” → “Shop visit”" in page
    assert "another place in the order" in page
    assert "There is a draft" in ops.get(f"{reverse('ops:lifecycle')}?lifecycle={sales.pk}").content.decode()
    assert "Version 2 holds from now on." in publish(ops, sales)
    assert names(sales) == ["Shop visit", "Deposit", "Drive", "Club"]
    club = sales.stages.get(name="Club")
    assert (club.code, sales.stages.get(pk=visit.pk).code) == ("club", "visit")


def test_stages_take_the_order_that_is_posted_and_a_draft_is_thrown_away(ops, sales):
    visit, drive, deposit = sales.stages.order_by("position")
    ops.post(at("lifecycle_order", sales), {"stage": [deposit.pk, visit.pk, drive.pk, "x"]})
    assert [stage["name"] for stage in sales.versions.get().plan["stages"]] == ["Deposit", "Visit", "Drive"]

    ops.post(at("lifecycle_discard", sales))

    assert not sales.versions.exists()
    assert names(sales) == ["Visit", "Drive", "Deposit"]


def test_a_stage_goes_with_its_people_and_comes_back(ops, sales):
    visit, drive, deposit = sales.stages.order_by("position")
    lin = make_contact("Lin")
    since = clock.now()
    Position.objects.create(contact=lin, lifecycle=sales, stage=drive, since=since)

    asked = ops.get(at("stage_remove", sales, drive.pk)).content.decode()
    assert "Visit" in asked
    assert ops.post(at("stage_remove", sales, drive.pk), {"heir": ""}).status_code == 422
    ops.post(at("stage_remove", sales, drive.pk), {"heir": str(deposit.pk)})
    page = ops.get(at("lifecycle_draft", sales)).content.decode()
    assert "1 contact moves" in page
    told = publish(ops, sales)
    assert "Moving people" in told
    board = f"{reverse('ops:lifecycle_board')}?lifecycle={sales.pk}"
    assert "its people are being moved" in ops.get(board).content.decode()
    assert not jobs_due(Budget(30))

    assert Position.objects.get(contact=lin).stage == deposit
    assert "Take back" in ops.get(at("lifecycle_version", sales, 2)).content.decode()
    assert ops.get(at("lifecycle_version_progress", sales, 2))["HX-Refresh"] == "true"
    assert "Drive" not in ops.get(board).content.decode()

    back = ops.post(at("lifecycle_version_undo", sales), follow=True).content.decode()
    assert not jobs_due(Budget(30))

    assert "Version 2 is taken back." in back
    assert names(sales) == ["Visit", "Drive", "Deposit"]
    kept = Position.objects.get(contact=lin)
    assert (kept.stage, kept.since) == (drive, since)
    shown = ops.get(at("lifecycle_versions", sales)).content.decode()
    assert "takes back version 2" in shown


def test_a_stage_is_kept_after_all_and_a_split_asks_for_whom(ops, sales):
    visit, drive, deposit = sales.stages.order_by("position")
    ops.post(at("stage_remove", sales, drive.pk), {"heir": str(deposit.pk)})
    split = at("stage_split", sales, drive.pk)
    assert ops.get(split).status_code == 200
    rule = {"rule-scope": "contact", "rule-match": "all", "rule-count": "0"}
    assert ops.post(split, {**rule, "heir": str(visit.pk)}).status_code == 422

    ops.post(at("stage_keep", sales, drive.pk))

    plan = sales.versions.get(number=None).plan
    assert ([stage["name"] for stage in plan["stages"]], plan["moves"]) == (["Visit", "Drive", "Deposit"], [])


def test_an_old_version_is_made_the_draft(ops, sales):
    visit, drive, deposit = sales.stages.order_by("position")
    ops.post(at("stage_edit", sales, visit.pk), {"name": "Shop", "kind": "open"})
    publish(ops, sales)
    ops.post(at("lifecycle_version_draft", sales, 1))
    assert ops.post(at("lifecycle_version_draft", sales, 9)).status_code == 404

    publish(ops, sales)

    assert names(sales) == ["Visit", "Drive", "Deposit"]
    sales.refresh_from_db()
    assert sales.version == 3


def test_only_who_may_change_lifecycles_sees_drafts(ada, sales):
    visit = sales.stages.order_by("position")[0]
    assert ada.get(at("lifecycle_versions", sales)).status_code == 200
    assert ada.get(at("lifecycle_draft", sales)).status_code == 403
    assert ada.post(at("stage_edit", sales, visit.pk), {"name": "X", "kind": "open"}).status_code == 403
    assert not sales.versions.exists()


@pytest.mark.parametrize("name", ["stage_keep", "stage_shift", "stage_edit", "stage_remove", "stage_split"])
def test_a_stage_of_another_lifecycle_is_not_there(ops, sales, name):
    other = create_lifecycle(name="Club", by=None, now=clock.now())
    foreign = make_stage(other, "Member")

    assert ops.post(at(name, sales, foreign.pk), {"to": "earlier"}).status_code == 404
