"""Who may push: one who knows a secret, and now; and how a receiver checks what we push."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from exchange.enums import SignatureScheme as S
from exchange.signatures import is_genuine, sign, verify

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
BODY = '{"name": "林"}'.encode()
HEADER, TIME = "X-Signature", "X-Time"


def mac(secret: str, signed: bytes) -> bytes:
    return hmac.new(secret.encode(), signed, hashlib.sha256).digest()


def genuine(scheme, given, *, secrets=("new secret", "old secret"), time="", body=BODY):
    headers = {HEADER: given} | ({TIME: time} if time else {})
    return is_genuine(
        scheme=scheme,
        secrets=secrets,
        body=body,
        headers=headers,
        header=HEADER,
        timestamp_header=TIME if time else "",
        now=NOW,
    )


@pytest.mark.parametrize("secret", ["new secret", "old secret"])
def test_each_of_two_secrets_is_good(secret):
    digest = mac(secret, BODY)
    assert genuine(S.HMAC_HEX, digest.hex())
    assert genuine(S.HMAC_HEX, f"sha256={digest.hex().upper()}".replace("SHA", "sha"))
    assert genuine(S.HMAC_BASE64, base64.b64encode(digest).decode())
    assert genuine(S.TOKEN, secret)
    assert genuine(S.TOKEN, f"Bearer {secret}")


@pytest.mark.parametrize("scheme", [S.HMAC_HEX, S.HMAC_BASE64, S.TOKEN])
@pytest.mark.parametrize("given", ["", "x", "new secre", "é", mac("other", BODY).hex()])
def test_what_proves_nothing_is_refused(scheme, given):
    assert not genuine(scheme, given)
    assert not genuine(scheme, given, secrets=())


def test_another_body_is_refused():
    assert not genuine(S.HMAC_HEX, mac("new secret", BODY).hex(), body=BODY + b" ")


@pytest.mark.parametrize(("age", "good"), [(0, True), (299, True), (-299, True), (301, False), (-301, False)])
def test_signed_time_is_good_for_five_minutes(age, good):
    seconds = int((NOW - timedelta(seconds=age)).timestamp())
    for stamp in (str(seconds), str(seconds * 1000)):
        signature = mac("new secret", stamp.encode() + b"." + BODY).hex()
        assert genuine(S.HMAC_HEX, signature, time=stamp) is good


def test_time_that_was_not_signed_is_refused():
    stamp = str(int(NOW.timestamp()))
    assert not genuine(S.HMAC_HEX, mac("new secret", BODY).hex(), time=stamp)
    assert not genuine(S.HMAC_HEX, mac("new secret", b"soon." + BODY).hex(), time="soon")


def test_what_we_push_is_checked_with_either_secret():
    header = sign(BODY, secrets=["new", "old"], now=NOW)

    assert verify(BODY, header, secret="new", now=NOW)
    assert verify(BODY, header, secret="old", now=NOW + timedelta(seconds=300))
    assert not verify(BODY, header, secret="other", now=NOW)
    assert not verify(BODY + b"x", header, secret="new", now=NOW)
    assert not verify(BODY, header, secret="new", now=NOW + timedelta(seconds=301))
    assert not verify(BODY, header.replace("t=", "t=1"), secret="new", now=NOW)


def test_vector_is_the_one_of_the_documentation():
    header = sign(b'{"id":"1"}', secrets=["whsec_example"], now=datetime(2026, 1, 1, tzinfo=UTC))

    assert (
        header == "t=1767225600,v1=" + hmac.new(b"whsec_example", b'1767225600.{"id":"1"}', hashlib.sha256).hexdigest()
    )
