"""Other systems of a demo business: one that pushes leads, and one that would hear of deals."""

import json
from datetime import datetime
from typing import Any

from django.utils import translation

from exchange.endpoints import create_endpoint, set_sample, switch_endpoint
from exchange.enums import EndpointState, HookEvent
from exchange.models import WebhookEndpoint
from exchange.payloads import JSON_TYPE
from exchange.webhooks import create_webhook, switch_webhook
from leads.hook_presets import PRESETS
from scheduler.budget import Budget
from scrm.flows.hooks_in import message_pushed, messages_due


def connect_systems(*, source: str, language: str, by: Any, now: datetime) -> None:
    """A live webhook in with its sample and mapping, and a webhook out that is off: nobody listens on a laptop."""
    preset = PRESETS["ads"]
    with translation.override(language):
        name = str(preset.label)
    endpoint = create_endpoint(name=name, preset="ads", source=source, mapping=preset.mapping.as_json(), by=by, now=now)
    set_sample(endpoint=endpoint, body=preset.body, content_type=JSON_TYPE, by=by, now=now)
    switch_endpoint(endpoint=endpoint, state=EndpointState.LIVE, by=by, now=now)
    events = [HookEvent.LEAD_WON, HookEvent.STAGE_CHANGED]
    made = create_webhook(name="ERP", url="https://erp.example.com/hooks", event_types=events, by=by, now=now)
    switch_webhook(webhook=made.webhook, active=False, by=by, now=now)


def push_lead(now: datetime) -> None:
    """One message of the system that pushes leads, taken in as any other."""
    said = PRESETS["ads"].sample
    leads = [{**lead, "created_at": now.isoformat(timespec="seconds")} for lead in said["leads"]]
    endpoint = WebhookEndpoint.objects.get(preset="ads")
    body = json.dumps({**said, "leads": leads}).encode()
    message_pushed(endpoint, body=body, content_type=JSON_TYPE, headers={}, now=now)
    messages_due(Budget(20))
