"""Decides how a campaign stands against its goal and its budget. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Pace:
    """`reached` of `target`; `expected` is the share that an even pace would have reached by today."""

    reached: Decimal
    target: Decimal
    expected: Decimal | None
    days_left: int | None

    @property
    def share(self) -> Decimal | None:
        return self.reached / self.target if self.target else None

    @property
    def projected(self) -> Decimal | None:
        """What is reached at the end if it goes on so; None before the first day and without days."""
        if not self.expected:
            return None
        return (self.reached / self.expected).quantize(Decimal(1), ROUND_HALF_UP)

    @property
    def on_pace(self) -> bool | None:
        return None if self.expected is None or self.share is None else self.share >= self.expected


def pace_of(*, reached: Decimal, target: Decimal, first: date | None, last: date | None, today: date) -> Pace:
    """The pace on a day; a day counts once it is there, and without both days nothing is expected."""
    if first is None or last is None or last < first:
        return Pace(reached, target, None, None)
    days = (last - first).days + 1
    gone = min(max((today - first).days + 1, 0), days)
    return Pace(reached, target, Decimal(gone) / days, max((last - today).days, 0))
