"""Tags in a browser: a taxonomy copied by trade; a rule written, tried out and applied with its progress."""

import os
import re
import time

import pytest
from django.test import Client
from django_tenants.utils import tenant_context
from playwright.sync_api import expect

from accounts.enums import Role
from contacts.models import Contact
from scrm.core import clock
from tagging.models import Tag, TagAssignment, TagChange
from tenants.models import Tenant
from tests.factories import make_user

PEOPLE = 100_000 if os.environ.get("SCRM_DEEP") else 2_000


@pytest.fixture
def faro(live):
    """Everybody of Faro, in a business without tags."""
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        now = clock.now()
        Contact.objects.bulk_create(
            (Contact(name=f"Faro {n}", city="Faro", created_at=now, updated_at=now) for n in range(PEOPLE)),
            batch_size=5_000,
        )
        yield
        # What comes after looks at lists of everybody.
        TagAssignment.objects.filter(contact__city="Faro").delete()
        TagChange.objects.filter(contact__city="Faro").delete()
        Contact.objects.filter(city="Faro").delete()


def test_a_taxonomy_is_copied_and_a_rule_tried_and_applied_to_everybody(live, faro, page, record_property):
    client = Client()
    client.force_login(make_user("olga-tags", Role.OPS))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live.url("acme")}]
    )
    page.goto(live.url("acme", "/tags/starters/"))
    page.get_by_role("link", name="Beauty").click()
    expect(page.get_by_role("cell", name="New tag").first).to_be_visible()
    page.get_by_role("button", name="Copy the taxonomy “Beauty”").click()
    expect(page.get_by_text("Done: 22 new tags.")).to_be_visible()

    page.goto(live.url("acme", f"/tags/rules/new/?tag={Tag.objects.get(code='skin-dry').pk}"))
    page.get_by_label("Name", exact=True).fill("From Faro")
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("About").select_option("contact.city")
    page.locator("input[aria-label=Value]").fill("Faro")
    page.get_by_role("button", name="Save rule").click()

    shown = f"{PEOPLE:,}"
    expect(page.locator(".stat", has_text="Would get the tag").locator(".stat-value")).to_have_text(shown)
    assert not TagAssignment.objects.filter(contact__city="Faro").exists()
    began = time.monotonic()
    page.get_by_role("button", name="Switch on and apply").click()
    page.wait_for_url(re.compile("/tags/runs/"))
    if PEOPLE > 10_000:
        expect(page.locator("progress")).to_be_visible()

    given = page.locator(".stat", has_text="Got the tag").locator(".stat-value")
    expect(given).to_have_text(shown, timeout=600_000 if PEOPLE > 10_000 else 30_000)
    record_property("seconds", round(time.monotonic() - began, 1))
    assert TagAssignment.objects.filter(contact__city="Faro", tag__code="skin-dry").count() == PEOPLE
