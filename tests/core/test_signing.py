import uuid
from datetime import UTC, datetime, timedelta

import pytest

from scrm.core.signing import TokenError, TokenExpired, tenant_signer

ACME = uuid.UUID(int=1)
GLOBEX = uuid.UUID(int=2)
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize("payload", ["text", 7, None, True, ["a", 1], {"contact": "李雷", "n": [1]}])
def test_a_token_gives_back_its_payload(payload):
    signer = tenant_signer(ACME, "withdrawal")

    assert signer.unsign(signer.sign(payload)) == payload
    assert signer.unsign(signer.sign(payload, signed_at=NOW)) == payload


def test_a_token_fits_in_a_url():
    token = tenant_signer(ACME, "withdrawal").sign({"contact": "李雷 /?&"})

    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:")


def test_a_token_is_refused_to_another_tenant():
    token = tenant_signer(ACME, "withdrawal").sign("contact")

    with pytest.raises(TokenError):
        tenant_signer(GLOBEX, "withdrawal").unsign(token)


def test_a_token_is_refused_for_another_purpose():
    token = tenant_signer(ACME, "withdrawal").sign("contact")

    with pytest.raises(TokenError):
        tenant_signer(ACME, "form").unsign(token)


@pytest.mark.parametrize("token", ["", ":", "a", "a:b", "\0", "李雷:李雷", "a" * 10_000])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(TokenError):
        tenant_signer(ACME, "withdrawal").unsign(token)


def test_a_token_is_refused_when_altered():
    signer = tenant_signer(ACME, "withdrawal")
    token = signer.sign("contact")

    with pytest.raises(TokenError):
        signer.unsign(("a" if token[0] != "a" else "b") + token[1:])


def test_a_token_expires_after_its_age():
    signer = tenant_signer(ACME, "withdrawal")
    token = signer.sign("contact", signed_at=NOW)
    age = timedelta(hours=1)

    assert signer.unsign(token, max_age=age, now=NOW + age) == "contact"
    with pytest.raises(TokenExpired):
        signer.unsign(token, max_age=age, now=NOW + age + timedelta(seconds=1))


def test_a_token_without_a_time_is_refused_where_age_matters():
    signer = tenant_signer(ACME, "withdrawal")

    with pytest.raises(TokenError, match="no time"):
        signer.unsign(signer.sign("contact"), max_age=timedelta(hours=1), now=NOW)


def test_asking_for_an_age_without_the_time_is_a_mistake():
    signer = tenant_signer(ACME, "withdrawal")

    with pytest.raises(TypeError, match="now"):
        signer.unsign(signer.sign("contact"), max_age=timedelta(hours=1))


def test_a_signer_needs_a_uuid_and_a_purpose():
    with pytest.raises(ValueError, match="purpose"):
        tenant_signer(ACME, "")
    with pytest.raises(TypeError, match="UUID"):
        tenant_signer("acme", "form")
