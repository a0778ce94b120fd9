"""A form within pages of other origins: a listed site shows it and its visitors send it, an unlisted one does not."""

import pytest
from django_tenants.utils import tenant_context
from playwright.sync_api import expect

from leads.models import Form, HeldLead, Lead
from scrm.embedded.console import pause
from scrm.flows.starter import lay_out_tenant
from tenants.models import Tenant
from tests.browser.sites import Site
from tests.live import eventually
from tests.web.public_pages import make_form


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


@pytest.fixture
def form(live, site):
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        lay_out_tenant()
        form = make_form(title="Ask in the shop")
        site.show(f'<script src="{live.url("acme", "/embed.js")}" data-form="{form.slug}" async></script>')
        yield form


def allow(form: Form, *sites: str) -> None:
    form.sites = list(sites)
    form.save(update_fields=["sites"])


def test_listed_site_shows_the_form_and_its_visitors_send_it(form, site, page):
    allow(form, site.origin)
    page.goto(f"{site.origin}/?utm_source=shop&other=1", wait_until="commit")
    frame = page.frame_locator("iframe")
    frame.get_by_label("Your name").fill("Lin")
    frame.get_by_label("Your phone number").fill("13900139223")

    # It takes the height that it asks for, and its title is the form's.
    outer = page.locator("iframe")
    eventually(lambda: outer.get_attribute("title").startswith("Ask in the shop"))
    eventually(lambda: frame.locator("body").evaluate("body => body.scrollHeight <= innerHeight"))
    page.evaluate("addEventListener('scrm:sent', () => { document.title = 'Sent'; })")
    pause(3.1)
    frame.get_by_role("button", name="Send").click()
    expect(frame.get_by_role("heading", name="Thank you")).to_be_visible()
    eventually(lambda: page.title() == "Sent")

    lead = Lead.objects.get(form=form)
    assert (lead.contact.name, lead.utm) == ("Lin", {"utm_source": "shop"})
    assert not HeldLead.objects.filter(form=form).exists()
    assert page.context.cookies() == []


def test_unlisted_site_shows_nothing(form, site, chromium):
    allow(form, "https://www.example.com")
    context = chromium.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(site.origin, wait_until="commit")

    # Playwright hears of what happened only while it is asked something.
    eventually(lambda: page.title() and any("frame-ancestors" in text for text in said))

    assert page.frames[-1].locator("form").count() == 0
    context.close()
