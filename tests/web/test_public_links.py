"""Tracked links and the way out: what the holder of an address may do, and nobody else."""

import pytest
from django_tenants.utils import tenant_context

from contacts.models import Consent, DoNotContact
from content.models import Material, PageView, TrackedLink
from events.models import Event
from scrm.core import clock
from scrm.core.signing import tenant_signer
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_contact
from tests.web.public_pages import reader


@pytest.fixture
def contact(acme):
    lay_out_tenant()
    return make_contact("Lin Xiao", city="Hangzhou")


def make_link(contact, **fields) -> TrackedLink:
    now = clock.now()
    fields = {"title": "How far it goes", "body": "412 km.\n\n<b>Heated</b>", "topic": "product", **fields}
    material = Material.objects.create(created_at=now, **fields)
    return TrackedLink.objects.create(material=material, contact=contact, created_at=now)


def token(contact, tenant, channel="email") -> str:
    return tenant_signer(tenant.uuid, "withdrawal").sign({"c": str(contact.pk), "ch": channel})


def marks(contact):
    return sorted(DoNotContact.objects.filter(contact=contact).values_list("channel", "reason"))


def test_opened_link_shows_the_material_and_tells_it_as_an_event(contact):
    link = make_link(contact)

    answer = reader().get(f"/t/{link.code}")

    assert answer.status_code == 200
    assert "412 km." in answer.text
    assert "<b>Heated" not in answer.text
    assert PageView.objects.get().link == link
    assert Event.objects.get(type__code="content_viewed").contact == contact


def test_page_says_nothing_of_who_opens_it(contact):
    answer = reader().get(f"/t/{make_link(contact).code}")

    assert contact.name not in answer.text
    assert not answer.cookies
    assert answer["Referrer-Policy"] == "no-referrer"
    assert 'name="referrer" content="no-referrer"' in answer.text


def test_material_elsewhere_is_gone_to_whatever_the_query_says(contact):
    link = make_link(contact, url="https://example.com/page")

    answer = reader().get(f"/t/{link.code}?url=https://evil.example&next=//evil.example")

    assert (answer.status_code, answer["Location"]) == (302, "https://example.com/page")
    assert answer["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://example.com/", "//example.com"])
def test_only_a_safe_address_is_gone_to(contact, url):
    answer = reader().get(f"/t/{make_link(contact, url=url).code}")

    assert answer.status_code == 200
    assert "Location" not in answer


@pytest.mark.parametrize(
    "more",
    [{"user-agent": "WhatsApp/2.2"}, {"user-agent": "curl/8"}, {"sec-purpose": "prefetch"}, {"purpose": "Prefetch"}],
)
def test_a_machine_opens_nothing(contact, more):
    assert reader(**more).get(f"/t/{make_link(contact).code}").status_code == 200

    assert not PageView.objects.exists()


def test_a_look_at_the_head_is_no_view(contact):
    reader().head(f"/t/{make_link(contact).code}")

    assert not PageView.objects.exists()


@pytest.mark.parametrize("code", ["nothing", "%00", "%3Cscript%3E", "x" * 400, "a/b", "%F0%9F%98%80", "UPPER"])
def test_an_unknown_code_reflects_nothing(acme, code):
    answer = reader().get(f"/t/{code}")

    assert answer.status_code == 404
    assert code not in answer.text
    assert "<script>" not in answer.text


def test_a_material_out_of_use_is_not_there(contact):
    link = make_link(contact, active=False)

    assert reader().get(f"/t/{link.code}").status_code == 404


def test_a_code_is_good_on_its_own_host_only(acme, globex):
    with tenant_context(globex):
        link = make_link(make_contact("Of Cai"))
    with tenant_context(acme):
        assert reader("acme").get(f"/t/{link.code}").status_code == 404


