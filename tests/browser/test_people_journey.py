"""Who they are and whose they are, in a browser: found, merged and parted; a rule tried; a lead handed over."""

import pytest
from django.test import Client
from django.utils.translation import gettext, override
from django_tenants.utils import tenant_context
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.models import AuditEntry
from accounts.services_duty import save_duty
from alerts.models import Alert
from contacts.models import Contact, Reveal
from events.inputs import Happening
from leads.models import Lead
from leads.services import save_assignment_rule
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.engagement import events_happened
from scrm.flows.starter import lay_out_tenant
from tenants.models import Tenant
from tests.factories import make_user
from tests.flows.arrivals import email, make_arrival, phone

WATCH = """
new MutationObserver(() => { window.toastSeenAt ??= document.querySelector(".toast") && Date.now(); })
    .observe(document.body, { childList: true, subtree: true })
"""
"""Notes on the page itself when the first toast came; a page that is loaded anew knows nothing of it."""


@pytest.fixture
def acme_live(live):
    tenant = Tenant.objects.get(schema_name="acme")
    with tenant_context(tenant):
        lay_out_tenant()
        yield tenant


def log_in(page, live, user):
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live.url("acme")}]
    )
    return page


def arrive(number: int, **said) -> Lead:
    [outcome] = lead_arrived([make_arrival(number, **said)], now=clock.now())
    return Lead.objects.get(pk=outcome.lead_id)


def visit_page(contact: Contact, title: str) -> None:
    said = {"url": "https://example.com/", "title": title}
    events_happened(
        [Happening(contact.pk, "page_visited", clock.now(), f"{title} {contact.pk}", said)], now=clock.now()
    )


@pytest.mark.parametrize(("language", "digits"), [("en", "7001"), ("zh-hans", "7005")])
def test_two_are_found_shown_in_clear_merged_and_parted_without_a_mouse(
    live, acme_live, open_browser, language, digits
):
    def said(text: str, **names: str) -> str:
        with override(language):
            return gettext(text) % names if names else gettext(text)

    number, (one, other) = int(f"7{digits}"), (f"Lin {digits}", f"Ms Lin {digits}")
    address, of_other = f"lin{digits}@example.com", {"name": other}
    olga = make_user(f"olga-{language}", Role.OPS)
    lin = arrive(number, name=one, identities=[phone(f"1380013{digits}")]).contact
    double = arrive(number + 1, name=other, identities=[email(address)]).contact
    visit_page(lin, "Price list")
    visit_page(double, "Opening hours")
    page = log_in(open_browser(language={"en": "en-US", "zh-hans": "zh-CN"}[language]), live, olga)
    page.goto(live.url("acme", "/"))

    page.keyboard.press("/")
    page.keyboard.type(digits)
    page.locator("#search-results").get_by_role("link", name=one).first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=one, level=1).wait_for()

    assert page.get_by_text(f"1380013{digits}").count() == 0
    page.get_by_role("button", name=said("Show in clear")).press("Enter")
    page.get_by_text(f"+861380013{digits}").wait_for()
    assert Reveal.objects.filter(contact=lin, by=olga).count() == 1
    assert AuditEntry.objects.filter(action="identity.revealed", actor=olga).exists()

    page.get_by_role("link", name=said("Merge…"), exact=True).press("Enter")
    page.get_by_role("heading", name=said("Who is the same person as %(name)s?", name=one)).wait_for()
    page.get_by_role("main").get_by_role("searchbox").fill(address)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=other).press("Enter")
    page.get_by_role("button", name=said("Merge %(goes)s into %(stays)s", goes=other, stays=one)).press("Enter")
    merged = "%(name)s was merged in. It can be taken back on this page at any time."
    page.get_by_text(said(merged, **of_other)).wait_for()
    story = page.locator("#story")
    expect(story).to_contain_text("Price list")
    expect(story).to_contain_text("Opening hours")

    page.get_by_role("link", name=said("Un-merge…")).press("Enter")
    page.get_by_role("button", name=said("Take the merge back")).press("Enter")
    page.get_by_text(said("%(name)s is a customer of their own again.", **of_other)).wait_for()
    expect(story).to_contain_text("Opening hours")
    expect(story).not_to_contain_text("Price list")
    page.goto(live.url("acme", f"/contacts/{lin.pk}/"))
    expect(story).to_contain_text("Price list")
    expect(story).not_to_contain_text("Opening hours")


