"""What a browser calls itself, in words that its owner knows. Pure."""

import re
from typing import Final

# In this order: most browsers claim to be several others, too.
_BROWSERS: Final = (
    ("wxwork", "WeCom"),
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_DEVICES: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("OpenHarmony", "HarmonyOS"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_ON_THE_GO: Final = re.compile(r"iPhone|Android|Mobile|Harmony")


def browser_of(agent: str) -> str:
    """Empty when it is none that we know."""
    return next((name for mark, name in _BROWSERS if mark in agent), "")


def device_of(agent: str) -> str:
    """Empty when it is none that we know."""
    return next((name for mark, name in _DEVICES if mark in agent), "")


def is_phone(agent: str) -> bool:
    return bool(_ON_THE_GO.search(agent))
