"""The search box by keyboard alone: opened, asked, walked through, left again, in both languages."""

import pytest
from django.test import Client
from django_tenants.utils import tenant_context
from playwright.sync_api import expect

from accounts.enums import Role
from leads.models import Lead
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.starter import lay_out_tenant
from tenants.models import Tenant
from tests.factories import make_user
from tests.flows.arrivals import make_arrival, phone

FOCUSED = "document.activeElement.id || document.activeElement.textContent.trim()"


@pytest.fixture
def acme_live(live):
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        lay_out_tenant()
        yield


def arrive(number: int, name: str, said: str) -> Lead:
    [outcome] = lead_arrived([make_arrival(number, name=name, identities=[phone(said)])], now=clock.now())
    return Lead.objects.get(pk=outcome.lead_id)


@pytest.mark.parametrize(("language", "box", "heading"), [("en-US", "Search", "Contacts"), ("zh-CN", "搜索", "客户")])
def test_somebody_is_found_by_the_last_four_digits_without_a_mouse(
    live, acme_live, open_browser, language, box, heading
):
    wanted = [arrive(71_000 + place, name, f"1380013{place}722") for place, name in enumerate(("Lin Yi", "Lin Er"), 5)]
    client = Client()
    client.force_login(make_user(f"olga-{language}", Role.OPS))
    page = open_browser(language=language)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live.url("acme")}]
    )
    page.goto(live.url("acme", "/leads/"))
    search, results = page.get_by_role("searchbox", name=box, exact=True).first, page.locator("#search-results")
    start = page.locator("#main a").first
    start.focus()

    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("5722")
    expect(results.get_by_role("heading", name=heading)).to_be_visible()
    expect(results.get_by_role("link")).not_to_have_count(0)
    assert page.evaluate(FOCUSED) == "global-search"
    names = results.get_by_role("link").all_inner_texts()
    assert "Lin Yi" in names[0]
    assert not any("Lin Er" in name for name in names)

    page.keyboard.press("ArrowDown")
    expect(results.get_by_role("link").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(search).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(results.get_by_role("link").last).to_be_focused()

    page.keyboard.press("Escape")
    expect(search).to_be_focused()
    expect(results.locator("*")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(start).to_be_focused()

    page.keyboard.press("Control+k")
    page.keyboard.type("6722")
    expect(results.get_by_role("link", name="Lin Er").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Lin Er", level=1).wait_for()
    assert page.url == live.url("acme", f"/contacts/{wanted[1].contact_id}/")
    assert "6722" not in page.url

    page.keyboard.press("/")
    expect(results.get_by_role("link", name="Lin Er")).to_be_visible()
    page.keyboard.type("0000")
    expect(results.get_by_role("link")).to_have_count(0)
    expect(results.locator("p")).to_be_visible()
    page.keyboard.press("Escape")
    expect(results.locator("*")).to_have_count(0)
