"""A lifecycle in a browser, under the content policy: a card dragged, taken back, lost with its reason; the flow."""

import pytest
from django.test import Client
from django_tenants.utils import tenant_context
from playwright.sync_api import Page, expect

from accounts.enums import Role
from lifecycle.enums import MoveSource
from lifecycle.models import Position, StageTransition
from lifecycle.services_lifecycles import lay_out_lifecycle
from lifecycle.templates import CAR
from scrm.core import clock
from scrm.flows.progress import stage_moved
from tenants.models import Tenant
from tests.factories import make_contact, make_user


@pytest.fixture
def acme_live(live):
    tenant = Tenant.objects.get(schema_name="acme")
    with tenant_context(tenant):
        yield tenant


@pytest.fixture
def cars(acme_live):
    return lay_out_lifecycle(template=CAR, name="Cars of the board", chinese=False, by=None, now=clock.now())


@pytest.fixture
def lin(cars):
    lin = make_contact("Lin of the drive")
    stage_moved([lin.pk], cars.stages.get(code="prospect").pk, source=MoveSource.RULE, now=clock.now())
    return lin


def log_in(page: Page, live, user) -> None:
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live.url("acme")}]
    )


def stands(lin) -> str:
    return Position.objects.get(contact=lin).stage.code


def test_a_card_is_dragged_and_taken_back_and_the_flow_tells_of_it(live, page, cars, lin):
    log_in(page, live, make_user("olga-drags", Role.OPS))
    page.goto(live.url("acme", f"/lifecycle/board/?lifecycle={cars.pk}"))
    card = page.locator(".board-card", has_text="Lin of the drive")
    expect(card).to_contain_text("Remind the owner")

    card.drag_to(page.get_by_role("region", name="Test drive"))

    expect(page.get_by_text("Lin of the drive is in “Test drive” now.")).to_be_visible()
    assert stands(lin) == "test-drive"
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("region", name="Prospect").get_by_text("Lin of the drive")).to_be_visible()
    assert stands(lin) == "prospect"
    page.get_by_role("link", name="Flow").click()
    expect(page.locator("svg.flow")).to_contain_text("Test drive")


def test_by_keyboard_on_a_narrow_screen_a_loss_asks_why(live, page, cars, lin):
    log_in(page, live, make_user("olga-types", Role.OPS))
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(live.url("acme", f"/lifecycle/board/?lifecycle={cars.pk}"))
    choice = page.get_by_label("Move Lin of the drive to")

    choice.focus()
    page.keyboard.press("End")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert stands(lin) == "prospect"
    page.get_by_label("Why").press("ArrowDown")
    page.get_by_label("Note").press("Enter")

    expect(page.get_by_role("region", name="Lost").get_by_text("Lin of the drive")).to_be_visible()
    assert stands(lin) == "lost"
    assert StageTransition.objects.latest("id").loss_reason.name == "Price"
