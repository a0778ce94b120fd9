"""Messages that other systems push: proved, kept before they are answered, taken in once, replayed at will."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from accounts.models import AuditEntry
from contacts.models import Consent, Identity
from exchange import endpoints, services
from exchange.enums import EndpointState, InboxState, SignatureScheme
from exchange.models import InboxMessage, WebhookEndpoint
from leads.hook_presets import PRESETS
from leads.models import Lead
from scheduler.budget import Budget
from scheduler.models import WakeUp
from scrm.core import clock
from scrm.flows import hooks_in
from scrm.flows.hooks_in import messages_due, take_message_in

MAPPING = {"items": "", "fields": {"name": "name", "phone": "phone", "id": "event_id", "utm": "utm_source"}}
PUSHED = {"id": "e-1", "name": "Lin", "phone": "138 0013 8000", "utm": "feed"}


def make_endpoint(name="Ads", mapping=MAPPING, state=EndpointState.LIVE, **values) -> WebhookEndpoint:
    now = clock.now()
    endpoint = endpoints.create_endpoint(name=name, mapping=mapping, source="Feed", now=now, **values)
    if state != EndpointState.DRAFT:
        endpoints.switch_endpoint(endpoint=endpoint, state=state, by=None, now=now)
    return WebhookEndpoint.objects.get(pk=endpoint.pk)


def push(endpoint, body=None, *, host="acme.localhost", content_type="application/json", **headers):
    raw = body if isinstance(body, bytes | str) else json.dumps(PUSHED if body is None else body)
    before = connection.tenant
    try:
        return Client(raise_request_exception=False).post(
            f"/hooks/in/{endpoint.code}", raw, content_type=content_type, HTTP_HOST=host, headers=headers
        )
    finally:
        connection.set_tenant(before)


def drain() -> None:
    assert not messages_due(Budget(30))


def test_pushed_lead_comes_in_once_with_its_source_and_utm(acme):
    endpoint = make_endpoint()

    first, again = push(endpoint), push(endpoint)
    drain()

    assert (first.status_code, first.json()) == (200, {"received": True, "duplicate": False})
    assert (again.status_code, again.json()) == (200, {"received": True, "duplicate": True})
    lead = Lead.objects.select_related("source", "contact").get()
    assert (lead.contact.name, lead.source.name, lead.came_by, lead.utm) == (
        *("Lin", "Feed", "webhook", {"utm_source": "feed"}),
    )
    message = InboxMessage.objects.get()
    assert (message.state, message.lead_ids) == (InboxState.DONE, [lead.pk])
    assert message.outcome["created"] == 1


def test_payload_is_sealed_and_the_tenant_is_woken(acme):
    push(make_endpoint())

    message = InboxMessage.objects.get()
    assert b"138" not in bytes(message.payload)
    assert WakeUp.objects.get(tenant=acme).due_at <= clock.now()


def test_another_business_has_nothing_at_this_address(acme, globex):
    with tenant_context(acme):
        endpoint = make_endpoint()

    assert push(endpoint, host="globex.localhost").status_code == 404
    with tenant_context(globex):
        assert not InboxMessage.objects.exists()


def test_without_an_id_the_same_body_is_the_same_message(acme):
    endpoint = make_endpoint(mapping={"fields": {"phone": "phone"}})

    assert not push(endpoint, {"phone": "13800138000"}).json()["duplicate"]
    assert push(endpoint, {"phone": "13800138000"}).json()["duplicate"]
    assert not push(endpoint, {"phone": "13800138001"}).json()["duplicate"]


def test_id_in_the_body_which_is_signed_counts_before_the_header(acme):
    endpoint = make_endpoint(event_header="X-Event")

    first, replayed = (push(endpoint, **{"X-Event": name}) for name in ("1", "2"))

    assert (first.json()["duplicate"], replayed.json()["duplicate"]) == (False, True)


def test_id_in_a_header_is_the_message(acme):
    endpoint = make_endpoint(event_header="X-Event")

    assert not push(endpoint, {"phone": "13800138000"}, **{"X-Event": "7"}).json()["duplicate"]
    assert push(endpoint, {"phone": "13800138001"}, **{"X-Event": "7"}).json()["duplicate"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("<lead/>", "application/xml", 415),
        ("{}", "multipart/form-data; boundary=x", 415),
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        (b"\xff\xff", "application/json", 400),
        ("x" * (1024 * 1024 + 1), "application/json", 413),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason_and_not_kept(acme, body, content_type, status):
    answer = push(make_endpoint(), body, content_type=content_type)

    assert (answer.status_code, answer.json()["received"]) == (status, False)
    assert answer.json()["error"]
    assert not InboxMessage.objects.exists()


def test_signature_is_asked_for_and_every_failure_is_answered_alike(acme):
    endpoint = make_endpoint()
    secret = "a secret of both"
    endpoints.change_endpoint(
        endpoint=endpoint,
        scheme=SignatureScheme.HMAC_HEX,
        signature_header="X-Signature",
        secret=secret,
        by=None,
        now=clock.now(),
    )
    body = json.dumps(PUSHED)
    right = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()

    wrong = [push(endpoint, body, **headers) for headers in ({}, {"X-Signature": "x"}, {"X-Signature": right[:-1]})]
    unread = push(endpoint, "{", content_type="application/xml")
    good = push(endpoint, body, **{"X-Signature": right})

    assert {(answer.status_code, answer.content) for answer in (*wrong, unread)} == {(403, wrong[0].content)}
    assert good.status_code == 200
    kept = WebhookEndpoint.objects.get()
    assert secret.encode() not in bytes(kept.secret)
    assert kept.secret_hint == "both"


def test_secret_before_counts_until_its_time_is_over(acme):
    endpoint, now = make_endpoint(), clock.now()
    for secret in ("the first secret", "the second secret"):
        endpoints.change_endpoint(
            endpoint=endpoint, scheme=SignatureScheme.TOKEN, signature_header="X-Token", secret=secret, by=None, now=now
        )

    assert push(endpoint, **{"X-Token": "the first secret"}).status_code == 200
    WebhookEndpoint.objects.update(previous_until=now - timedelta(seconds=1))
    assert push(endpoint, **{"X-Token": "the first secret"}).status_code == 403
    assert push(endpoint, **{"X-Token": "the second secret"}).status_code == 200


def test_what_comes_to_a_draft_is_held_and_released_when_it_goes_live(acme):
    endpoint = make_endpoint(state=EndpointState.DRAFT)
    push(endpoint)
    drain()
    assert (InboxMessage.objects.get().state, Lead.objects.count()) == (InboxState.HELD, 0)

    endpoints.switch_endpoint(endpoint=endpoint, state=EndpointState.LIVE, by=None, now=clock.now())
    assert services.release_messages(endpoint=endpoint, by=None, now=clock.now()) == 1
    drain()

    assert (InboxMessage.objects.get().state, Lead.objects.count()) == (InboxState.DONE, 1)


def test_payload_with_bad_leads_takes_in_the_good_ones_and_names_the_others(acme):
    endpoint = make_endpoint(mapping={"items": "leads", "fields": {"phone": "phone"}})
    push(endpoint, {"leads": [{"phone": "13800138000"}, {"phone": "12"}]})
    drain()

    message = InboxMessage.objects.get()
    assert (message.state, len(message.lead_ids), message.outcome["rejected"]) == (InboxState.DONE, 1, 1)
    problem = message.outcome["problems"][0]
    assert (problem["lead"], problem["field"]) == (2, "phone")
    assert "12" not in json.dumps({**problem, "lead": 0})


def test_message_that_says_nothing_fails_with_its_reason_and_is_taken_in_once_the_mapping_is_mended(acme):
    endpoint = make_endpoint(mapping={"fields": {"nothing": "phone"}})
    push(endpoint)
    drain()
    message = InboxMessage.objects.get()
    assert (message.state, bool(message.error), Lead.objects.count()) == (InboxState.FAILED, True, 0)

    endpoints.set_mapping(endpoint=endpoint, mapping=MAPPING, by=None, now=clock.now())
    assert services.replay_messages(endpoint=endpoint, messages=[message.pk], by=None, now=clock.now()) == 1
    drain()
    assert services.replay_messages(endpoint=endpoint, messages=[message.pk], by=None, now=clock.now()) == 1
    drain()

    assert (InboxMessage.objects.get().state, Lead.objects.count()) == (InboxState.DONE, 1)
    replays = AuditEntry.objects.filter(action="webhook_in.replayed")
    assert [entry.details["messages"] for entry in replays] == [1, 1]


def test_lead_with_a_key_of_its_own_is_changed_and_not_doubled(acme):
    endpoint = make_endpoint(mapping={"fields": {"id": "lead_key", "phone": "phone", "city": "attribute:city"}})
    push(endpoint, {"id": "L1", "phone": "13800138000", "city": "X"})
    drain()
    push(endpoint, {"id": "L1", "phone": "13800138000", "city": "Y"})
    drain()

    assert Lead.objects.get().attributes == {"city": "Y"}


def test_worker_killed_between_claim_and_leads_loses_and_doubles_nothing(acme):
    """A claim that nobody finishes ends with its lease; a claim that somebody else finished is not ours any more."""
    push(make_endpoint())
    claimed = services.claim_message(now=clock.now())
    drain()
    assert not Lead.objects.exists()

    clock.set_offset(services.LEASE + timedelta(seconds=1))
    try:
        drain()
        assert Lead.objects.count() == 1
        take_message_in(claimed)
    finally:
        clock.set_offset(timedelta(0))

    assert (Lead.objects.count(), InboxMessage.objects.get().state) == (1, InboxState.DONE)


def test_claim_that_somebody_else_took_over_does_nothing(acme):
    push(make_endpoint())
    slow = services.claim_message(now=clock.now())
    other = services.claim_message(now=clock.now() + services.LEASE)

    take_message_in(slow)
    assert not Lead.objects.exists()
    take_message_in(other)

    assert (Lead.objects.count(), InboxMessage.objects.get().state) == (1, InboxState.DONE)


def test_message_that_breaks_is_tried_again_later_and_given_up_in_the_end(acme, monkeypatch):
    def broken(*_args, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr(hooks_in, "lead_arrived", broken)
    push(make_endpoint())
    push(make_endpoint(name="Other"), {"id": "2", "phone": "13800138001"})

    drain()
    states = InboxMessage.objects.values_list("state", "attempt", "error")
    assert set(states) == {(InboxState.RECEIVED, 1, "ZeroDivisionError")}
    for _try in range(services.ATTEMPTS):
        InboxMessage.objects.filter(state=InboxState.RECEIVED).update(due_at=clock.now())
        drain()

    assert set(InboxMessage.objects.values_list("state", "attempt")) == {(InboxState.FAILED, services.ATTEMPTS)}
    assert not Lead.objects.exists()


def test_message_that_kills_whoever_works_on_it_ends(acme):
    push(make_endpoint())
    for _try in range(services.ATTEMPTS):
        InboxMessage.objects.update(due_at=clock.now())
        assert services.claim_message(now=clock.now()) is not None
    InboxMessage.objects.update(due_at=clock.now())
    drain()

    assert InboxMessage.objects.get().state == InboxState.FAILED


def test_consent_is_kept_with_its_proof(acme):
    preset = PRESETS["form"]
    push(make_endpoint(mapping=preset.mapping.as_json()), preset.body)
    drain()

    assert Consent.objects.get().proof == {"field": "answers[I agree to be contacted]"}
    assert Identity.objects.count() == 2


def test_forms_are_taken_too(acme):
    answer = push(make_endpoint(), "name=Lin&phone=13800138000&id=9", content_type="application/x-www-form-urlencoded")
    drain()

    assert answer.status_code == 200
    assert Lead.objects.get().contact.name == "Lin"


def test_deleting_a_way_in_waits_for_whoever_takes_its_messages_in(acme):
    endpoint = make_endpoint()
    push(endpoint)

    with CaptureQueriesContext(connection) as asked:
        endpoints.delete_endpoint(endpoint=endpoint, by=None, now=clock.now())

    assert any("exchange_inboxmessage" in query["sql"] and "FOR UPDATE" in query["sql"] for query in asked)
    assert not InboxMessage.objects.exists()
