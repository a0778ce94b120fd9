"""How somebody takes back, or gives, the leave to be reached."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import contacts.services
from accounts.models import User
from accounts.services import record_audit
from contacts.enums import ChannelKind, ConsentPurpose, ConsentWay
from contacts.models import Contact
from events.inputs import Happening
from scheduler.services import due_work
from scrm.flows.engagement import take_in


def contact_withdrew(
    contact_id: UUID,
    channel: ChannelKind,
    *,
    reason: str,
    now: datetime,
    by: User | None = None,
    way: ConsentWay | str = "",
    proof: Mapping[str, Any] | None = None,
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
            contact_id=contact_id,
            channel=channel,
            given=False,
            way=way,
            reason=reason,
            by=by,
            proof={"reason": reason, **(proof or {})},
            now=now,
        )
        key = f"consent_withdrawn:{contact_id}:{channel}:{now:%Y%m%d%H%M%S%f}"
        said = {"channel": str(channel), "reason": reason}
        take_in([Happening(contact_id, "consent_withdrawn", now, key, said)], now=now)
        _note("consent.withdrawn", contact_id, by, {"channel": str(channel), "way": str(way)}, now)
        return True


def contact_agreed(
    contact_id: UUID,
    channel: ChannelKind,
    *,
    now: datetime,
    by: User | None = None,
    way: ConsentWay | str = "",
    reason: str = "",
    text_version: str = "",
    proof: Mapping[str, Any] | None = None,
) -> bool:
    """Somebody may be reached by a channel again; False when nothing barred it."""
    with due_work():
        if not contacts.services.lock_contacts(contact_ids=[contact_id]):
            return False
        contacts.services.record_consent(
            contact_id=contact_id,
            channel=channel,
            given=True,
            way=way,
            reason=reason,
            by=by,
            text_version=text_version,
            proof=proof,
            now=now,
        )
        lifted = contacts.services.lift_bar(contact_id=contact_id, channel=channel)
        _note("consent.given", contact_id, by, {"channel": str(channel), "way": str(way)}, now)
        return lifted


def purpose_agreed(
    contact_id: UUID,
    purpose: ConsentPurpose,
    *,
    given: bool,
    now: datetime,
    by: User | None = None,
    way: ConsentWay | str = "",
    reason: str = "",
    text_version: str = "",
    proof: Mapping[str, Any] | None = None,
) -> bool:
    """Somebody agreed to one use of their data, or takes that back; False when there is nobody.

    For messages it is every channel that they speak of.
    """
    if purpose == ConsentPurpose.MARKETING:
        if not given:
            why = reason or str(way)
            return contact_withdrew(contact_id, ChannelKind.ALL, reason=why, by=by, way=way, proof=proof, now=now)
        contact_agreed(
            contact_id,
            ChannelKind.ALL,
            by=by,
            way=way,
            reason=reason,
            text_version=text_version,
            proof=proof,
            now=now,
        )
        return True
    with due_work():
        if not contacts.services.lock_contacts(contact_ids=[contact_id]):
            return False
        contacts.services.record_consent(
            contact_id=contact_id,
            channel=ChannelKind.ALL,
            purpose=purpose,
            given=given,
            way=way,
            reason=reason,
            by=by,
            text_version=text_version,
            proof=proof,
            now=now,
        )
        action = "consent.given" if given else "consent.withdrawn"
        _note(action, contact_id, by, {"purpose": str(purpose), "way": str(way)}, now)
        return True


def _note(action: str, contact_id: UUID, by: User | None, details: dict[str, str], now: datetime) -> None:
    record_audit(action=action, actor=by, subject=Contact(pk=contact_id), details=details, now=now)
