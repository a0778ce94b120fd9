"""One spelling per host, and what can't be one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.hosts import HostInvalid, normal_host, proof_name, proof_text, shown_host


@pytest.mark.parametrize(
    "text", ["Shop.Example.COM", "shop.example.com.", " shop.example.com ", "SHOP.EXAMPLE.com", "ｓｈｏｐ.example.com"]
)
def test_spellings_of_a_host_are_one(text):
    assert normal_host(text) == "shop.example.com"


@pytest.mark.parametrize("text", ["商城.例子.中国", "xn--czru2d.xn--fsqu00a.xn--fiqs8s"])
def test_other_scripts_are_kept_as_punycode_and_shown_as_written(text):
    host = normal_host(text)

    assert host.isascii()
    assert host == normal_host("商城.例子.中国")
    assert shown_host(host) == "商城.例子.中国"


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "localhost", "shop", "127.0.0.1", "[::1]", "::1", "10.0.0.999", "shop.example.com:8000"),
        *("*.example.com", "shop_1.example.com", "-shop.example.com", "a..b.com", "shop.example.com/x", "a b.com"),
        *("http://shop.example.com", "shop@example.com", "x" * 64 + ".com", ".".join(["abcdefgh"] * 30), "a\x00.com"),
    ],
)
def test_what_is_no_host_is_refused(text):
    with pytest.raises(HostInvalid):
        normal_host(text)


@given(st.text(max_size=40))
def test_a_normal_host_stays_as_it_is(text):
    try:
        host = normal_host(text)
    except HostInvalid:
        return

    assert normal_host(host) == host == normal_host(host.upper() + ".")
    assert set(host) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")


def test_proof_names_the_host_and_says_the_secret():
    assert proof_name("shop.example.com") == "_scrm-challenge.shop.example.com"
    assert proof_text("abc") == "scrm-verification=abc"
