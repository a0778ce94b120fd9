"""Decides until when somebody who asked is answered. Pure."""

from datetime import date, timedelta
from typing import Final

WORKING_DAYS: Final = 15
_SATURDAY: Final = 5


def answer_due(asked_on: date) -> date:
    """Fifteen working days later, Monday to Friday: public holidays don't put it off, so it is never too late."""
    day, left = asked_on, WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return day
