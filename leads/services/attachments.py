"""Writes of files that belong to a contact: sealed in their own rows, so that they go when the contact goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import record_audit
from leads.attachment_types import AT_ONCE, LARGEST, safe_name, type_of
from leads.models import Attachment, Interaction
from scrm.core import crypto
from scrm.core.ids import uuid7
from tenants.selectors import tenant_keys

MOST: Final = 100
"""Files of one contact."""


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    data: bytes


@transaction.atomic
def attach_files(
    *,
    contact_id: UUID,
    uploads: Sequence[Upload],
    interaction: Interaction | None = None,
    by: User | None,
    now: datetime,
) -> list[Attachment]:
    """Keep these files, all or none. The caller holds the contact. ValidationError says which is refused and why."""
    if not uploads:
        return []
    if len(uploads) > AT_ONCE:
        raise ValidationError({"attached": _("At most %(most)s files at once.") % {"most": AT_ONCE}})
    if Attachment.objects.filter(contact=contact_id).count() + len(uploads) > MOST:
        raise ValidationError({"attached": _("A customer has at most %(most)s files.") % {"most": MOST}})
    keys, rows = tenant_keys(), []
    for upload in uploads:
        pk, kind = uuid7(), type_of(upload.data)
        if len(upload.data) > LARGEST:
            raise ValidationError({"attached": _("“%(name)s” is larger than 10 MB.") % {"name": upload.name[:80]}})
        if not upload.data or kind is None:
            raise ValidationError(
                {
                    "attached": _("“%(name)s” is no picture, PDF, office document, recording or text.")
                    % {"name": upload.name[:80]}
                }
            )
        sealed = crypto.seal(upload.data, keys=keys, aad=_aad(pk))
        rows.append(
            Attachment(
                id=pk,
                contact_id=contact_id,
                interaction=interaction,
                name=safe_name(upload.name, kind),
                content_type=kind.content_type,
                size=len(upload.data),
                sealed=sealed,
                by=by,
                at=now,
            )
        )
    kept = Attachment.objects.bulk_create(rows)
    details = {"files": len(kept), "bytes": sum(row.size for row in kept)}
    record_audit(action="file.attached", actor=by, subject=kept[0], details=details, now=now)
    return kept


@transaction.atomic
def read_attachment(*, attachment: Attachment, by: User, now: datetime) -> bytes:
    """Its content in clear, and an audit entry of who asked."""
    record_audit(action="file.read", actor=by, subject=attachment, now=now)
    return open_attachment(attachment)


def open_attachment(attachment: Attachment) -> bytes:
    """Its content in clear. CryptoError."""
    return crypto.open_sealed(attachment.sealed, keys=tenant_keys(), aad=_aad(attachment.pk))


@transaction.atomic
def remove_attachment(*, attachment: Attachment, by: User, now: datetime) -> None:
    """Delete the file for good."""
    record_audit(action="file.removed", actor=by, subject=attachment, now=now)
    Attachment.objects.filter(pk=attachment.pk).delete()


def reseal_attachments() -> tuple[int, int]:
    """Seal with the master key of now what is not: how many were, and how many can't be opened."""
    keys, after, changed, lost = tenant_keys(), UUID(int=0), 0, 0
    while True:
        # One at a time: each may be ten megabytes.
        with transaction.atomic():
            row = Attachment.objects.select_for_update(no_key=True).filter(pk__gt=after).order_by("pk").first()
            if row is None:
                return changed, lost
            after = row.pk
            if crypto.is_current(row.sealed, keys=keys):
                continue
            try:
                plain = crypto.open_sealed(row.sealed, keys=keys, aad=_aad(row.pk))
            except crypto.CryptoError:
                lost += 1
                continue
            row.sealed = crypto.seal(plain, keys=keys, aad=_aad(row.pk))
            row.save(update_fields=["sealed"])
            changed += 1


def _aad(pk: UUID) -> bytes:
    return b"leads_attachment.sealed:" + pk.bytes
