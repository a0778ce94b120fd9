"""Keys of other systems: what limits them, and how one secret follows another."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEntry
from exchange.enums import SCOPE_MEANINGS, ApiScope
from exchange.key_limits import admits, networks_in
from exchange.keys import api_key_by_token, create_api_key, revoke_api_key, rotate_api_key
from exchange.models import ApiKey
from scrm.core import clock

HOUR = timedelta(hours=1)


def make(**fields):
    return create_api_key(name="Shop", scopes=[ApiScope.LEADS_READ], now=clock.now(), **fields)


def test_key_opens_nothing_from_its_end_on(acme):
    now = clock.now()
    made = make(expires_at=now + HOUR)

    assert api_key_by_token(made.token, now=now + HOUR - timedelta(microseconds=1)) == made.key
    assert api_key_by_token(made.token, now=now + HOUR) is None


def test_old_secret_works_as_long_as_was_chosen(acme):
    now = clock.now()
    made = make()
    turned = rotate_api_key(key=made.key, overlap=HOUR, now=now)

    assert turned.key == made.key
    assert turned.token != made.token
    assert api_key_by_token(turned.token, now=now + 2 * HOUR) == made.key
    assert api_key_by_token(made.token, now=now + HOUR - timedelta(microseconds=1)) == made.key
    assert api_key_by_token(made.token, now=now + HOUR) is None


def test_third_secret_ends_the_first(acme):
    now = clock.now()
    first = make()
    second = rotate_api_key(key=first.key, overlap=HOUR, now=now)
    third = rotate_api_key(key=first.key, overlap=HOUR, now=now)

    opening = [api_key_by_token(each.token, now=now) is not None for each in (first, second, third)]
    assert opening == [False, True, True]


def test_revoked_key_opens_by_neither_secret_and_is_not_rotated(acme):
    now = clock.now()
    first = make()
    second = rotate_api_key(key=first.key, overlap=HOUR, now=now)

    revoke_api_key(key=first.key, now=now)

    assert [api_key_by_token(each.token, now=now) for each in (first, second)] == [None, None]
    assert rotate_api_key(key=first.key, overlap=HOUR, now=now) is None


def test_expired_key_is_not_rotated(acme):
    made = make(expires_at=clock.now() + HOUR)

    assert rotate_api_key(key=made.key, overlap=HOUR, now=clock.now() + HOUR) is None
    assert bytes(ApiKey.objects.get().digest) == bytes(made.key.digest)


@pytest.mark.parametrize(
    "limits",
    [
        {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"allowed_from": ["office"]},
        {"allowed_from": [f"203.0.113.{last}" for last in range(21)]},
        {"rate_per_minute": 0},
        {"rate_per_minute": 1_000_000},
    ],
)
def test_limits_must_make_sense(acme, limits):
    with pytest.raises(ValidationError):
        make(**limits)

    assert not ApiKey.objects.exists()
    assert not AuditEntry.objects.exists()


def test_trail_of_a_key_holds_no_secret(acme):
    made = make(allowed_from=["203.0.113.9/24"], rate_per_minute=60)
    turned = rotate_api_key(key=made.key, overlap=HOUR, now=clock.now())
    revoke_api_key(key=made.key, now=clock.now())

    entries = AuditEntry.objects.order_by("pk")
    assert [entry.action for entry in entries] == ["api_key.created", "api_key.rotated", "api_key.revoked"]
    assert entries[0].details["allowed_from"] == ["203.0.113.0/24"]
    told = str(list(entries.values_list("details")))
    assert not any(each.token.rpartition("_")[2] in told for each in (made, turned))


addresses = st.ip_addresses()


@given(st.lists(st.tuples(addresses, st.integers(0, 32)), min_size=1, max_size=4), addresses)
def test_address_is_admitted_by_a_network_that_holds_it(networks, address):
    texts = [f"{base}/{bits}" for base, bits in networks]
    held = [
        base.version == address.version
        and int(base) >> (base.max_prefixlen - bits) == int(address) >> (address.max_prefixlen - bits)
        for base, bits in networks
    ]
    mapped = getattr(address, "ipv4_mapped", None)

    assert admits(networks_in(texts), str(address)) == (
        any(held) if mapped is None else any(mapped in ip_network(text, strict=False) for text in texts)
    )


def test_v4_address_written_as_v6_is_the_same():
    assert admits(["203.0.113.0/24"], "::ffff:203.0.113.7")
    assert ip_address("::ffff:203.0.113.7").ipv4_mapped is not None


@pytest.mark.parametrize("ip", ["", "unix:", "203.0.114.1"])
def test_unknown_address_is_not_admitted(ip):
    assert not admits(["203.0.113.0/24"], ip)


def test_every_scope_is_explained():
    assert set(SCOPE_MEANINGS) == set(ApiScope)
