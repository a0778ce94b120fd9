"""Which days are worked where a business is: the calendar of its country, and what the business says itself. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from scrm.core import holidays


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Days are worked as the business says, else as China decrees, where it follows that, else Monday to Friday."""

    chinese: bool = False
    own: Mapping[date, bool] = field(default_factory=dict)
    """Whether it works on a day that it says something of."""

    def works(self, day: date) -> bool:
        said = self.own.get(day)
        if said is not None:
            return said
        return holidays.is_workday(day) if self.chinese else day.weekday() < 5

    def is_holiday(self, day: date) -> bool:
        """Whether it is closed for more than being a weekend."""
        said = self.own.get(day)
        if said is not None:
            return not said
        return self.chinese and holidays.is_public_holiday(day)

    def knows(self, day: date) -> bool:
        """Whether holidays of that year are known; otherwise Monday to Friday are assumed."""
        return not self.chinese or holidays.is_known(day)


PLAIN = WorkCalendar()
"""Monday to Friday."""