def test_a_talk_is_logged_in_its_dialog_and_corrected(live, acme_live, page):
    olga = make_user("olga-talks", Role.OPS)
    mei = arrive(70_004, name="Mei").contact
    log_in(page, live, olga).goto(live.url("acme", f"/contacts/{mei.pk}/"))

    page.get_by_role("button", name="Log a follow-up").press("Enter")
    dialog = page.get_by_role("dialog", name="Log a follow-up")
    dialog.get_by_label("Outcome").select_option(label="Reached")
    dialog.get_by_label("What was said").fill("Wants the price list.")
    dialog.get_by_role("button", name="Log it").press("Enter")
    page.get_by_text("Logged.").wait_for()
    expect(page.locator("#story")).to_contain_text("Wants the price list.")

    page.locator("#story").get_by_role("button", name="Correct").press("Enter")
    dialog = page.get_by_role("dialog", name="Correct what was logged")
    dialog.get_by_label("What was said").fill("Wants to come by.")
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(page.locator("#story")).to_contain_text("Wants to come by.")


def test_a_rule_is_tried_before_a_lead_comes(live, acme_live, page):
    olga, eva = make_user("olga-rules", Role.OPS), make_user("eva-rules")
    now = clock.now()
    save_duty(
        user=eva, skills=[], regions=["Xiamen"], most_open=None, most_a_day=None, takes_leads=True, by=olga, now=now
    )
    save_assignment_rule(
        rule=None,
        name="Xiamen",
        condition={"fact": "region", "op": "has", "value": "xiamen"},
        method="region",
        or_else="next",
        people={eva.pk: 1},
        by=olga,
        now=now,
    )
    log_in(page, live, olga).goto(live.url("acme", "/assignment/"))

    page.get_by_label("City or region").fill("Xiamen")
    page.keyboard.press("Enter")
    expect(page.locator("#tried")).to_contain_text(str(eva))
    expect(page.locator("#tried")).to_contain_text("Decides")
    page.get_by_label("City or region").fill("Berlin")
    page.keyboard.press("Enter")
    expect(page.locator("#tried")).to_contain_text("Does not fit")

    assert not Lead.objects.filter(owner=eva).exists()


def test_a_lead_that_is_handed_over_is_on_the_phone_without_a_reload(live, acme_live, open_browser, request):
    olga, ben, eva = make_user("olga-hands", Role.OPS), make_user("ben-hands"), make_user("eva-hands")
    lead = arrive(70_003, name="Wu Yan", owner_id=eva.pk)
    handset = log_in(open_browser("phone"), live, ben)
    with handset.expect_response(lambda answer: answer.url.endswith("/events/?last=")):
        handset.goto(live.url("acme", "/rep/customers/"))
    handset.evaluate(WATCH)
    desk = log_in(open_browser(), live, olga)
    desk.goto(live.url("acme", f"/leads/{lead.pk}/"))

    desk.get_by_label("Owner").select_option(str(ben.pk))
    desk.get_by_role("button", name="Hand over").click()
    desk.get_by_text("Handed over").first.wait_for()

    toast = handset.locator(".toast", has_text="Wu Yan")
    toast.wait_for()
    seen_at = handset.evaluate("window.toastSeenAt")
    assert seen_at, "The page was loaded anew."
    request.node.user_properties.append(
        ("seconds to the phone", seen_at / 1000 - Alert.objects.get(recipient=ben).created_at.timestamp())
    )
    toast.get_by_role("link").tap()
    handset.get_by_role("heading", name="Wu Yan", level=1).wait_for()
