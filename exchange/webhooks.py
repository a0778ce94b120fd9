"""Writes of webhooks out: made, changed, given another secret, switched, deleted."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.services import record_audit
from exchange.enums import HookEvent
from exchange.models import Webhook
from exchange.outbox import wake_webhook
from exchange.sealed import seal_column
from scheduler.services import due_work
from scrm.core.outgoing import check_url
from scrm.core.outgoing_rules import ForbiddenAddress

OVERLAP: Final = timedelta(days=2)
_MARK: Final = "whsec_"


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook with its secret, which nobody can read again."""

    webhook: Webhook
    secret: str


def create_webhook(
    *, name: str, url: str, event_types: Sequence[str], personal: bool = False, by: Any = None, now: datetime
) -> NewWebhook:
    """Make one that is told from now on; ValidationError names the field that can't be."""
    webhook = Webhook(name=name, active=True, created_by=by, created_at=now)
    secret = _MARK + secrets.token_urlsafe(32)
    webhook.secret = seal_column(webhook, "secret", secret.encode())
    _fill(webhook, name=name, url=url, event_types=event_types, personal=personal, by=by)
    with transaction.atomic():
        webhook.save()
        _audit("webhook.created", webhook, by, now)
    return NewWebhook(webhook, secret)


@transaction.atomic
def change_webhook(
    *, webhook: Webhook, name: str, url: str, event_types: Sequence[str], personal: bool, by: Any, now: datetime
) -> None:
    """Another name, address or choice of events."""
    held = Webhook.objects.select_for_update().get(pk=webhook.pk)
    _fill(held, name=name, url=url, event_types=event_types, personal=personal, by=by)
    held.save(update_fields=["name", "url", "event_types", "personal"])
    _audit("webhook.changed", held, by, now)


@transaction.atomic
def rotate_webhook(*, webhook: Webhook, by: Any = None, now: datetime) -> NewWebhook:
    """Give it a new secret; for two more days each call is signed with the one before too."""
    held = Webhook.objects.select_for_update().get(pk=webhook.pk)
    secret = _MARK + secrets.token_urlsafe(32)
    held.previous_secret, held.previous_until = held.secret, now + OVERLAP
    held.secret = seal_column(held, "secret", secret.encode())
    held.save(update_fields=["secret", "previous_secret", "previous_until"])
    _audit("webhook.rotated", held, by, now)
    return NewWebhook(held, secret)


def switch_webhook(*, webhook: Webhook, active: bool, by: Any, now: datetime) -> bool:
    """On, or off: nothing is noted for it while it is off. False when it was so already."""
    with due_work():
        rows = Webhook.objects.filter(pk=webhook.pk, active=not active)
        changed = rows.update(active=active, paused_for="", failures=0, failing_since=None, closed_until=None)
        if changed:
            if active:
                wake_webhook(webhook_id=webhook.pk, now=now)
            _audit("webhook.switched", webhook, by, now, active=active)
    return bool(changed)


def delete_webhook(*, webhook: Webhook, by: Any, now: datetime) -> None:
    with transaction.atomic():
        _audit("webhook.deleted", webhook, by, now)
        Webhook.objects.filter(pk=webhook.pk).delete()


def _fill(webhook: Webhook, *, name: str, url: str, event_types: Sequence[str], personal: bool, by: Any) -> None:
    try:
        target = check_url(url)
    except ForbiddenAddress as error:
        raise ValidationError({"url": _why(error.code)}) from error
    known = set(HookEvent.values) - {HookEvent.PING}
    if not event_types or set(event_types) - known:
        raise ValidationError({"event_types": _("Choose at least one of the events.")})
    if personal and not webhook.personal and not (by is not None and by.may("contact.reveal")):
        raise ValidationError({"personal": _("Only somebody who may see phones and e-mails can send them on.")})
    webhook.name, webhook.url, webhook.personal = name, url, personal
    webhook.event_types = sorted(set(event_types))
    if target.scheme == "https":
        webhook.full_clean(exclude=["secret", "previous_secret", "created_by"])


def _why(code: str) -> str:
    words = {
        "scheme": _("The address must begin with https://."),
        "port": _("This port is not allowed."),
        "host": _("This host can't be called."),
        "place": _("This host can't be called."),
    }
    return words.get(code) or _("This is no address that can be called.")


def _audit(action: str, webhook: Webhook, by: Any, now: datetime, **more: Any) -> None:
    host = webhook.url.split("/")[2] if webhook.url.count("/") > 1 else ""
    details = {"name": webhook.name, "host": host, "event_types": webhook.event_types, "personal": webhook.personal}
    record_audit(action=action, actor=by, subject=webhook, details={**details, **more}, now=now)
