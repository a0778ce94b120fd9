"""Decides whether a pushed message is from whom it should be, and signs what we push. Pure."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from exchange.enums import SignatureScheme

TOLERANCE_SECONDS: Final = 300
OWN_HEADER: Final = "SCRM-Signature"

_STAMPED: Final = re.compile(r"t=(\d{1,12}),((?:v1=[0-9a-f]{64},?)+)")


def is_genuine(
    *,
    scheme: str,
    secrets: Sequence[str],
    body: bytes,
    headers: Mapping[str, str],
    header: str,
    timestamp_header: str = "",
    now: datetime,
) -> bool:
    """Whether the headers prove knowledge of one of the secrets; each is tried, in constant time.

    With a header for the time, what is signed is the time, a full stop and the body, and it is good for 300 seconds.
    """
    if scheme == SignatureScheme.NONE:
        return True
    given = headers.get(header, "").strip()
    signed = body
    in_time = True
    if timestamp_header and scheme != SignatureScheme.TOKEN:
        stamp = headers.get(timestamp_header, "").strip()
        in_time = _is_fresh(stamp, now)
        signed = stamp.encode() + b"." + body
    fits = False
    for secret in secrets:
        for right in _rightful(scheme, secret, signed):
            fits |= hmac.compare_digest(right.encode(), _bare(given, scheme).encode())
    return fits and in_time and bool(given)


def sign(body: bytes, *, secrets: Iterable[str], now: datetime) -> str:
    """The header of what we push: the time, and the signature of time and body under each secret."""
    stamp = str(int(now.timestamp()))
    return ",".join([f"t={stamp}", *(f"v1={_digest(secret, stamp, body)}" for secret in secrets)])


def verify(body: bytes, header: str, *, secret: str, now: datetime) -> bool:
    """What a receiver does with our header, as docs/webhooks.md shows it."""
    match = _STAMPED.fullmatch(header)
    if match is None or not _is_fresh(match[1], now):
        return False
    right = _digest(secret, match[1], body)
    return any(hmac.compare_digest(right, part.removeprefix("v1=")) for part in match[2].split(","))


def _digest(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _rightful(scheme: str, secret: str, signed: bytes) -> list[str]:
    if scheme == SignatureScheme.TOKEN:
        return [secret]
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    if scheme == SignatureScheme.HMAC_HEX:
        return [digest.hex()]
    return [base64.b64encode(digest).decode()]


def _bare(given: str, scheme: str) -> str:
    """Without what some senders put before it: `sha256=`, `v1=` or `Bearer`."""
    if scheme == SignatureScheme.TOKEN:
        return given.removeprefix("Bearer ")
    bare = given.removeprefix("sha256=").removeprefix("v1=")
    return bare.lower() if scheme == SignatureScheme.HMAC_HEX else bare


def _is_fresh(stamp: str, now: datetime) -> bool:
    """Seconds or milliseconds since 1970, not far from now."""
    if not re.fullmatch(r"\d{9,14}", stamp, re.ASCII):
        return False
    seconds = int(stamp) / (1000 if len(stamp) > 11 else 1)
    return abs(now.timestamp() - seconds) <= TOLERANCE_SECONDS
