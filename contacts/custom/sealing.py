"""Decides how a sensitive field is kept: sealed to its row, and masked to be shown."""

import json
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from contacts.custom.values import Shape, show_field
from scrm.core import crypto
from scrm.core.crypto import TenantKeys

HIDDEN: Final = "••••"
_SHOWN: Final = 4
_LONG: Final = 10
"""Of a shorter value its last four would tell too much."""


def hint_of_field(shape: Shape, value: Any, *, zone: ZoneInfo) -> str:
    """Enough to recognise it, too little to use it."""
    text = show_field(shape, value, zone=zone)
    return HIDDEN + text[-_SHOWN:] if len(text) >= _LONG else HIDDEN


def seal_field(value: Any, *, pk: UUID, keys: TenantKeys) -> bytes:
    """A value as it is kept, in the row of this key alone."""
    return crypto.seal(json.dumps(value, ensure_ascii=False).encode(), keys=keys, aad=_aad(pk))


def open_field(sealed: bytes | memoryview, *, pk: UUID, keys: TenantKeys) -> Any:
    """The value again; CryptoError when no known key opens it, or it is another row's."""
    return json.loads(crypto.open_sealed(sealed, keys=keys, aad=_aad(pk)))


def _aad(pk: UUID) -> bytes:
    return b"contacts_sealedvalue.sealed:" + pk.bytes
