"""Webhooks on the dashboard: made, mapped on a sample, gone live, replayed; secrets shown once; not for everybody."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry
from exchange.enums import EndpointState
from exchange.models import InboxMessage, Webhook, WebhookDelivery, WebhookEndpoint
from exchange.outbox import ping_webhook
from exchange.services import receive_message
from exchange.webhooks import create_webhook
from leads.models import Lead
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows.hooks_in import messages_due
from tests.factories import make_user
from tests.web.ops.conftest import Desk

LIST, SETTINGS = "/webhooks/", "/settings/webhooks/"


@pytest.fixture
def desk(tenant) -> Desk:
    return Desk(tenant, make_user("opal", Role.OPS))


@pytest.fixture
def principal(tenant) -> Desk:
    return Desk(tenant, make_user("pat", Role.PRINCIPAL))


def make(desk: Desk, preset: str = "") -> WebhookEndpoint:
    assert desk.post(LIST, {"name": "Ads", "preset": preset, "source": "Feed"}).status_code == 302
    return WebhookEndpoint.objects.get()


def act(name: str, endpoint: WebhookEndpoint) -> str:
    return reverse(f"ops:webhook_in_{name}", args=[endpoint.pk])


def message_of(endpoint: WebhookEndpoint, body: dict | None = None, key: str = "1") -> InboxMessage:
    raw = json.dumps(body or {"who": {"tel": "13800138000", "full_name": "Lin"}}).encode()
    made = receive_message(
        channel="x", dedupe_key=key, payload=raw, endpoint=endpoint, content_type="application/json", now=clock.now()
    )
    assert made is not None
    return made


def test_message_is_caught_mapped_tried_and_goes_live(desk):
    endpoint = make(desk)
    page = reverse("ops:webhook_in", args=[endpoint.pk])
    assert f"/hooks/in/{endpoint.code}" in desk.get(page).content.decode()
    since = (clock.now() - timedelta(seconds=5)).isoformat()
    waiting = desk.get(f"{act('caught', endpoint)}?{urlencode({'since': since})}").content.decode()
    assert "hx-trigger" in waiting

    message = message_of(endpoint)
    caught = desk.get(f"{act('caught', endpoint)}?{urlencode({'since': since})}").content.decode()
    assert str(message.pk) in caught
    assert "hx-trigger" not in caught
    desk.post(act("sample", endpoint), {"message": message.pk})
    assert AuditEntry.objects.filter(action="webhook_in.sampled", actor=desk.user, subject_id=str(endpoint.pk)).exists()
    guessed = desk.get(page).content.decode()
    assert "who.tel" in guessed

    chosen = {"path": ["who.tel", "who.full_name"], "target": ["phone", "name"], "items": ""}
    shown = desk.post(act("mapping", endpoint), {**chosen, "action": "try"}).content.decode()
    assert "138****8000" in shown
    desk.post(act("mapping", endpoint), {**chosen, "action": "save"})
    desk.post(act("switch", endpoint), {"state": "live", "release": "on"})
    messages_due(Budget(30))

    endpoint.refresh_from_db()
    assert endpoint.state == EndpointState.LIVE
    assert Lead.objects.get().contact.name == "Lin"
    assert str(Lead.objects.get().pk) in desk.get(page).content.decode()


def test_what_was_only_guessed_is_not_saved_and_says_so(desk):
    endpoint = make(desk)
    desk.post(act("sample", endpoint), {"body": '{"tel": "13800138000", "city": "Xiamen"}'})

    page = desk.get(reverse("ops:webhook_in", args=[endpoint.pk])).content.decode()

    assert "not saved" in page
    assert "<dt>Phone</dt><dd>138****8000</dd>" in page
    assert WebhookEndpoint.objects.get().mapping == {}


def test_problem_of_the_sample_stands_at_its_field(desk):
    endpoint = make(desk)
    desk.post(act("sample", endpoint), {"body": '{"tel": "12"}'})
    shown = desk.post(act("mapping", endpoint), {"path": "tel", "target": "phone", "action": "try"}).content.decode()

    assert "field-invalid" in shown
    assert "field-error" in shown


def test_mapping_that_makes_no_sense_is_refused_in_place(desk):
    endpoint = make(desk, "form")
    answer = desk.post(act("mapping", endpoint), {"path": ["a", "b"], "target": ["name", "name"], "action": "save"})

    assert answer.status_code == 422
    assert WebhookEndpoint.objects.get().mapping == endpoint.mapping


@pytest.mark.parametrize("body", ["{", "<a/>", "1", ""])
def test_sample_that_is_no_json_is_refused(desk, body):
    endpoint = make(desk)

    assert desk.post(act("sample", endpoint), {"body": body}).status_code == 422
    assert WebhookEndpoint.objects.get().sample is None


def test_endpoint_without_mapping_does_not_go_live(desk):
    endpoint = make(desk)
    desk.post(act("switch", endpoint), {"state": "live"})

    assert WebhookEndpoint.objects.get().state == EndpointState.DRAFT


def test_secret_is_written_and_never_shown(desk):
    endpoint = make(desk, "form")
    values = {"name": "Ads", "scheme": "hmac_hex", "signature_header": "X-Signature", "secret": "the-long-secret"}
    assert desk.post(act("settings", endpoint), {**values, "secret": ""}).status_code == 422
    assert desk.post(act("settings", endpoint), values).status_code == 302

    shown = desk.get(reverse("ops:webhook_in", args=[endpoint.pk])).content.decode()
    assert "the-long-secret" not in shown
    assert "cret" in shown


@pytest.mark.parametrize("count", [1, 3])
def test_messages_cost_the_same_however_many_they_are(desk, count, django_assert_num_queries):
    endpoint = make(desk, "form")
    for number in range(count):
        message_of(endpoint, {"a": number}, key=str(number))
    page = reverse("ops:webhook_in", args=[endpoint.pk])
    desk.get(page)

    with django_assert_num_queries(14):
        desk.get(page)


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER, Role.AUDITOR])
def test_who_does_not_plan_sees_none_of_it(tenant, desk, role):
    endpoint = make(desk)
    other = Desk(tenant, make_user("other", role))

    for url in (LIST, SETTINGS, reverse("ops:webhook_in", args=[endpoint.pk])):
        assert other.get(url).status_code in (302, 403)
    assert other.post(act("delete", endpoint)).status_code in (302, 403)
    assert WebhookEndpoint.objects.exists()


def test_deleted_endpoint_is_gone(desk):
    endpoint = make(desk)
    message_of(endpoint)
    desk.post(act("delete", endpoint))

    assert not WebhookEndpoint.objects.exists()
    assert not InboxMessage.objects.exists()


def test_webhook_is_made_with_a_secret_that_is_shown_once(principal, desk):
    assert desk.get(SETTINGS).status_code == 403
    body = {"name": "Shop", "url": "https://shop.example.com/in", "event_types": ["lead.captured"]}
    shown = principal.post(SETTINGS, body).content.decode()

    webhook = Webhook.objects.get()
    assert "whsec_" in shown
    page = reverse("ops:settings_webhook", args=[webhook.pk])
    assert "whsec_" not in principal.get(page).content.decode()
    assert "whsec_" in principal.post(reverse("ops:settings_webhook_rotate", args=[webhook.pk])).content.decode()


def test_address_of_ours_is_refused_beside_its_field(principal):
    body = {"name": "Shop", "url": "https://127.1/", "event_types": ["lead.captured"]}
    answer = principal.post(SETTINGS, body)

    assert (answer.status_code, Webhook.objects.count()) == (422, 0)


def test_webhook_is_tested_replayed_switched_and_deleted(principal):
    made = create_webhook(name="Shop", url="https://a.example.com/", event_types=["lead.won"], now=clock.now())
    args = [made.webhook.pk]
    principal.post(reverse("ops:settings_webhook_ping", args=args))
    delivery = WebhookDelivery.objects.get()
    WebhookDelivery.objects.update(state="failed", due_at=None)
    principal.post(reverse("ops:settings_webhook_replay", args=args), {"which": "failed"})
    delivery.refresh_from_db()
    assert delivery.state == "waiting"
    one = reverse("ops:settings_webhook_delivery", args=[*args, delivery.pk])
    assert str(delivery.pk) in principal.get(one).content.decode()

    principal.post(reverse("ops:settings_webhook_switch", args=args), {"active": "off"})
    assert not Webhook.objects.get().active
    principal.post(reverse("ops:settings_webhook_delete", args=args))
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_deliveries_cost_the_same_however_many_they_are(principal, count, django_assert_num_queries):
    made = create_webhook(name="Shop", url="https://a.example.com/", event_types=["lead.won"], now=clock.now())
    for _time in range(count):
        ping_webhook(webhook_id=made.webhook.pk, now=clock.now())
    page = reverse("ops:settings_webhook", args=[made.webhook.pk])
    principal.get(page)

    with django_assert_num_queries(10):
        principal.get(page)
