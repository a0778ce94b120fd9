"""From a hosted form to a mail, its link and its way out, with real servers and a real browser."""

import re

import pytest
from django_tenants.utils import tenant_context

from contacts.models import Contact, DoNotContact
from content.models import Material
from events.models import Event
from leads.models import Form, HeldLead, Lead, Source
from scrm.core import clock
from scrm.embedded.console import pause
from scrm.flows.starter import lay_out_tenant
from tenants.models import Tenant
from tests.factories import make_live_sop, make_user, step
from tests.live import eventually
from tests.web.public_pages import make_form

BODY = "Hello {{contact.name}},\n\nread this: {{link}}\n\nNo more mail: {{withdraw_link}}"


@pytest.fixture
def acme(live):
    with tenant_context(Tenant.objects.get(schema_name="acme")):
        lay_out_tenant()
        yield


@pytest.fixture
def form(acme) -> Form:
    """A form whose leads go to Ben and get a mail at T+0."""
    now = clock.now()
    make_user("ben", takes_leads=True)
    material = Material.objects.create(title="How far it goes", body="412 km.", topic="product", created_at=now)
    welcome = step("email", body=BODY, material=str(material.pk))
    make_live_sop(welcome, name="Welcome", trigger="lead_captured")
    source = Source.objects.create(name="Site", created_at=now)
    return make_form(title="Book a test drive", source=source, consent_text="You may write to me.")


def mails_to(live, address):
    return [mail for mail in list(live.mailbox.messages) if mail["To"] == address]


def test_form_to_mail_to_view_to_withdrawal(live, form, open_browser):
    page = open_browser("phone")
    page.goto(live.url("acme", f"/f/{form.slug}?utm_source=ads"))
    page.get_by_label("Your name").fill("Lin Xiao")
    page.get_by_label("Your e-mail address").fill("lin@example.com")
    page.get_by_label("You may write to me.").check()
    pause(3.1)
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()

    assert page.context.cookies() == []
    lead = Lead.objects.get()
    assert (lead.owner.username, lead.utm) == ("ben", {"utm_source": "ads"})
    mail = eventually(lambda: mails_to(live, "lin@example.com"))[0]
    text = mail.get_content()
    link, way_out = re.search(r"read this: (\S+)", text)[1], re.search(r"No more mail: (\S+)", text)[1]
    assert mail["List-Unsubscribe"].strip() == f"<{way_out}>"

    page.goto(link)
    page.get_by_role("heading", name="How far it goes").wait_for()

    assert Event.objects.filter(contact=lead.contact, type__code="content_viewed").count() == 1

    page.goto(way_out)
    page.get_by_role("button", name="No more e-mails").click()
    page.get_by_role("heading", name="You get no more e-mails from us.").wait_for()

    assert DoNotContact.objects.get(contact=lead.contact).channel == "email"
    assert page.context.cookies() == []


def test_without_a_script_it_is_sent_and_waits_for_a_person(live, acme, chromium):
    now = clock.now()
    source = Source.objects.create(name="Plain site", created_at=now)
    form = make_form(title="Plain", source=source)
    context = chromium.new_context(java_script_enabled=False, locale="en-US")
    page = context.new_page()
    page.goto(live.url("acme", f"/f/{form.slug}"))
    page.get_by_label("Your name").fill("Plain Jane")
    page.get_by_label("Your phone number").fill("13900139000")
    pause(3.1)
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    context.close()

    assert HeldLead.objects.filter(form=form, name="Plain Jane").count() == 1
    assert not Contact.objects.filter(name="Plain Jane").exists()
