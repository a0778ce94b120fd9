"""Decides how an identity is kept: sealed to read, blind to find, masked to show."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from contacts.enums import IdentityKind
from contacts.normalise import mask_email, mask_phone
from scrm.core import crypto
from scrm.core.crypto import TenantKeys
from scrm.core.ids import uuid7s

HINT_MAX = 80
_KINDS = {
    **{kind.value: kind.value for kind in IdentityKind},
    "external_id": IdentityKind.EXTERNAL.value,
    "wecom_id": IdentityKind.WECOM.value,
}


class SealedIdentity(NamedTuple):
    """An identity as its row holds it."""

    id: UUID
    kind: str
    sealed: bytes
    blind: bytes
    blind_tail: bytes | None
    hint: str


def kind_of(name: str) -> str:
    """The kind behind a mapping's target (`external_id`) or a kind's own name."""
    try:
        return _KINDS[name]
    except KeyError:
        raise ValueError(f"{name} is no kind of identity") from None


def blind_of(kind: str, key: str, keys: TenantKeys) -> bytes:
    """What finds an identity by its normalised key."""
    return crypto.blind_index(key, keys=keys, purpose=f"identity.{kind}")


def blind_tail_of(digits: str, keys: TenantKeys) -> bytes:
    """What finds phones by their last four digits."""
    return crypto.blind_index(digits[-4:], keys=keys, purpose="identity.phone.tail")


def lock_number(blind: bytes) -> int:
    """The advisory lock of a blind index; the tenant and the kind are in its key already."""
    return int.from_bytes(blind[:8], "big", signed=True)


def hint_of(kind: str, value: str) -> str:
    """Enough to recognise it, too little to use it."""
    if kind == IdentityKind.PHONE:
        return mask_phone(value)
    if kind == IdentityKind.EMAIL:
        return mask_email(value)[:HINT_MAX]
    return f"{value[:4]}…{value[-4:]}" if len(value) > 10 else f"{value[:1]}***"


def seal_identity(*, kind: str, value: str, blind: bytes, keys: TenantKeys) -> SealedIdentity:
    return seal_identities([(kind, value, blind)], keys=keys)[0]


def seal_identities(given: Sequence[tuple[str, str, bytes]], *, keys: TenantKeys) -> list[SealedIdentity]:
    """Rows for identities given as kind, value and blind index."""
    ids = uuid7s(len(given))
    sealed = crypto.seal_many(
        [(value.encode(), _aad(pk)) for pk, (_kind, value, _blind) in zip(ids, given, strict=True)], keys=keys
    )
    return [
        SealedIdentity(
            id=pk,
            kind=kind,
            sealed=closed,
            blind=blind,
            blind_tail=blind_tail_of(value, keys) if kind == IdentityKind.PHONE else None,
            hint=hint_of(kind, value),
        )
        for pk, closed, (kind, value, blind) in zip(ids, sealed, given, strict=True)
    ]


def seal_again(value: str, *, pk: UUID, keys: TenantKeys) -> bytes:
    """The same value in its row, under the key of now."""
    return crypto.seal(value.encode(), keys=keys, aad=_aad(pk))


def open_identity(sealed: bytes | memoryview, *, pk: UUID, keys: TenantKeys) -> str:
    return crypto.open_sealed(sealed, keys=keys, aad=_aad(pk)).decode()


def _aad(pk: UUID) -> bytes:
    # A sealed value moved to another row, column or table does not open; in another tenant the key differs.
    # The schema's name is not in it, as a restored tenant may have another.
    return b"contacts_identity.sealed:" + pk.bytes
