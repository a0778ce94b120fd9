"""What a time rule is counted from. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

Offset = dict[str, Any]
"""A time rule as data: `campaigns.timing` lists the shapes."""

NEXT_ORDER = "next_order"
MOMENT = "moment"
FIELD = "field:"
"""Followed by the code of a date of the contact."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """T (aware) and the IANA zone; the day that the rule counts from and the usual time of buying, where it needs one.

    Contacts with equal anchors get a step at the same instant, so that each is worked out once.
    """

    at: datetime
    zone: str
    day: date | None = None
    usual: time | None = None
