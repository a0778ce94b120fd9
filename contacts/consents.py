"""Decides from what somebody said whether they may be reached. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

ALL = "all"


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said once about a channel, or about all of them."""

    channel: str
    given: bool
    at: datetime
    number: int


def newest(words: Iterable[Word], channel: str) -> bool | None:
    """What they said last about the channel; None when they never said anything."""
    about = [word for word in words if word.channel in (ALL, channel)]
    return max(about, key=lambda word: (word.at, word.number)).given if about else None


def may_reach(words: Iterable[Word], channel: str, *, needed: bool) -> bool:
    """Who withdrew may not; who said nothing may where no consent is needed."""
    said = newest(words, channel)
    return not needed if said is None else said
