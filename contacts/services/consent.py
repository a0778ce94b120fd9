"""Bar channels, append what somebody agreed to, and keep the texts that they agree to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from contacts import queries
from contacts.enums import ChannelKind, ConsentPurpose, ConsentWay
from contacts.models import Consent, ConsentRule, ConsentText, DoNotContact
from contacts.sealing import lock_number
from scrm.core import crypto
from scrm.core.bulk import insert_columns
from tenants.selectors import tenant_keys

_VERSION: Final = "{purpose}-{number}"


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
    purpose: ConsentPurpose = ConsentPurpose.MARKETING,
    way: ConsentWay | str = "",
    reason: str = "",
    by: User | None = None,
    text_version: str = "",
    proof: Mapping[str, Any] | None = None,
) -> None:
    """Append what somebody agreed to or withdrew."""
    Consent.objects.create(
        contact_id=contact_id,
        channel=channel,
        purpose=purpose,
        given=given,
        text_version=text_version,
        way=way,
        reason=reason[:200],
        by=by,
        proof=dict(proof or {}),
        at=now,
    )


@transaction.atomic
def add_consent_text(*, purpose: ConsentPurpose, texts: Mapping[str, str], by: User | None, now: datetime) -> str:
    """The next version of what people agree to, in each language; gives its name. ValidationError without any text."""
    said = {language: text.strip() for language, text in texts.items() if text.strip()}
    if not said:
        raise ValidationError(_("Write the text in one language at least."))
    index = crypto.blind_index(purpose.value, keys=tenant_keys(), purpose="consent.text")
    queries.lock_numbers([lock_number(index)])
    number = ConsentText.objects.filter(purpose=purpose).values("version").distinct().count() + 1
    version = _VERSION.format(purpose=purpose.value, number=number)
    rows = [
        ConsentText(purpose=purpose, version=version, language=language, text=text, since=now, by=by)
        for language, text in said.items()
    ]
    for row in rows:
        row.full_clean(exclude={"by"})
    ConsentText.objects.bulk_create(rows)
    details = {"version": version, "languages": sorted(said)}
    record_audit(action="consent.text_added", actor=by, details=details, now=now)
    return version


@transaction.atomic
def need_consent(*, channels: set[str], by: User | None, now: datetime) -> None:
    """On these channels nobody is written to who did not agree, on the others whoever did not object."""
    for channel in ChannelKind:
        if channel != ChannelKind.ALL:
            ConsentRule.objects.update_or_create(channel=channel, defaults={"needed": channel.value in channels})
    record_audit(action="consent.rule_set", actor=by, details={"needed": sorted(channels)}, now=now)
