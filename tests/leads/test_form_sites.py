"""Which sites may embed a form: addresses as people copy them become origins, and all else is refused."""

import pytest
from django.core.exceptions import ValidationError

from leads.form_sites import SITES_MAX, checked_sites


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("", []),
        ("https://www.example.com", ["https://www.example.com"]),
        ("www.Example.com", ["https://www.example.com"]),
        ("https://www.example.com:443/contact?a=b#c", ["https://www.example.com"]),
        ("https://www.example.com:8443", ["https://www.example.com:8443"]),
        ("https://a.example, https://b.example\nhttps://a.example", ["https://a.example", "https://b.example"]),
        ("https://例子.测试", ["https://xn--fsqu00a.xn--0zwm56d"]),
        ("http://localhost:8080", ["http://localhost:8080"]),
        ("http://127.0.0.1:8080/x", ["http://127.0.0.1:8080"]),
    ],
)
def test_addresses_become_origins(said, kept):
    assert checked_sites(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        *("http://www.example.com", "*", "https://*", "https://*.example.com", "https:", "data:text/html,x"),
        *("javascript:alert(1)", "https://user@example.com", "https://example.com:99999", "https://10.0.0.1"),
        *("https://exa'mple.com", "https://-a.example", "https://example", "'self'", "https://a.example:0"),
        *("https://a.example\\b", "https://[::1]", "https://a.example\0", "//a.example", "file:///etc/passwd"),
    ],
)
def test_what_is_no_site_is_refused(said):
    with pytest.raises(ValidationError):
        checked_sites(said)


def test_so_many_sites_and_no_more():
    sites = [f"https://s{number}.example" for number in range(SITES_MAX)]

    assert checked_sites("\n".join(sites)) == sites
    with pytest.raises(ValidationError, match="at most"):
        checked_sites("\n".join([*sites, "https://one.more.example"]))
