"""Where links may lead: an allowed site, read as browsers read it, and nowhere else."""

from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from leads.link_targets import checked_address, checked_host, leads_to, with_parameters

HOSTS = {"shop.example.com"}
PAYLOADS = (
    "http://shop.example.com/",
    "//shop.example.com/",
    "///evil.test",
    "https:/shop.example.com",
    "https:shop.example.com",
    "https://",
    "https:///evil.test",
    "https://evil.test/",
    "https://evil.test/?shop.example.com",
    "https://evil.test/#@shop.example.com",
    "https://evil.test#shop.example.com",
    "https://shop.example.com.evil.test/",
    "https://evil.test\\@shop.example.com/",
    "https://evil.test\\.shop.example.com/",
    "https://shop.example.com\\@evil.test/",
    "https://shop.example.com@evil.test/",
    "https://user:secret@shop.example.com/",
    "https://evil.test%2f@shop.example.com/",
    "https://evil.test%5c.shop.example.com/",
    "https://evil.test%00.shop.example.com/",
    "https://shop.example.com:8443/",
    "https://shop.example.com:443@evil.test/",
    "https://shop.example.com:x/",
    "https://shop.example.com./",
    "https://shop.example.com\t.evil.test/",
    "https://shop.example.com\n/",
    "https://shop.example.com/a b",
    "https://shop。example。com/",
    "https://ｓhop.example.com/",
    "https://[::1]/",
    "https://[shop.example.com]/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://localhost/",
    "javascript:alert(1)//shop.example.com",
    "java\nscript:alert(1)",
    "data:text/html,https://shop.example.com",
    "https://shop.example.com<script>",
    'https://shop.example.com/"onload="x',
    " javascript:alert(1)",
    "/l/other",
    "",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_address_that_leads_elsewhere_is_refused(payload):
    with pytest.raises(ValidationError):
        checked_address(payload, HOSTS)
    assert not leads_to(payload, HOSTS)


@pytest.mark.parametrize(
    "address", ["https://shop.example.com", "HTTPS://Shop.Example.com:443/a?b=c#d", " https://shop.example.com/%E4 "]
)
def test_address_on_an_allowed_site_is_kept(address):
    kept = checked_address(address, HOSTS)

    assert urlsplit(kept).netloc == "shop.example.com"
    assert leads_to(kept, HOSTS)
    assert not leads_to(kept, set())


@given(st.text(max_size=40), st.sampled_from(["", "https://", "https:", "//", "https://shop.example.com"]))
def test_whatever_is_kept_stands_on_the_site(text, start):
    try:
        kept = checked_address(start + text, HOSTS)
    except ValidationError:
        return
    # As plainly as it can be read, without the reader that is tested.
    rest = kept.removeprefix("https://shop.example.com")
    assert rest != kept
    assert rest[:1] in ("", "/", "?", "#")


def test_parameters_join_and_leave_what_is_there():
    address = with_parameters(
        "https://shop.example.com/a?utm_source=own&b=1#c", {"utm_source": "x", "utm_medium": "q r"}
    )

    assert address == "https://shop.example.com/a?utm_source=own&b=1&utm_medium=q+r#c"


@pytest.mark.parametrize("text", ["www.example.com", " WWW.example.com. ", "https://www.example.com/"])
def test_site_is_kept_by_its_name_alone(text):
    assert checked_host(text) == "www.example.com"


@pytest.mark.parametrize(
    "text", ["", "com", "a b.com", "www.example.com/x", "a.com:443", "1.2.3.4", "*.a.com", "-a.com"]
)
def test_what_is_no_site_is_refused(text):
    with pytest.raises(ValidationError):
        checked_host(text)
