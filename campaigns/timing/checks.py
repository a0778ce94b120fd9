"""Whether an offset says a time. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from campaigns.timing.anchors import Offset
from scrm.core.shapes import is_whole

MAX_TIMES: Final = 60
_DAYS: Final = 400


class InvalidOffset(ValueError):
    """An offset that says no time; the message tells what to change."""


@dataclass(frozen=True, slots=True)
class _Whole:
    low: int
    high: int
    default: int | None = None

    def problem(self, value: object) -> str:
        if is_whole(self.default if value is None else value, self.low, self.high):
            return ""
        words = {"low": self.low, "limit": self.high}
        return _("Give a whole number from %(low)s to %(limit)s.") % words


@dataclass(frozen=True, slots=True)
class _Said:
    """A value that a function finds good, or its problem in words."""

    is_good: Callable[[object], bool]
    told: Callable[[], str]

    def problem(self, value: object) -> str:
        return "" if self.is_good(value) else self.told()


def _is_time(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII) is not None


def _is_date(value: object) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"20\d\d-\d\d-\d\d", value, re.ASCII):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


_AT: Final = _Said(_is_time, lambda: _("Give the time of day as HH:MM, such as 09:30."))
_DATE: Final = _Said(_is_date, lambda: _("Give the day as YYYY-MM-DD, such as 2026-11-11."))
_WEEKDAY: Final = _Said(lambda value: is_whole(value, 0, 6), lambda: _("Choose a day of the week."))
_FIELD: Final = _Said(
    lambda value: isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9_]{0,39}", value, re.ASCII) is not None,
    lambda: _("Choose the date that it counts from."),
)
_YEARLY: Final = _Said(
    lambda value: value is None or isinstance(value, bool), lambda: _("Say whether it returns every year.")
)
_TIMES: Final = _Whole(1, MAX_TIMES, 1)
_AROUND: Final = _Whole(-_DAYS, _DAYS, 0)

_KINDS: Final[Mapping[str, Mapping[str, _Whole | _Said]]] = {
    "immediately": {},
    "minutes": {"n": _Whole(0, 60 * 24 * _DAYS)},
    "hours": {"n": _Whole(0, 24 * _DAYS)},
    "days": {"n": _Whole(0, _DAYS), "at": _AT},
    "weeks": {"n": _Whole(1, _DAYS // 7), "at": _AT},
    "weekday": {"n": _Whole(0, _DAYS // 7, 0), "weekday": _WEEKDAY, "at": _AT, "times": _TIMES},
    "weekend": {"at": _AT},
    "workdays": {"n": _Whole(0, 250), "at": _AT},
    "monthly": {"day": _Whole(1, 31), "at": _AT, "times": _TIMES},
    "fixed": {"date": _DATE, "at": _AT},
    "date": {"field": _FIELD, "n": _AROUND, "yearly": _YEARLY, "at": _AT, "times": _TIMES},
    "next_order": {"n": _AROUND, "at": _AT},
    "moment": {"n": _Whole(0, _DAYS), "at": _AT},
}
KINDS: Final = tuple(_KINDS)


def validate_offset(offset: object) -> Offset:
    """The offset, if it says a time; InvalidOffset tells what is wrong and how to mend it."""
    if not isinstance(offset, dict) or offset.get("kind") not in _KINDS:
        raise InvalidOffset(_("Choose when this step is due."))
    checks = _KINDS[str(offset["kind"])]
    unknown = sorted(set(offset) - {"kind", *checks})
    if unknown:
        raise InvalidOffset(_("“%(name)s” has no meaning here: remove it.") % {"name": unknown[0]})
    for name, check in checks.items():
        problem = check.problem(offset.get(name))
        if problem:
            raise InvalidOffset(problem)
    if offset.get("times", 1) > 1 and offset["kind"] == "date" and not offset.get("yearly"):
        raise InvalidOffset(_("Only a date that returns every year can come several times."))
    return offset
