"""Decides how a spreadsheet shows a number: as a date, a percentage, with leading zeros, or plainly. Pure."""

import math
import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

_BUILT_IN: Final = {
    1: "0",
    2: "0.00",
    9: "0%",
    10: "0.00%",
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, 45, 46, 47), "hh:mm:ss"),
    **dict.fromkeys((32, 33, 34, 35), "hh:mm:ss"),
    22: "yyyy-mm-dd hh:mm",
}
_EPOCH: Final = datetime.fromisoformat("1899-12-30")
_EPOCH_1904: Final = datetime.fromisoformat("1904-01-01")
# Colours, conditions, locales, quoted and escaped characters, padding: what is shown beside a number.
_BESIDE: Final = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.|_.|\*.")
_ELAPSED: Final = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_FIXED: Final = re.compile(r"([#,]*)(0*)(?:\.(0+))?(%?)")


@lru_cache(maxsize=512)
def shape_of(number_format: str) -> tuple[str, int, int]:
    """What a format makes of a number: `plain`, `fixed` or `percent` with its digits before and after the point,
    `date`, `time` or `moment`."""
    first = number_format.split(";")[0]
    bare = _BESIDE.sub("", first).strip().lower()
    if _ELAPSED.search(first):
        return "time", 0, 0
    if re.search(r"[ydhs年月日时分秒]|m", bare) and "general" not in bare and "0" not in bare.replace(".0", ""):
        has_day = bool(re.search(r"[yd]", bare)) or not re.search(r"[hs]", bare)
        has_time = bool(re.search(r"[hs]", bare))
        return ("moment" if has_day and has_time else "date" if has_day else "time"), 0, 0
    fixed = _FIXED.fullmatch(bare)
    if fixed and (fixed[2] or fixed[3]):
        return ("percent" if fixed[4] else "fixed"), len(fixed[2]), len(fixed[3] or "")
    return "plain", 0, 0


def format_of(format_id: int, own: dict[int, str]) -> str:
    """The format of a cell's style, by its number."""
    return own.get(format_id) or _BUILT_IN.get(format_id, "")


def shown_number(text: str, number_format: str = "", *, since_1904: bool = False) -> str:
    """A stored number as text; what is none comes back as it is."""
    try:
        value = float(text)
    except ValueError:
        return text
    if not math.isfinite(value):
        return text
    shape, whole, decimals = shape_of(number_format) if number_format else ("plain", 0, 0)
    if shape in ("date", "time", "moment"):
        moment = _moment(value, since_1904)
        if moment is not None:
            return _shown_moment(moment, shape, value)
    if shape == "percent":
        return f"{value * 100:.{decimals}f}%"
    if shape == "fixed":
        width = whole + (decimals + 1 if decimals else 0) + (value < 0)
        # To the half as people round, not to the even.
        return (
            f"{math.copysign(math.floor(abs(value) * 10**decimals + 0.5) / 10**decimals, value):0{width}.{decimals}f}"
        )
    return plain_number(value)


def plain_number(value: float) -> str:
    """Whole numbers whole, others with fifteen digits, as spreadsheets keep them."""
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    shown = f"{value:.15g}"
    return shown if "e" not in shown else f"{value:.20f}".rstrip("0").rstrip(".") if abs(value) > 1e-15 else shown


def _moment(value: float, since_1904: bool) -> datetime | None:
    # A spreadsheet's 29 February 1900, which never was, moves the days before it by one.
    days = value if since_1904 or value >= 60 else value + 1
    try:
        exact = (_EPOCH_1904 if since_1904 else _EPOCH) + timedelta(days=days)
        return (exact + timedelta(milliseconds=500)).replace(microsecond=0)
    except OverflowError:
        return None


def _shown_moment(moment: datetime, shape: str, value: float) -> str:
    if shape == "time":
        seconds = round(value * 86_400)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if shape == "date" or (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m-%d %H:%M:%S}"
