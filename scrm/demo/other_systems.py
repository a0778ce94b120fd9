"""Other systems of a demo business: one that pushes leads, and one that would hear of deals."""

from datetime import datetime
from typing import Any

from exchange.endpoints import create_endpoint, set_sample, switch_endpoint
from exchange.enums import EndpointState, HookEvent
from exchange.payloads import JSON_TYPE
from exchange.webhooks import create_webhook, switch_webhook
from leads.hook_presets import PRESETS


def connect_systems(*, source: str, by: Any, now: datetime) -> None:
    """A live webhook in with its sample and mapping, and a webhook out that is off: nobody listens on a laptop."""
    preset = PRESETS["ads"]
    endpoint = create_endpoint(
        name=str(preset.label), preset="ads", source=source, mapping=preset.mapping.as_json(), by=by, now=now
    )
    set_sample(endpoint=endpoint, body=preset.body, content_type=JSON_TYPE, by=by, now=now)
    switch_endpoint(endpoint=endpoint, state=EndpointState.LIVE, by=by, now=now)
    events = [HookEvent.LEAD_WON, HookEvent.STAGE_CHANGED]
    made = create_webhook(name="ERP", url="https://erp.example.com/hooks", event_types=events, by=by, now=now)
    switch_webhook(webhook=made.webhook, active=False, by=by, now=now)
