"""A lead comes in, and the phone shows it within a second; nothing is lost while the line is cut."""

import pytest
import redis
from django_tenants.utils import tenant_context

from accounts.services import create_user
from alerts.models import Alert
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.starter import lay_out_tenant
from tenants.models import Tenant
from tests.flows.arrivals import make_arrival
from tests.live import eventually

PASSWORD = "a rep's long password"


@pytest.fixture(scope="module")
def people() -> dict[str, int]:
    return {"made": 0}


@pytest.fixture
def ben(live, people):
    people["made"] += 1
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        lay_out_tenant()
        yield create_user(username=f"ben{people['made']}", password=PASSWORD, full_name="Ben")


@pytest.fixture
def phone(live, ben, open_browser):
    page = open_browser("phone")
    with page.expect_response(lambda answer: answer.url.endswith("/events/?last=")):
        page.goto(live.url("acme", "/rep/"))
        page.locator("[name=login]").fill(ben.username)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=password]").press("Enter")
        page.get_by_role("heading", name="Today").wait_for()
    return page


def arrive(ben, number: int) -> None:
    # The test's own process has Redis of another number; channels know no numbers.
    lead_arrived(
        [make_arrival(number, key=f"{ben.pk}:{number}", owner_id=ben.pk, name=f"Lin {number}")], now=clock.now()
    )


def bell(page) -> str:
    return page.locator("[data-bell-count]").inner_text()


def test_new_lead_is_on_the_phone_within_a_second_and_one_tap_opens_it(phone, ben):
    arrive(ben, 1)

    toast = phone.locator(".toast", has_text="New lead: Lin 1 · Expo")
    toast.wait_for(timeout=5000)
    assert eventually(lambda: bell(phone) == "1")

    toast.get_by_role("link").tap()
    phone.get_by_role("heading", name="Lin 1").wait_for()
    assert Alert.objects.get(recipient=ben).read_at is not None
    phone.locator("[data-bell-count]").wait_for(state="hidden")


def test_what_came_while_the_line_was_cut_is_told_once(live, phone, ben):
    arrive(ben, 1)
    phone.locator(".toast", has_text="Lin 1").wait_for()

    client = redis.Redis.from_url(live.environment["REDIS_URL"])
    phone.goto("about:blank")
    arrive(ben, 2)
    phone.goto(live.url("acme", "/rep/alerts/"))

    phone.locator(".toast", has_text="Lin 2").wait_for()
    assert phone.locator(".toast", has_text="Lin 1").count() == 0
    for each in client.client_list(_type="pubsub"):
        client.client_kill_filter(_id=each["id"])
    arrive(ben, 3)
    client.close()
    phone.locator(".toast", has_text="Lin 3").wait_for()
    phone.locator("#alerts", has_text="Lin 3").wait_for()
    assert eventually(lambda: bell(phone) == "3")
