"""Show an identity in clear: counted before it is shown, so that many at once get no more than one after another."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min, Model
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from contacts import queries
from contacts.models import Contact, Identity, Reveal, RevealLimit
from contacts.revealing import DAY, Limit, Seen, spent_until
from contacts.sealing import lock_number, open_identity
from contacts.selectors.reveals import reveal_limit
from exchange.models import ApiKey
from scrm.core import crypto
from tenants.selectors import tenant_keys


class RevealsSpent(Exception):
    """Whoever asks has looked at as many as their role may; `until` says when they may again."""

    def __init__(self, until: datetime) -> None:
        super().__init__("Too many reveals.")
        self.until = until


def reveal_identity(*, identity: Identity, by: User | None, now: datetime, key: ApiKey | None = None) -> str:
    """An identity in clear; who asked is counted and in the audit trail. RevealsSpent."""
    details = {"kind": identity.kind, "identity": str(identity.pk)}
    shown: dict[str, Any] = {
        "subject": identity.pk,
        "kind": identity.kind,
        "details": details,
        "action": "identity.revealed",
    }
    count_reveal(contact=identity.contact, by=by, key=key, now=now, **shown)
    return open_identity(identity.sealed, pk=identity.pk, keys=tenant_keys())


def count_reveal(
    *,
    contact: Contact,
    subject: UUID,
    kind: str,
    action: str,
    details: dict[str, Any],
    by: User | None,
    key: ApiKey | None = None,
    about: Model | None = None,
    now: datetime,
) -> None:
    """Note that somebody sees something in clear, before they do; RevealsSpent, and nothing but a line, when it is
    one too many. The line is about the contact, or `about` what else."""
    until = None
    with transaction.atomic():
        _hold_count(by, key)
        mine = Reveal.objects.filter(key=key) if key else Reveal.objects.filter(by=by, key=None)
        rows = mine.filter(at__gt=now - DAY).values_list("subject").annotate(first=Min("at")).order_by()
        until = spent_until(reveal_limit(by, key), [Seen(*row) for row in rows], subject, now)
        if until is None:
            Reveal.objects.create(contact=contact, by=by, key=key, subject=subject, kind=kind, at=now)
        else:
            action, details = "identity.reveal_refused", {**details, "until": until.isoformat()}
        label = key.name if key else ""
        record_audit(action=action, actor=by, actor_label=label, subject=about or contact, details=details, now=now)
    if until is not None:
        raise RevealsSpent(until)


@transaction.atomic
def set_reveal_limits(*, limits: Mapping[str, Limit], by: User | None, now: datetime) -> None:
    """Say how many a person of each role may see in clear. ValidationError."""
    for role, limit in limits.items():
        if limit.per_day < limit.per_hour:
            raise ValidationError(_("A day can't have fewer than an hour."))
        said = {"per_hour": limit.per_hour, "per_day": limit.per_day, "needs_factor": limit.needs_factor}
        RevealLimit.objects.update_or_create(role=role, defaults=said)
    details = {role: [limit.per_hour, limit.per_day, limit.needs_factor] for role, limit in limits.items()}
    record_audit(action="reveal.limits_set", actor=by, details=details, now=now)


def _hold_count(by: User | None, key: ApiKey | None) -> None:
    """One look at a time for each who looks."""
    who = f"key {key.pk}" if key else f"user {by.pk if by else None}"
    queries.lock_numbers([lock_number(crypto.blind_index(who, keys=tenant_keys(), purpose="reveal.count"))])
