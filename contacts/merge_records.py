"""Seals what a merge did, each record for the contact that comes back from it."""

from uuid import UUID

from contacts.merging import Record, read_record
from contacts.models import ContactMerge
from scrm.core import crypto
from tenants.selectors import tenant_keys


def seal_record(record: Record, folded_id: UUID) -> bytes:
    return crypto.seal(record.as_bytes(), keys=tenant_keys(), aad=_aad(folded_id))


def open_record(merge: ContactMerge) -> Record:
    """What the merge did; an empty record where it was taken back."""
    if merge.sealed is None:
        return Record()
    return read_record(crypto.open_sealed(merge.sealed, keys=tenant_keys(), aad=_aad(merge.folded_id)))


def _aad(folded_id: UUID) -> bytes:
    return b"contacts_contactmerge.sealed:" + folded_id.bytes
