"""Decides which enquiry a row of a file is, so that the same file twice is the same leads. Pure but for the keys."""

import json
from collections.abc import Mapping
from typing import Final

from leads.inputs import LeadInput
from scrm.core.crypto import TenantKeys, blind_index

# A system's own number says which record this is, even when a phone number or a name was mended.
_STRONGEST_FIRST: Final = ("external_id", "wecom_id", "phone", "email")
_PURPOSE: Final = "lead.file"


def identity_key(lead: LeadInput, *, keys: TenantKeys) -> str:
    """The key of a row that says who it is, by its strongest identity; empty when none does."""
    for kind in _STRONGEST_FIRST:
        for identity in lead.identities:
            if identity.kind == kind:
                return f"file:{kind}:{blind_index(identity.key, keys=keys, purpose=_PURPOSE).hex()}"
    return ""


def row_digest(values: Mapping[str, str], *, keys: TenantKeys) -> bytes:
    """Equal for rows with the same cells under the same column names."""
    return blind_index(json.dumps(values, sort_keys=True, ensure_ascii=False), keys=keys, purpose=_PURPOSE)


def row_key(digest: bytes, ordinal: int) -> str:
    """The key of a row that nobody is named in: identical rows can be real, so each has its number."""
    return f"file:row:{digest.hex()}:{ordinal}"
