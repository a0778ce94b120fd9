"""Browsers called by the names that people know."""

import pytest

from scrm.web.account.agents import browser_of, device_of, is_phone

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "browser", "device", "phone"),
    [
        (f"{WINDOWS} Chrome/140.0.0.0 Safari/537.36", "Chrome", "Windows", False),
        (f"{WINDOWS} Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge", "Windows", False),
        (f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15", "Safari", "Mac", False),
        (f"{MAC[:-1]}; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Mac", False),
        (f"{PHONE} Version/19.0 Mobile/15E148 Safari/604.1", "Safari", "iPhone", True),
        (f"{PHONE} CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome", "iPhone", True),
        (f"{PHONE} Mobile/15E148 MicroMessenger/8.0.50", "WeChat", "iPhone", True),
        (f"{ANDROID} Chrome/140.0 Mobile Safari/537.36 wxwork/4.1 MicroMessenger/7.0", "WeCom", "Android", True),
        (f"{ANDROID} Chrome/140.0 Mobile Safari/537.36", "Chrome", "Android", True),
        ("curl/8.5.0", "", "", False),
        ("", "", "", False),
    ],
)
def test_agent_is_named(agent, browser, device, phone):
    assert (browser_of(agent), device_of(agent), is_phone(agent)) == (browser, device, phone)
