"""Decides how an identity is kept: sealed to read, blind to find, masked to show."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from contacts.enums import IdentityKind
from contacts.inputs import Known, PersonInput
from contacts.normalise import mask_email, mask_phone
from scrm.core import crypto
from scrm.core.crypto import TenantKeys
from scrm.core.ids import uuid7s

HINT_MAX = 80
# Compared a million times: a word with a word, not with an enumeration's member.
_PHONE, _EMAIL = IdentityKind.PHONE.value, IdentityKind.EMAIL.value
_OWN_CODE = re.compile(r"[a-z][a-z0-9_]{0,11}")
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
    kind = _KINDS.get(name)
    if kind is None:
        # The business's own, whose code is its name. Whether there is one of that code was asked where it was read.
        if not _OWN_CODE.fullmatch(name):
            raise ValueError(f"{name} is no kind of identity")
        kind = name
    return kind


def blind_of(kind: str, key: str, keys: TenantKeys) -> bytes:
    """What finds an identity by its normalised key."""
    return crypto.blind_index(key, keys=keys, purpose=f"identity.{kind}")


def _blind_tails_of(kinds_and_values: Iterable[tuple[str, str]], keys: TenantKeys) -> Iterator[bytes]:
    tails = (value[-4:] for kind, value in kinds_and_values if kind == _PHONE)
    return iter(crypto.blind_indexes(tails, keys=keys, purpose="identity.phone.tail"))


def blind_tail_of(digits: str, keys: TenantKeys) -> bytes:
    """What finds phones by their last four digits."""
    return crypto.blind_index(digits[-4:], keys=keys, purpose="identity.phone.tail")


def lock_number(blind: bytes) -> int:
    """The advisory lock of a blind index; the tenant and the kind are in its key already."""
    return int.from_bytes(blind[:8], "big", signed=True)


def known_of(people: Iterable[PersonInput], keys: TenantKeys) -> list[Known]:
    """The identities of each, by what finds them."""
    given = [[(kind_of(identity.kind), identity) for identity in person.identities] for person in people]
    of_kind: dict[str, list[str]] = {}
    for identities in given:
        for kind, identity in identities:
            of_kind.setdefault(kind, []).append(identity.key)
    blinds = {
        kind: iter(crypto.blind_indexes(values, keys=keys, purpose=f"identity.{kind}"))
        for kind, values in of_kind.items()
    }
    return [{(kind, next(blinds[kind])): identity for kind, identity in identities} for identities in given]


def hint_of(kind: str, value: str) -> str:
    """Enough to recognise it, too little to use it."""
    if kind == _PHONE:
        return mask_phone(value)
    if kind == _EMAIL:
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
    tails = _blind_tails_of(((kind, value) for kind, value, _blind in given), keys)
    return [
        SealedIdentity(pk, kind, closed, blind, next(tails) if kind == _PHONE else None, hint_of(kind, value))
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
