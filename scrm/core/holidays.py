"""Which days are worked in China: holidays and the weekends that make up for them. Pure."""

from datetime import date
from typing import Final

import chinese_calendar

KNOWN_UNTIL: Final = max(chinese_calendar.holidays)
"""The State Council says each autumn how the next year goes."""
_KNOWN_FROM: Final = min(chinese_calendar.holidays)


def is_workday(day: date) -> bool:
    """Whether China works that day; of a year that nobody has said anything about yet, Monday to Friday."""
    if is_known(day):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def is_public_holiday(day: date) -> bool:
    """Whether it is a day of a holiday that was decreed, which a weekend may lie in."""
    return day in chinese_calendar.holidays


def is_known(day: date) -> bool:
    return _KNOWN_FROM.year <= day.year <= KNOWN_UNTIL.year
