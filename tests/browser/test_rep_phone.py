"""The rep's thumb: log in on a phone, do a task, put one off, log a call."""

from datetime import timedelta

import pytest
from django_tenants.utils import tenant_context

from accounts.services import create_user
from campaigns.models import RepTask
from contacts.models import Contact
from leads.models import Interaction
from scrm.core import clock
from scrm.flows.pool import pool_claimed
from scrm.flows.starter import lay_out_tenant
from tenants.models import Tenant
from tests.flows.pool import pooled
from tests.live import eventually

PASSWORD = "a rep's long password"


@pytest.fixture(scope="module")
def people() -> dict[str, int]:
    return {"made": 0}


@pytest.fixture
def ben(live, people):
    """Ben, made anew for each test, with two tasks that are due."""
    people["made"] += 1
    name = f"ben{people['made']}"
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        lay_out_tenant()
        user = create_user(username=name, password=PASSWORD, full_name="Ben")
        now = clock.now()
        for person, minutes in (("Lin Xiao", 9), ("Mia Keller", 3)):
            contact = Contact.objects.create(name=person, owner=user, created_at=now, updated_at=now)
            due = now - timedelta(minutes=minutes)
            RepTask.objects.create(contact=contact, owner=user, title="Call", body=f"Hello {person}.", due_at=due)
        yield user


@pytest.fixture
def phone(live, ben, open_browser):
    page = open_browser("phone")
    page.goto(live.url("acme", "/rep/"))
    page.locator("[name=login]").fill(ben.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.get_by_role("heading", name="Today").wait_for()
    return page


def test_task_is_done_by_a_tap_and_the_next_one_follows(phone, ben):
    first = phone.locator(".task", has_text="Lin Xiao")
    assert phone.locator(".tile b").first.inner_text() == "2"

    first.get_by_role("button", name="Done").tap()
    phone.locator(".toast", has_text="Done.").wait_for()

    first.wait_for(state="detached")
    phone.locator(".tile b", has_text="1").first.wait_for()
    assert phone.locator(".task").count() == 1
    assert RepTask.objects.get(owner=ben, contact__name="Lin Xiao").state == "done"

    phone.locator(".task").get_by_role("button", name="Done").tap()
    phone.get_by_role("heading", name="All done").wait_for()
    assert phone.locator(".tabbar .count").is_hidden()


def test_task_is_put_off_and_another_given_up(phone, ben):
    phone.locator(".task", has_text="Lin Xiao").get_by_role("button", name="Later").tap()
    phone.get_by_role("button", name="Tomorrow morning").tap()
    phone.locator(".task", has_text="Lin Xiao").wait_for(state="detached")
    phone.locator("dialog[open]").wait_for(state="hidden")

    phone.locator(".task", has_text="Mia Keller").get_by_role("button", name="Can't").tap()
    phone.get_by_role("button", name="No answer").tap()
    phone.get_by_role("heading", name="All done").wait_for()

    later, gone = RepTask.objects.filter(owner=ben).order_by("contact__name")
    assert (later.state, later.snoozed_until > clock.now()) == ("open", True)
    assert (gone.state, gone.reason) == ("cannot", "No answer")


def test_call_is_logged_in_two_taps(phone, ben):
    phone.get_by_role("link", name="Lin Xiao").tap()
    phone.get_by_role("heading", name="Lin Xiao", level=1).wait_for()

    phone.get_by_role("button", name="Log", exact=True).tap()
    phone.locator("#log").get_by_role("button", name="Call").tap()
    phone.locator(".toast", has_text="Logged.").wait_for()

    assert Interaction.objects.get(contact__name="Lin Xiao", by=ben).kind == "call"


def test_customers_are_found_while_typing(phone):
    phone.get_by_role("link", name="Customers").tap()
    # The scripts listen once the page has loaded.
    phone.wait_for_url("**/rep/customers/")
    phone.get_by_role("searchbox").fill("Mia")

    phone.get_by_text("1 customer").wait_for()
    assert phone.locator("#people .list li").count() == 1


def test_customer_is_claimed_from_the_pool_with_one_thumb_and_given_back(live, phone, ben):
    eva = create_user(username=f"eva-{ben.username}", password=None, full_name="Eva")
    wanted, gone = pooled("Wanted"), pooled("Gone")
    phone.get_by_role("link", name="Customers").tap()
    phone.get_by_role("link", name="Public pool").tap()
    phone.locator(".task", has_text="W**").wait_for()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert phone.get_by_text("Wanted").count() == 0
    pool_claimed(gone.pk, by=eva, now=clock.now())

    phone.locator(".task", has_text="G**").get_by_role("button", name="Claim").tap()
    phone.locator(".toast", has_text="Eva was faster.").wait_for()
    assert phone.locator(".task", has_text="G**").count() == 0
    phone.locator(".task", has_text="W**").get_by_role("button", name="Claim").tap()
    phone.get_by_role("heading", name="Wanted", level=1).wait_for()
    assert Contact.objects.get(pk=wanted.contact_id).owner == ben

    phone.get_by_role("button", name="Into the public pool").tap()
    phone.locator("#release").get_by_role("button", name="No need for now").tap()
    phone.locator(".toast", has_text="In the public pool now.").wait_for()
    assert Contact.objects.get(pk=wanted.contact_id).owner is None


def test_nothing_reaches_beyond_the_screen(live, phone):
    for path in ("/rep/", "/rep/customers/", "/rep/pool/", "/rep/me/"):
        phone.goto(live.url("acme", path))

        assert phone.evaluate("document.documentElement.scrollWidth") == 390


def test_text_is_copied(phone):
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])

    phone.locator(".task", has_text="Lin Xiao").get_by_role("button", name="Copy text").tap()
    phone.locator(".toast", has_text="Copied").wait_for()

    assert phone.evaluate("navigator.clipboard.readText()") == "Hello Lin Xiao."


def test_app_can_be_installed_and_says_when_there_is_no_network(live, phone):
    scope = eventually(lambda: phone.evaluate("navigator.serviceWorker.ready.then(one => one.scope)"))
    assert scope == live.url("acme", "/rep/")
    phone.wait_for_function("navigator.serviceWorker.controller")

    phone.context.set_offline(True)
    phone.goto(live.url("acme", "/rep/me/"))

    phone.get_by_role("heading", name="You are offline").wait_for()
    phone.context.set_offline(False)
