"""A proof of work that a browser did for one page of a form: the ALTCHA protocol (SHA-256), bound to the page's token.

The number to be found is known to nobody; the token is spent with the lead, and the proof with it.
"""

import hashlib
import hmac
import json
import secrets
from base64 import b64decode
from binascii import Error
from typing import Any, Final

from scrm.core import crypto
from tenants.selectors import tenant_keys

MOST: Final = 35_000
"""The number is below it. Of 100 draws in a browser slowed down six times, 95 were found after 1.2 s."""
FIELD: Final = "proof"
_ALGORITHM: Final = "SHA-256"
_LONGEST: Final = 1000


def challenge_for(token: str, number: int | None = None) -> dict[str, Any]:
    """What the page's worker has to solve; `number` is drawn unless it is given."""
    salt = _salt(token)
    drawn = secrets.randbelow(MOST) if number is None else number
    challenge = hashlib.sha256(f"{salt}{drawn}".encode()).hexdigest()
    signed = {"algorithm": _ALGORITHM, "challenge": challenge, "salt": salt, "signature": _signature(challenge)}
    return {**signed, "maxnumber": MOST}


def is_proved(text: str, token: str) -> bool:
    """Whether it is a solution of a challenge of this tenant for this very token."""
    try:
        said = json.loads(b64decode(text, validate=True)) if len(text) <= _LONGEST else None
    except (Error, ValueError, RecursionError):
        return False
    match said:
        case {"algorithm": "SHA-256", "challenge": str(challenge), "number": int(number), "signature": str(signature)}:
            found = hashlib.sha256(f"{_salt(token)}{number}".encode()).hexdigest()
            given = (challenge.encode("utf-8", "replace"), signature.encode("utf-8", "replace"))
            return hmac.compare_digest(given[0], found.encode()) and hmac.compare_digest(
                given[1], _signature(found).encode()
            )
    return False


def _salt(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()[:32]


def _signature(challenge: str) -> str:
    return crypto.blind_index(challenge, keys=tenant_keys(), purpose="form.proof").hex()
