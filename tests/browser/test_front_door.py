"""The first page that anyone sees, in a real browser under the content policy."""

import pytest


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_visitor_is_asked_to_log_in(live, open_browser, size):
    page = open_browser(size)

    page.goto(live.url("acme"))

    assert page.locator("input[type=password]").is_visible()
