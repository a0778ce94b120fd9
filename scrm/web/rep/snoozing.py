"""Decides until when a task may be put off. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from django.utils.translation import gettext as _

_EVENING: Final = time(19)
_MORNING: Final = time(9)
LONGEST: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str
    until: datetime


def snooze_choices(now: datetime) -> list[Choice]:
    """What to offer at this local time; the evening only while it is still ahead."""
    evening = datetime.combine(now.date(), _EVENING, now.tzinfo)
    tomorrow = datetime.combine(now.date() + timedelta(days=1), _MORNING, now.tzinfo)
    choices = [Choice("hour", _("In an hour"), now + timedelta(hours=1))]
    if evening - now > timedelta(hours=1):
        choices.append(Choice("evening", _("This evening"), evening))
    return [*choices, Choice("tomorrow", _("Tomorrow morning"), tomorrow)]


def read_moment(text: str, now: datetime) -> datetime | None:
    """What a date and time field says, in the zone of `now`; None when it is no time ahead that makes sense."""
    try:
        picked = datetime.fromisoformat(text)
    except ValueError:
        return None
    if picked.tzinfo is not None:
        return None
    picked = picked.replace(tzinfo=now.tzinfo)
    return picked if now < picked <= now + LONGEST else None
