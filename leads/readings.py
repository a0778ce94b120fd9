"""Decides what a cell of a lead file says: yes or no, which moment, which tags, which plain text."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from contacts.normalise import InvalidValue
from leads.enums import LeadStatus

TEXT_MAX = 200
TAG_MAX = 60
NOTE_MAX = 4_000
# Where both are possible, 3/4/2026 is a day that only its writer knows.
DAY_ORDERS = ("dmy", "mdy")

_YES = frozenset(["yes", "y", "true", "t", "1", "1.0", "on", "是", "是的", "有", "真", "对", "對", "√", "✓", "✔"])
_NO = frozenset(["no", "n", "false", "f", "0", "0.0", "off", "否", "不是", "无", "無", "没有", "沒有", "假", "×", "✗"])
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_STATUS_WORDS = {
    LeadStatus.NEW: {"new", "新", "新线索", "未处理", "待分配"},
    LeadStatus.ASSIGNED: {"assigned", "已分配"},
    LeadStatus.WORKING: {"working", "contacted", "in contact", "in progress", "跟进中", "已联系", "联系中"},
    LeadStatus.WON: {"won", "closed won", "converted", "customer", "成交", "已成交", "已转化", "赢单"},
    LeadStatus.LOST: {"lost", "closed lost", "战败", "流失", "已流失", "输单"},
}
_RATING = re.compile(r"([A-Da-d])\s*[级級类類档]?")

_TIME = (
    r"(?:[T\s,]*(?P<early>上午|下午)?\s*(?P<hour>\d{1,2})[:时時点點](?P<minute>\d{1,2})?分?"
    r"(?::?(?P<second>\d{1,2})(?:\.\d+)?秒?)?\s*(?P<late>[AaPp]\.?[Mm]\.?)?)?"
)
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号號]?" + _TIME
)
_YEAR_LAST = re.compile(r"(?P<one>\d{1,2})[-/.](?P<two>\d{1,2})[-/.](?P<year>\d{4})" + _TIME)
_MONTH_WORD = re.compile(
    r"(?:(?P<before>\d{1,2})(?:st|nd|rd|th)?[\s-]+)?(?P<word>[A-Za-z]{3})[a-z]*\.?[\s-]+"
    r"(?:(?P<after>\d{1,2})(?:st|nd|rd|th)?,?[\s-]+)?(?P<year>\d{4})" + _TIME
)
_SERIAL_DAY = re.compile(r"\d{5}(?:\.\d+)?")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_BETWEEN_TAGS = re.compile(r"[,;|、，；\n]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def read_boolean(text: str) -> bool:
    """Yes or no in the ways that people and programs write it."""
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise InvalidValue("not_boolean", gettext("This is neither yes nor no."), gettext("Write Yes or No."))


def read_moment(text: str, *, zone: ZoneInfo, day_order: str = "") -> datetime:
    """A moment in UTC; a time without an offset is meant in the zone."""
    text = unicodedata.normalize("NFKC", text).strip()
    try:
        moment = _iso(text, zone) or _written(text, zone, day_order) or _counted(text, zone)
        if moment is not None:
            return moment.astimezone(UTC)
    except InvalidValue:
        raise
    except (ValueError, OverflowError):
        pass
    message = gettext("This is not a date.")
    raise InvalidValue("not_a_date", message, gettext("Write it as 2026-11-21 or 2026-11-21 10:00."))


def read_captured(text: str, *, zone: ZoneInfo, day_order: str = "") -> datetime:
    """When somebody enquired. Before 1970 a year was mistyped; and zones of old had offsets of seconds."""
    moment = read_moment(text, zone=zone, day_order=day_order)
    if moment.year < 1970:
        raise InvalidValue("too_early", gettext("This is before 1970."), gettext("Correct the year or leave it out."))
    return moment


def read_tags(text: str) -> list[str]:
    """Names of tags, each once, in the order given."""
    return list(dict.fromkeys(read_text(part, TAG_MAX) for part in _BETWEEN_TAGS.split(text) if part.strip()))


def read_status(text: str) -> str:
    """A status of ours where the word means one, else the word."""
    text = read_text(text)
    folded = text.casefold()
    return next((status.value for status, words in _STATUS_WORDS.items() if folded in words), text)


def read_rating(text: str) -> str:
    """A rating of ours where the word means one, else the word."""
    text = read_text(text)
    match = _RATING.fullmatch(text)
    return match[1].upper() if match else text


def read_text(text: str, limit: int = TEXT_MAX) -> str:
    """One line of text."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    _refuse(_CONTROL, text)
    return at_most(limit, text)


