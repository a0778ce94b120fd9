"""Passkeys of a virtual authenticator: made, used instead of a password, worth nothing elsewhere. And sessions."""

from contextlib import contextmanager
from uuid import uuid4

import pytest
from django_tenants.utils import schema_context
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.log_in_models import Session
from accounts.services import create_user

PASSWORD = "correct-horse-9"


@pytest.fixture
def ben(live):
    """Of acme, with a namesake in globex who has the same password; made anew for each test."""
    name = f"ben-{uuid4().hex[:8]}"
    for schema in ("globex", "acme"):
        with schema_context(schema):
            made = create_user(username=name, password=PASSWORD, role=Role.REP, full_name="Ben")
    return made


@contextmanager
def authenticator(page):
    """A device that knows its owner by a fingerprint; gives the credentials that it holds."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    knows = ("hasResidentKey", "hasUserVerification", "isUserVerified", "automaticPresenceSimulation")
    options = {"protocol": "ctap2", "transport": "internal", **dict.fromkeys(knows, True)}
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield lambda: tools.send("WebAuthn.getCredentials", made)["credentials"]
    tools.send("WebAuthn.removeVirtualAuthenticator", made)


def log_in(live, page, ben):
    page.goto(live.url("acme", "/accounts/login/"))
    page.get_by_label("E-mail or user name").fill(ben.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def log_out(live, page):
    page.goto(live.url("acme", "/accounts/logout/"))
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/accounts/login/**")


def test_passkey_opens_without_a_password_and_in_its_own_business_only(live, ben, page):
    with authenticator(page) as held:
        log_in(live, page, ben)
        page.goto(live.url("acme", "/accounts/2fa/passkeys/add/"))
        page.get_by_label("Name of the passkey").fill("Ben's laptop")
        page.get_by_role("button", name="Add a passkey").click()
        codes = page.locator(".codes li")
        expect(codes).to_have_count(10)
        assert [key["rpId"] for key in held()] == ["acme.localhost"]
        page.goto(live.url("acme", "/accounts/2fa/"))
        expect(page.get_by_text("Ben's laptop")).to_be_visible()
        log_out(live, page)

        page.get_by_role("button", name="Log in with a passkey").click()
        page.wait_for_url("**/rep/")

        log_out(live, page)
        log_in(live, page, ben)
        page.get_by_role("heading", name="Second step").wait_for()
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url("**/rep/")

        page.goto(live.url("globex", "/accounts/login/"))
        page.get_by_role("button", name="Log in with a passkey").click()
        expect(page.get_by_text("The passkey was not used.")).to_be_visible()
    with schema_context("globex"):
        assert Session.objects.filter(user__username=ben.username).count() == 0


def test_other_browser_is_seen_and_ended(live, ben, open_browser):
    desk, phone = open_browser(), open_browser("phone")
    for each in (desk, phone):
        log_in(live, each, ben)
        each.wait_for_url("**/rep/")

    desk.goto(live.url("acme", "/accounts/sessions/"))
    expect(desk.get_by_text("This one")).to_have_count(1)
    desk.get_by_role("button", name="End", exact=True).first.click()
    expect(desk.get_by_text("Ended: that browser has to log in again.")).to_be_visible()

    phone.goto(live.url("acme", "/rep/"))
    expect(phone.get_by_label("Password")).to_be_visible()
