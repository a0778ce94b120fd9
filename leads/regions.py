"""Where a lead is from: by what was said, and for a Chinese mobile number by its prefix. Pure."""

import re
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

PLACES: Final = Path(__file__).with_name("phone_places.bin")
"""Written by `bin/manage write_phone_places` from the tables of phonenumbers, which take seconds and 190 MB to load."""
_CHINA: Final = "+86"
_LENGTH: Final = 7
"""Digits that tell where a number was sold: three of the network and four of the place."""
FIRST: Final = 1_300_000
LAST: Final = 2_000_000
_PROVINCE: Final = re.compile(
    r"^(?:.+?(?:省|自治区|特别行政区)|内蒙古|广西|西藏|宁夏|新疆|北京|上海|天津|重庆)(?=市?$|[^市])"
)
_TAIL: Final = re.compile(r"(?:维吾尔|壮族|回族)?(?:特别行政区|自治区|自治州|地区|省|市|盟)$")


class Places(NamedTuple):
    """From which prefix on numbers are of which place, until the next one."""

    starts: "array[int]"
    places: "array[int]"
    names: list[frozenset[str]]


def regions_of(*, phone: str = "", said: Iterable[str] = ()) -> frozenset[str]:
    """Names of the places, as rules and people write them: 广东 for 广东省. What is said counts beside the number."""
    found = {plain_region(each) for each in said if each.strip()}
    prefix = phone[len(_CHINA) : len(_CHINA) + _LENGTH]
    if phone.startswith(_CHINA) and prefix.isdecimal() and FIRST <= int(prefix) < LAST:
        known = _known()
        found |= known.names[known.places[bisect_right(known.starts, int(prefix)) - 1]]
    return frozenset(found)


def plain_region(text: str) -> str:
    """One spelling for a place: without what kind of place it is, without capitals."""
    bare = " ".join(text.split()) if text.isascii() else "".join(text.split())
    return (_TAIL.sub("", bare) or bare).casefold()


def names_of(place: str) -> frozenset[str]:
    """Province and city of a place as the tables write it: 广东省深圳市."""
    province = _PROVINCE.match(place)
    parts = {place} if province is None else {province[0], place[province.end() :]}
    return frozenset(plain_region(part) for part in parts if part and part != "市")


def packed(places: Mapping[int, str]) -> bytes:
    """The table of the place of each prefix, as it stands in the file."""
    listed = sorted({*places.values(), ""})
    runs = groupby(range(FIRST, LAST), key=lambda prefix: places.get(prefix, ""))
    lines = [f"{next(prefixes)},{listed.index(place)}" for place, prefixes in runs]
    return zlib.compress("\n".join([",".join(listed), *lines]).encode(), 9)


@cache
def _known() -> Places:
    names, *lines = zlib.decompress(PLACES.read_bytes()).decode().split("\n")
    pairs = [line.split(",") for line in lines]
    starts, places = array("L", [int(start) for start, _place in pairs]), array("H", [int(at) for _start, at in pairs])
    return Places(starts, places, [names_of(name) for name in names.split(",")])