def read_note(text: str) -> str:
    """Text with its lines, as it was written."""
    _refuse(_UNSTORABLE, text)
    return at_most(NOTE_MAX, text.strip())


def read_attribute(text: str) -> str:
    """Text of any length, kept for what it is."""
    _refuse(_UNSTORABLE, text)
    return text.strip()


def _refuse(pattern: re.Pattern[str], text: str) -> None:
    found = pattern.search(text)
    if found:
        message = gettext("The value holds the control character U+%(code)s.") % {"code": f"{ord(found[0]):04X}"}
        raise InvalidValue("control_character", message, gettext("Remove it."))


def at_most(limit: int, text: str) -> str:
    """The text, if it fits."""
    if len(text) > limit:
        message = gettext("The text is longer than %(limit)s characters.") % {"limit": limit}
        raise InvalidValue("text_too_long", message, gettext("Shorten it."))
    return text


def _iso(text: str, zone: ZoneInfo) -> datetime | None:
    # A string of digits alone is an ISO date only as YYYYMMDD; other lengths are counts.
    if text.isdigit() and len(text) != 8:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _written(text: str, zone: ZoneInfo, day_order: str) -> datetime | None:
    match = _YEAR_FIRST.fullmatch(text)
    if match:
        return _moment(match, int(match["month"]), int(match["day"]), zone)
    match = _YEAR_LAST.fullmatch(text)
    if match:
        month, day = _month_and_day(int(match["one"]), int(match["two"]), day_order)
        return _moment(match, month, day, zone)
    match = _MONTH_WORD.fullmatch(text)
    if match and match["word"].lower() in _MONTHS and bool(match["before"]) != bool(match["after"]):
        month, day = _MONTHS.index(match["word"].lower()) + 1, int(match["before"] or match["after"])
        return _moment(match, month, day, zone)
    return None


def _month_and_day(one: int, two: int, day_order: str) -> tuple[int, int]:
    if day_order == "dmy" or (not day_order and one > 12):
        return two, one
    if day_order == "mdy" or one == two or two > 12:
        return one, two
    message = gettext("This may be one of two dates.")
    fix = gettext("Write it as 2026-11-21, or say in the mapping whether the day or the month comes first.")
    raise InvalidValue("ambiguous_date", message, fix)


def _moment(match: re.Match[str], month: int, day: int, zone: ZoneInfo) -> datetime:
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    half = match["early"] or (match["late"] or "").replace(".", "").lower()
    if half in ("am", "pm") and hour > 12:
        raise ValueError(half)
    if half in ("pm", "下午") and hour < 12:
        hour += 12
    elif half in ("am", "上午") and hour == 12:
        hour = 0
    return datetime(int(match["year"]), month, day, hour, minute, second, tzinfo=zone)


def _counted(text: str, zone: ZoneInfo) -> datetime | None:
    if _SERIAL_DAY.fullmatch(text):
        # Days since the end of 1899, as a spreadsheet shows a date whose format was lost.
        day = datetime(1899, 12, 30, tzinfo=zone) + timedelta(days=float(text))
        return (day + timedelta(milliseconds=500)).replace(microsecond=0)
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    return None
