"""A form from the builder to a lead in a real browser, under the content policy: preview, condition, answer."""

import pytest
from django_tenants.utils import tenant_context
from playwright.sync_api import expect

from accounts.enums import Role
from leads.models import Form, FormTally, Lead, Source
from scrm.core import clock
from scrm.embedded.console import pause
from scrm.flows.starter import lay_out_tenant
from tenants.models import Tenant
from tests.browser.test_outreach import log_in
from tests.factories import make_user
from tests.live import eventually


@pytest.fixture
def acme_live(live):
    tenant = Tenant.objects.get(schema_name="acme")
    with tenant_context(tenant):
        lay_out_tenant()
        yield tenant


def test_a_form_is_built_published_and_answered(live, acme_live, page, open_browser):
    log_in(page, live, make_user("olga-forms", Role.OPS))
    Source.objects.create(name="Builder", created_at=clock.now())
    page.goto(live.url("acme", "/forms/new/"))
    page.get_by_label("Name").fill("Built")
    page.get_by_label("Leads count for this source").select_option(label="Builder")
    page.get_by_role("button", name="Go on to its questions").click()

    page.get_by_role("button", name="One choice", exact=True).click()
    page.locator("#q-3-label").fill("Which model?")
    page.get_by_role("button", name="Short text", exact=True).click()
    page.locator("#q-4-label").fill("Why?")
    page.locator(".question").nth(4).get_by_text("Help and condition").click()
    page.locator("#q-4-show").select_option(label="Only if answered: Which model?")
    page.get_by_role("checkbox", name="Choice 2").check()
    preview = page.frame_locator(".form-preview")
    expect(preview.get_by_text("Which model?")).to_be_visible()
    expect(preview.get_by_label("Why?")).to_be_hidden()
    page.get_by_role("button", name="Save and publish").click()
    page.get_by_text("Version 1 is live.").wait_for()

    form = Form.objects.get(title="Built")
    phone = open_browser("phone")
    phone.goto(live.url("acme", f"/f/{form.slug}"))
    phone.get_by_label("Your name").fill("Lin Built")
    phone.get_by_label("Your phone number").fill("13900139111")
    expect(phone.get_by_label("Why?")).to_be_hidden()
    phone.get_by_text("Choice 2").click()
    phone.get_by_label("Why?").fill("Room")
    eventually(lambda: FormTally.objects.filter(form=form, begun=1).exists())
    pause(3.1)
    phone.get_by_role("button", name="Send").click()
    phone.get_by_role("heading", name="Thank you").wait_for()

    assert Lead.objects.get(form=form).attributes == {"Which model?": "Choice 2", "Why?": "Room"}
    assert phone.context.cookies() == []
