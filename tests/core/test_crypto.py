import base64
import hmac
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrm.core import crypto
from scrm.core.crypto import (
    BLIND_INDEX_BYTES,
    CryptoError,
    blind_index,
    derive_keys,
    open_sealed,
    parse_master_key,
    seal,
    seal_many,
    tenant_keys,
)

MASTER = bytes(range(32))
OTHER_MASTER = bytes(range(1, 33))
ACME = derive_keys(uuid.UUID(int=1), MASTER)
GLOBEX = derive_keys(uuid.UUID(int=2), MASTER)


@given(st.binary(), st.binary())
def test_sealed_data_opens_with_the_same_keys_and_aad(plaintext, aad):
    sealed = seal(plaintext, keys=ACME, aad=aad)

    assert open_sealed(sealed, keys=ACME, aad=aad) == plaintext
    assert open_sealed(memoryview(sealed), keys=ACME, aad=aad) == plaintext


def test_sealing_twice_gives_different_bytes_without_the_plaintext():
    first = seal(b"+8613800138000", keys=ACME, aad=b"phone")
    second = seal(b"+8613800138000", keys=ACME, aad=b"phone")

    assert first != second
    assert b"13800138000" not in first


def test_sealed_data_is_refused_under_another_aad():
    sealed = seal(b"secret", keys=ACME, aad=b"phone")

    with pytest.raises(CryptoError, match="another use"):
        open_sealed(sealed, keys=ACME, aad=b"email")


def test_sealed_data_is_refused_to_another_tenant():
    sealed = seal(b"secret", keys=ACME, aad=b"phone")

    with pytest.raises(CryptoError, match="another tenant's"):
        open_sealed(sealed, keys=GLOBEX, aad=b"phone")


def test_sealed_data_is_refused_to_another_tenant_that_forges_the_key_id():
    sealed = seal(b"secret", keys=ACME, aad=b"phone")
    forged = sealed[:1] + GLOBEX.key_id + sealed[5:]

    with pytest.raises(CryptoError, match="altered"):
        open_sealed(forged, keys=GLOBEX, aad=b"phone")


@given(st.data())
def test_sealed_data_is_refused_when_any_bit_has_changed(data):
    sealed = bytearray(seal(b"secret", keys=ACME, aad=b"phone"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(CryptoError):
        open_sealed(bytes(sealed), keys=ACME, aad=b"phone")


@given(st.integers(0, 38))
def test_sealed_data_is_refused_when_cut_short(length):
    sealed = seal(b"secret", keys=ACME, aad=b"phone")

    with pytest.raises(CryptoError):
        open_sealed(sealed[:length], keys=ACME, aad=b"phone")


def test_keys_come_out_the_same_in_every_process():
    again = derive_keys(uuid.UUID(int=1), MASTER)

    assert open_sealed(seal(b"secret", keys=ACME, aad=b""), keys=again, aad=b"") == b"secret"
    assert blind_index("a", keys=ACME, purpose="email") == blind_index("a", keys=again, purpose="email")


def test_a_retired_master_key_still_opens_and_no_longer_seals():
    old = seal(b"secret", keys=ACME, aad=b"")
    keys = derive_keys(uuid.UUID(int=1), OTHER_MASTER, MASTER)

    assert open_sealed(old, keys=keys, aad=b"") == b"secret"
    with pytest.raises(CryptoError, match="SCRM_MASTER_KEY has changed"):
        open_sealed(seal(b"secret", keys=keys, aad=b""), keys=ACME, aad=b"")


def test_blind_index_is_stable_and_separate_by_tenant_purpose_and_value():
    index = blind_index("+8613800138000", keys=ACME, purpose="phone")

    assert len(index) == BLIND_INDEX_BYTES
    assert index == blind_index(b"+8613800138000", keys=ACME, purpose="phone")
    assert index != blind_index("+8613800138000", keys=GLOBEX, purpose="phone")
    assert index != blind_index("+8613800138000", keys=ACME, purpose="phone.last4")
    assert index != blind_index("+8613800138001", keys=ACME, purpose="phone")


@pytest.mark.parametrize("purpose", ["", "phone\0"])
def test_blind_index_refuses_a_purpose_that_could_run_into_the_value(purpose):
    with pytest.raises(CryptoError, match="purpose"):
        blind_index("a", keys=ACME, purpose=purpose)


def test_keys_do_not_show_their_secrets():
    shown = repr(ACME)

    assert "AESGCM" not in shown
    assert repr(ACME._index) not in shown


def test_tenant_keys_use_the_master_key_of_the_settings(settings):
    settings.SCRM_MASTER_KEY = base64.b64encode(MASTER).decode() + "\n"

    keys = tenant_keys(uuid.UUID(int=1))

    assert keys.key_id == ACME.key_id


@pytest.mark.parametrize(
    ("text", "said"),
    [("not base64!", "not base64"), ("ä", "not base64"), ("", "holds 0 bytes"), ("QUJD", "holds 3 bytes")],
)
def test_a_wrong_master_key_says_how_to_make_one(text, said):
    with pytest.raises(CryptoError, match=f"(?s){said}.*openssl rand"):
        parse_master_key(text)


def test_deriving_refuses_a_short_master_key():
    with pytest.raises(CryptoError, match="32 bytes"):
        derive_keys(uuid.UUID(int=1), b"short")


@given(st.binary(min_size=1), st.sampled_from(["identity.phone", "lead.said"]))
def test_a_blind_index_is_the_start_of_an_hmac(value, purpose):
    key = crypto._derive(MASTER, uuid.UUID(int=1), b"blind-index", 32)
    expected = hmac.digest(key, purpose.encode() + b"\0" + value, "sha256")

    assert blind_index(value, keys=ACME, purpose=purpose) == expected[:BLIND_INDEX_BYTES]


def test_many_values_are_sealed_each_with_a_nonce_and_aad_of_its_own():
    values = [(b"same", str(place).encode()) for place in range(100)]

    sealed = seal_many(values, keys=ACME)

    assert [open_sealed(each, keys=ACME, aad=aad) for each, (_same, aad) in zip(sealed, values, strict=True)] == [
        b"same"
    ] * 100
    assert len({each[5:17] for each in sealed}) == 100
