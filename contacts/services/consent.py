"""Bar channels, and append what somebody agreed to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from contacts.enums import ChannelKind
from contacts.models import Consent, DoNotContact
from scrm.core.bulk import insert_columns


def bar_channel(*, contact_id: UUID, channel: ChannelKind, reason: str, now: datetime) -> bool:
    """Mark that somebody must not be reached this way; False when the mark is there already."""
    columns: dict[str, list[Any]] = {"contact_id": [contact_id], "channel": [channel.value]}
    constants = {"reason": reason[:40], "since": now}
    return bool(insert_columns(DoNotContact, columns, constants, on_conflict="DO NOTHING", returning="id"))


def lift_bar(*, contact_id: UUID, channel: ChannelKind) -> bool:
    """Take the mark back; False when there is none."""
    return bool(DoNotContact.objects.filter(contact_id=contact_id, channel=channel).delete()[0])


def record_consent(
    *,
    contact_id: UUID,
    channel: ChannelKind,
    given: bool,
    now: datetime,
    text_version: str = "",
    proof: Mapping[str, Any] | None = None,
) -> None:
    """Append what somebody agreed to or withdrew."""
    Consent.objects.create(
        contact_id=contact_id, channel=channel, given=given, text_version=text_version, proof=dict(proof or {}), at=now
    )
