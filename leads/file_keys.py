"""Decides which enquiry a row of a file is, so that the same file twice is the same leads. Pure but for the keys."""

import json
from collections.abc import Mapping
from typing import Final

from contacts.custom.kinds import NO_KINDS, OwnKinds
from leads.inputs import LeadInput
from scrm.core.crypto import TenantKeys, blind_index

# A system's own number says which record this is, even when a phone number or a name was mended.
_GIVEN: Final = ("external_id", "wecom_id")
_REACHED: Final = ("phone", "email")
_PURPOSE: Final = "lead.file"


def identity_key(lead: LeadInput, *, keys: TenantKeys, kinds: OwnKinds = NO_KINDS) -> str:
    """The key of a row that says who it is, by its strongest identity; empty when none does.

    `kinds` are those of the business's own that the file speaks of.
    """
    own = [code for code, kind in kinds.items() if kind.matches]
    for kind in (*_GIVEN, *own, *_REACHED):
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
