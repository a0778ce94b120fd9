"""Somebody leaves: all their customers go to colleagues with a bar that moves, and come back to the last row."""

import json
import os
import re
import time

import pytest
from django.test import Client
from django.utils.translation import gettext, override
from django_tenants.utils import tenant_context
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.models import User
from campaigns.models import RepTask
from contacts.models import Contact
from exchange.models import Job
from leads.models import Lead, Opportunity
from leads.services.opportunities import Deal, create_opportunity, ensure_opportunity_stages
from scrm.core import clock
from scrm.flows.starter import lay_out_tenant
from tenants.models import Tenant
from tests.factories import make_user

DEEP = bool(os.environ.get("SCRM_DEEP"))
PEOPLE = 5_000 if DEEP else 300
PATIENCE = 120_000 if DEEP else 20_000
WATCH = """
const seen = new Set(JSON.parse(sessionStorage.getItem("seen") ?? "[]"));
new MutationObserver(() => {
  const bar = document.querySelector("progress");
  if (bar) sessionStorage.setItem("seen", JSON.stringify([...seen.add(bar.value)]));
}).observe(document, { childList: true, subtree: true, attributes: true })
"""
"""Keeps how far the bar was each time it moved, through pages that are loaded anew."""


@pytest.fixture
def people(live):
    """Lea, who leaves, with customers, every tenth of whom has a lead and a task; Ada, and who gets them."""
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        lay_out_tenant()
        ensure_opportunity_stages(stages=[("Offer", "open", 40)])
        found = {name: make_user(f"{name}-leaves") for name in ("lea", "ben", "eva")}
        found["ada"] = make_user("ada-leaves", Role.OPS)
        leave_behind(found["lea"])
        yield found


def leave_behind(lea: User) -> None:
    now = clock.now()
    times = {"created_at": now, "updated_at": now}
    made = Contact.objects.bulk_create(
        [Contact(name=f"Porto {n}", city="Porto", owner=lea, **times) for n in range(PEOPLE)], batch_size=5_000
    )
    asked = {"owner": lea, "came_by": "hand", "status": "assigned", "captured_at": now, "updated_at": now}
    Lead.objects.bulk_create([Lead(contact=one, dedupe_key=one.pk, assigned_at=now, **asked) for one in made[::10]])
    RepTask.objects.bulk_create([RepTask(contact=one, owner=lea, title="Call", due_at=now) for one in made[::10]])
    create_opportunity(contact_id=made[0].pk, deal=Deal("Car", owner_id=lea.pk), by=None, now=now)


def whose() -> dict[str, list[tuple]]:
    """Everything that could be in somebody else's hands, and how it stands."""
    of = {"contact__city": "Porto"}
    return {
        "contacts": list(Contact.objects.filter(city="Porto").order_by("pk").values_list("pk", "owner", "name")),
        "leads": list(Lead.objects.filter(**of).order_by("pk").values_list("pk", "owner", "status")),
        "tasks": list(RepTask.objects.filter(**of).order_by("pk").values_list("pk", "owner", "state")),
        "deals": list(Opportunity.objects.filter(**of).order_by("pk").values_list("pk", "owner", "stage")),
    }


def log_in(page, live, user):
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live.url("acme")}]
    )
    return page


def test_leavers_customers_go_over_with_a_notice_and_come_back_to_the_last_row(live, people, open_browser, request):
    lea, ben, eva = people["lea"], people["ben"], people["eva"]
    before = whose()
    handset = log_in(open_browser("phone"), live, ben)
    handset.goto(live.url("acme", "/rep/customers/"))
    desk = log_in(open_browser(language="zh-CN"), live, people["ada"])
    desk.add_init_script(WATCH)
    with override("zh-hans"):
        press, undo, back, title = map(gettext, ("Hand over", "Undo the hand-over", "What went back", "What went over"))

    desk.goto(live.url("acme", f"/contacts/hand-over/?leaver={lea.pk}"))
    expect(desk.locator(".stat-value").first).to_have_text(f"{PEOPLE:,}")
    for person, share in ((ben, 2), (eva, 1)):
        desk.locator(f"input[name=person][value='{person.pk}']").check()
        desk.locator(f"input[name='share-{person.pk}']").fill(str(share))
    desk.get_by_role("main").get_by_role("button", name=press).click()
    began = time.monotonic()
    desk.locator("dialog[open]").get_by_role("button", name=press).click()
    desk.wait_for_url(re.compile(r"/hand-over/[0-9a-f-]{36}/"))
    desk.get_by_role("heading", name=title).wait_for(timeout=PATIENCE)
    request.node.user_properties.append(("seconds to hand over", round(time.monotonic() - began, 1)))

    gone = Contact.objects.filter(city="Porto")
    assert not gone.filter(owner=lea).exists()
    assert abs(gone.filter(owner=ben).count() - PEOPLE * 2 / 3) < 1
    assert not Lead.objects.filter(owner=lea).exists()
    assert not RepTask.objects.filter(owner=lea).exists()
    assert not Opportunity.objects.filter(owner=lea).exists()
    handset.locator(".toast", has_text="customers handed over to you").wait_for()
    assert Job.objects.get(kind="hand_over").result["contacts"] == PEOPLE
    seen = json.loads(desk.evaluate("sessionStorage.getItem('seen')"))
    assert seen == sorted(seen)
    assert len(seen) > 1 or not DEEP, "The bar stood still."

    began = time.monotonic()
    desk.get_by_role("main").get_by_role("button", name=undo).click()
    desk.locator("dialog[open]").get_by_role("button", name=undo).click()
    desk.get_by_role("heading", name=back).wait_for(timeout=PATIENCE)
    request.node.user_properties.append(("seconds to undo", round(time.monotonic() - began, 1)))

    assert whose() == before
    expect(desk.locator("dl.facts dd").first).to_have_text(f"{PEOPLE:,}")
    assert desk.get_by_role("button", name=undo).count() == 0
