"""How somebody takes back, or gives, the leave to be reached."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import contacts.services
from accounts.models import User
from accounts.services import record_audit
from contacts.enums import ChannelKind
from contacts.models import Contact
from events.inputs import Happening
from scheduler.services import due_work
from scrm.flows.engagement import take_in


def contact_withdrew(
    contact_id: UUID, channel: ChannelKind, *, reason: str, now: datetime, by: User | None = None
) -> bool:
    """Somebody must not be reached by a channel any more; False when that was so already.

    What waits is skipped when it is due, so that taking the mark back brings it back too.
    """
    with due_work():
        if not contacts.services.lock_contacts(contact_ids=[contact_id]):
            return False
        if not contacts.services.bar_channel(contact_id=contact_id, channel=channel, reason=reason, now=now):
            return False
        contacts.services.record_consent(
            contact_id=contact_id, channel=channel, given=False, proof={"reason": reason}, now=now
        )
        key = f"consent_withdrawn:{contact_id}:{channel}:{now:%Y%m%d%H%M%S%f}"
        said = {"channel": str(channel), "reason": reason}
        take_in([Happening(contact_id, "consent_withdrawn", now, key, said)], now=now)
        record_audit(action="consent.withdrawn", actor=by, subject=Contact(pk=contact_id), details=said, now=now)
        return True


def contact_agreed(
    contact_id: UUID,
    channel: ChannelKind,
    *,
    now: datetime,
    by: User | None = None,
    text_version: str = "",
    proof: Mapping[str, Any] | None = None,
) -> bool:
    """Somebody may be reached by a channel again; False when nothing barred it."""
    with due_work():
        if not contacts.services.lock_contacts(contact_ids=[contact_id]):
            return False
        contacts.services.record_consent(
            contact_id=contact_id, channel=channel, given=True, text_version=text_version, proof=proof, now=now
        )
        lifted = contacts.services.lift_bar(contact_id=contact_id, channel=channel)
        details = {"channel": str(channel)}
        record_audit(action="consent.given", actor=by, subject=Contact(pk=contact_id), details=details, now=now)
        return lifted
