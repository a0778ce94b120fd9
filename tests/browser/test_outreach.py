"""Planning in a real browser, under the content policy: rules, steps, the board, a confirmed pause."""

import re

import pytest
from django.test import Client
from django_tenants.utils import tenant_context
from playwright.sync_api import Page, expect

from accounts.enums import Role
from audiences.services import save_segment
from campaigns.models import Sop
from lifecycle.models import Position
from lifecycle.services_lifecycles import create_lifecycle
from scrm.core import clock
from tenants.models import Tenant
from tests.factories import make_contact, make_live_sop, make_stage, make_user


@pytest.fixture
def acme_live(live):
    tenant = Tenant.objects.get(schema_name="acme")
    with tenant_context(tenant):
        yield tenant


def log_in(page: Page, live, user) -> None:
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live.url("acme")}]
    )


def test_a_segment_counts_while_it_is_built(live, acme_live, page):
    log_in(page, live, make_user("olga-segments", Role.OPS))
    for name in ("Lin", "Wu"):
        make_contact(name, city="Lisbon")
    page.goto(live.url("acme", "/segments/new/"))

    page.get_by_label("Name").fill("Lisbon")
    page.get_by_label("About").select_option("contact.city")
    # A city is typed, a tag is chosen: the field changes with what the rule is about.
    value = page.locator("input[aria-label=Value]")
    value.fill("Lisbon")
    value.press("Tab")

    expect(page.locator("#segment-count .stat-value")).to_have_text("2")
    page.get_by_role("button", name="Add a condition").click()
    expect(page.get_by_label("About")).to_have_count(2)
    page.get_by_role("button", name="Remove this condition").last.click()
    expect(page.get_by_label("About")).to_have_count(1)
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("heading", name="Lisbon")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_an_sop_is_written_and_published(live, acme_live, page):
    log_in(page, live, make_user("olga-sops", Role.OPS))
    page.goto(live.url("acme", "/sops/new/"))
    page.get_by_label("Name").fill("First week")
    page.get_by_role("button", name="Make draft").click()

    page.get_by_role("button", name="Add a step").click()
    page.locator("#id_steps-0-name").fill("Call")
    page.locator("#id_steps-0-channel").select_option("rep_task")
    expect(page.get_by_label("Title of the task")).to_be_visible()
    page.locator("#id_steps-0-kind").select_option("weekday")
    page.locator("#id_steps-0-weekday").select_option("4")
    page.locator("#id_steps-0-at").fill("18:00")
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_text("Write the text.")).to_be_visible()
    page.locator("#id_steps-0-body").fill("Ask how it goes.")
    page.get_by_role("button", name="Save and publish").click()
    page.get_by_role("button", name="Publish").click()

    expect(page.get_by_text("Next Friday at 18:00").first).to_be_visible()
    assert Sop.objects.get(name="First week").state == "live"


def test_a_card_moves_on_the_board(live, acme_live, page):
    log_in(page, live, make_user("olga-board", Role.OPS))
    lifecycle = create_lifecycle(name="Board", by=None, now=clock.now())
    visit, drive = (make_stage(lifecycle, name) for name in ("Visit", "Drive"))
    lin = make_contact("Lin of the board")
    Position.objects.create(contact=lin, lifecycle=lifecycle, stage=visit, since=clock.now())
    page.goto(live.url("acme", f"/lifecycle/board/?lifecycle={lifecycle.pk}"))

    page.get_by_label("Move Lin of the board to").select_option(str(drive.pk))

    expect(page.get_by_role("region", name="Drive").get_by_text("Lin of the board")).to_be_visible()
    assert Position.objects.get(contact=lin, lifecycle=lifecycle).stage == drive


def test_a_pause_is_asked_for_once_more(live, acme_live, page):
    log_in(page, live, make_user("olga-pause", Role.OPS))
    sop = make_live_sop(name="To be paused")
    page.goto(live.url("acme", f"/sops/{sop.pk}/"))

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Pause this SOP?")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()

    expect(page.get_by_text(re.compile("Nothing goes out until"))).not_to_have_count(0)
    sop.refresh_from_db()
    assert sop.state == "paused"


def test_a_nested_segment_is_built_by_keyboard_and_reads_in_both_languages(live, acme_live, page):
    olga = make_user("olga-nested", Role.OPS)
    log_in(page, live, olga)
    condition = {"fact": "contact.city", "op": "is", "value": "Porto"}
    save_segment(name="Porto people", kind="dynamic", condition=condition, by=olga, now=clock.now())
    for name, city, country in (("Ana", "Porto", "PT"), ("Rui", "Braga", "PT"), ("Eva", "Faro", "ES")):
        make_contact(name, city=city, country=country)
    page.goto(live.url("acme", "/segments/new/"))
    page.get_by_label("Name").fill("Portugal beyond Porto")
    page.locator("#rule-0-fact").select_option("contact.country")
    page.locator("input#rule-0-value-0").fill("PT")

    page.get_by_role("button", name="Add a group").press("Enter")
    # Where a keyboard goes on.
    expect(page.locator("#rule-2-fact")).to_be_focused()
    page.locator("#rule-1-match").select_option("none")
    page.locator("#rule-2-fact").select_option("segments")
    expect(page.locator("#rule-2-value-0")).to_be_visible()
    page.locator("#rule-2-value-0").select_option(label="Porto people")

    expect(page.locator("#segment-count .stat-value")).to_have_text("1")
    expect(page.locator("#segment-count")).to_contain_text("Country is “PT”")
    expect(page.locator("#segment-count")).to_contain_text("is in the segment Porto people")
    expect(page.locator("#segment-count")).to_contain_text("Rui")
    page.get_by_role("button", name="Save segment").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": live.url("acme")}])
    page.reload()
    expect(page.get_by_text("属于人群Porto people")).to_be_visible()
