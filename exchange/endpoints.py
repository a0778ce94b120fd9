"""Writes of webhooks in: made, set up, given another secret, gone live, paused."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services import record_audit
from exchange.enums import EndpointState, InboxState, SignatureScheme
from exchange.models import InboxMessage, WebhookEndpoint
from exchange.sealed import seal_column
from exchange.services import open_message

OVERLAP: Final = timedelta(days=2)
"""How long the secret before still counts."""
SECRET_SHORTEST: Final = 8
CHANGEABLE: Final = (
    *("name", "source", "start_sops", "scheme", "signature_header", "timestamp_header", "event_header"),
)


def create_endpoint(*, name: str, preset: str = "", by: Any = None, now: datetime, **values: Any) -> WebhookEndpoint:
    """A way in as a draft: what comes is held. ValidationError when a value can't be."""
    endpoint = WebhookEndpoint(name=name, preset=preset, created_by=by, created_at=now, **values)
    endpoint.full_clean(exclude=["code"])
    with transaction.atomic():
        endpoint.save()
        record_audit(action="webhook_in.created", actor=by, subject=endpoint, details={"name": name}, now=now)
    return endpoint


@transaction.atomic
def change_endpoint(*, endpoint: WebhookEndpoint, secret: str = "", by: Any, now: datetime, **values: Any) -> None:
    """Change how it is set up; a new secret lets the one before count for two more days."""
    held = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    for name in CHANGEABLE:
        if name in values:
            setattr(held, name, values[name])
    if secret:
        if len(secret) < SECRET_SHORTEST:
            least = _("A secret has at least %(least)s characters.") % {"least": SECRET_SHORTEST}
            raise ValidationError({"secret": least})
        held.previous_secret, held.previous_until = held.secret, now + OVERLAP
        held.secret, held.secret_hint = seal_column(held, "secret", secret.encode()), secret[-4:]
    if held.scheme != SignatureScheme.NONE:
        if not held.signature_header:
            raise ValidationError({"signature_header": _("Say which header holds it.")})
        if held.secret is None:
            raise ValidationError({"secret": _("Give the secret that both sides know.")})
    held.full_clean(exclude=["code"])
    held.save()
    details = {"name": held.name, "scheme": held.scheme, "secret_changed": bool(secret)}
    record_audit(action="webhook_in.changed", actor=by, subject=held, details=details, now=now)


def set_mapping(*, endpoint: WebhookEndpoint, mapping: Mapping[str, Any], by: Any, now: datetime) -> None:
    """What its fields become from now on."""
    with transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(mapping=dict(mapping))
        details = {"name": endpoint.name, "fields": len(mapping.get("fields", {}))}
        record_audit(action="webhook_in.mapped", actor=by, subject=endpoint, details=details, now=now)


@transaction.atomic
def set_sample(*, endpoint: WebhookEndpoint, body: bytes, content_type: str, by: Any, now: datetime) -> None:
    """What its mapping is tried on."""
    sealed = seal_column(endpoint, "sample", body)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(sample=sealed, sample_type=content_type)
    details = {"name": endpoint.name, "bytes": len(body)}
    record_audit(action="webhook_in.sampled", actor=by, subject=endpoint, details=details, now=now)


def sample_from_message(*, endpoint: WebhookEndpoint, message: InboxMessage, by: Any, now: datetime) -> bool:
    """A caught message becomes the sample; False when what it held is forgotten."""
    if message.payload is None:
        return False
    set_sample(endpoint=endpoint, body=open_message(message), content_type=message.content_type, by=by, now=now)
    return True


def switch_endpoint(*, endpoint: WebhookEndpoint, state: EndpointState, by: Any, now: datetime) -> bool:
    """Go live, or pause: what comes is held from then on. False when it was so already."""
    with transaction.atomic():
        changed = WebhookEndpoint.objects.filter(pk=endpoint.pk).exclude(state=state).update(state=state)
        if changed:
            action = "webhook_in.live" if state == EndpointState.LIVE else "webhook_in.paused"
            record_audit(action=action, actor=by, subject=endpoint, details={"name": endpoint.name}, now=now)
    return bool(changed)


def delete_endpoint(*, endpoint: WebhookEndpoint, by: Any, now: datetime) -> None:
    """The address answers no more, and what came by it is forgotten; leads stay."""
    with transaction.atomic():
        # Whoever takes one in right now has kept its leads before it is forgotten.
        waiting = InboxMessage.objects.filter(endpoint=endpoint, state=InboxState.RECEIVED)
        list(waiting.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
        record_audit(action="webhook_in.deleted", actor=by, subject=endpoint, details={"name": endpoint.name}, now=now)
        WebhookEndpoint.objects.filter(pk=endpoint.pk).delete()
