"""Webhooks by the API: listed, made, rotated; never with personal data, and never with a secret again."""

import pytest
from django_tenants.utils import tenant_context

from exchange.models import Webhook
from tests.api.conftest import make_caller

BODY = {"name": "Shop", "url": "https://shop.example.com/in", "event_types": ["lead.captured", "lead.won"]}


def test_webhook_is_made_listed_and_rotated(acme):
    caller = make_caller(acme, "webhooks:write")
    made = caller.post("webhooks", BODY)
    listed = caller.get("webhooks").json()["results"]
    rotated = caller.post(f"webhooks/{made.json()['id']}/secret", {})

    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    assert [each["name"] for each in listed] == ["Shop"]
    assert "secret" not in listed[0]
    assert (rotated.status_code, rotated["Cache-Control"]) == (200, "no-store")
    assert rotated.json()["secret"] != made.json()["secret"]
    assert caller.get(f"webhooks/{made.json()['id']}").json()["personal"] is False


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "http://shop.example.com/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"event_types": ["nonsense"]}, "event_types"),
        ({"event_types": []}, "event_types"),
        ({"personal": True}, "personal"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(acme, wrong, field):
    answer = make_caller(acme, "webhooks:write").post("webhooks", {**BODY, **wrong})

    assert answer.status_code == 422
    assert field in answer.json()["errors"][0]["field"]
    assert not Webhook.objects.exists()


def test_other_scopes_and_other_businesses_reach_nothing(acme, globex):
    with tenant_context(acme):
        made = make_caller(acme, "webhooks:write").post("webhooks", BODY).json()

    assert make_caller(acme, "leads:read").get("webhooks").status_code == 403
    assert make_caller(acme, "leads:write").post("webhooks", BODY).status_code == 403
    assert make_caller(globex, "webhooks:write").get(f"webhooks/{made['id']}").status_code == 404
    with tenant_context(acme):
        assert Webhook.objects.count() == 1