def test_looking_at_the_way_out_changes_nothing(contact, acme):
    answer = reader().get(f"/u/{token(contact, acme)}")

    assert answer.status_code == 200
    assert answer.text.count("<form") == 5
    assert contact.name not in answer.text
    assert marks(contact) == []


def test_one_tap_stops_the_mail(contact, acme):
    client = reader()

    answer = client.post(f"/u/{token(contact, acme)}", {"channel": "email"})

    assert answer.status_code == 200
    assert "no more e-mails" in answer.text
    assert not answer.cookies
    assert marks(contact) == [("email", "link")]
    assert Event.objects.get(type__code="consent_withdrawn").properties["channel"] == "email"
    assert Consent.objects.get().given is False


def test_a_mail_program_withdraws_in_one_click(contact, acme):
    answer = reader(**{"user-agent": "mail/1"}).post(f"/u/{token(contact, acme)}", {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert marks(contact) == [("email", "one_click")]


def test_twice_is_once(contact, acme):
    for _ in range(2):
        assert reader().post(f"/u/{token(contact, acme)}", {"channel": "email"}).status_code == 200

    assert marks(contact) == [("email", "link")]
    assert Event.objects.filter(type__code="consent_withdrawn").count() == 1


def test_every_channel_can_be_stopped(contact, acme):
    for channel in ("sms", "call", "chat", "all"):
        reader().post(f"/u/{token(contact, acme)}", {"channel": channel})

    assert [channel for channel, _reason in marks(contact)] == ["all", "call", "chat", "sms"]
    page = reader().get(f"/u/{token(contact, acme)}").text
    assert page.count("<form") == 1
    assert "You may contact me again" in page


def test_channel_is_allowed_again_with_the_words_they_saw(contact, acme):
    way_out = f"/u/{token(contact, acme)}"
    for channel in ("email", "sms"):
        reader().post(way_out, {"channel": channel})

    answer = reader().post(way_out, {"channel": "email", "again": "yes"})
    reader().post(way_out, {"channel": "email", "again": "yes"})

    assert "We may reach you again" in answer.text
    assert marks(contact) == [("sms", "link")]
    [given] = Consent.objects.filter(given=True)
    assert (given.channel, given.way, given.proof) == ("email", "link", {"text": "You may send me e-mails again"})


@pytest.mark.parametrize(
    "said", [{"List-Unsubscribe": "One-Click", "channel": "email", "again": "yes"}, {"channel": "x", "again": "yes"}]
)
def test_nothing_but_a_tap_on_a_channel_allows_it_again(contact, acme, said):
    reader().post(f"/u/{token(contact, acme)}", {"channel": "email"})

    reader().post(f"/u/{token(contact, acme)}", said)

    assert [channel for channel, _reason in marks(contact)] == ["email"]
    assert not Consent.objects.filter(given=True).exists()


def test_an_unknown_channel_stops_the_one_that_brought_the_link(contact, acme):
    reader().post(f"/u/{token(contact, acme)}", {"channel": "smoke\0"})

    assert marks(contact) == [("email", "link")]


def test_a_token_of_another_tenant_or_purpose_is_not_there(contact, acme, globex):
    with tenant_context(acme):
        tokens = [
            *("", "x", "\u00e9", "a:b:c", "%00", "x" * 3000),
            token(contact, globex),
            tenant_signer(acme.uuid, "hosted-form").sign({"c": str(contact.pk), "ch": "email"}),
            *(tenant_signer(acme.uuid, "withdrawal").sign(odd) for odd in ([], "x", {}, {"c": 1, "ch": "email"})),
            tenant_signer(acme.uuid, "withdrawal").sign({"c": str(contact.pk), "ch": "smoke"}),
            tenant_signer(acme.uuid, "withdrawal").sign({"c": str(acme.uuid), "ch": "email"}),
        ]
        answers = [reader().post(f"/u/{each}", {"channel": "email"}).status_code for each in tokens]

        assert answers == [404] * len(tokens)
        assert marks(contact) == []
