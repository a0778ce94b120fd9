"""Time rules of steps: what they mean, say and need. Pure.

A rule is data, an `Offset`. All are counted from the enrollment's T and never from the step before:

    {"kind": "immediately"}
    {"kind": "minutes", "n": 5}   {"kind": "hours", "n": 2}
    {"kind": "days", "n": 1, "at": "10:00"}                      the Nth calendar day after T's
    {"kind": "weeks", "n": 2, "at": "10:00"}                     the same weekday as T's, N weeks on
    {"kind": "weekday", "weekday": 0, "at": "10:00", "n": 0}     the next Monday after T, N weeks on
    {"kind": "weekend", "at": "10:00"}                           the next Saturday or Sunday that is free
    {"kind": "workdays", "n": 3, "at": "10:00"}                  the Nth working day after T's
    {"kind": "monthly", "day": 31, "at": "10:00"}                the next such day of a month, or its last
    {"kind": "fixed", "date": "2026-11-11", "at": "10:00"}       that day for everybody
    {"kind": "date", "field": "birthday", "n": -3, "yearly": true, "at": "10:00"}
                                                                 N days after (before: -N) a date of theirs
    {"kind": "next_order", "n": -2, "at": "10:00"}               N days after their expected next order
    {"kind": "moment", "n": 1, "at": "12:15"}                    the Nth day after T's, when they usually buy

`weekday`, `monthly` and a yearly `date` may say `"times": 12`: so many occurrences, one after the other.

Times of day are the contact's own. One that the clocks leap over becomes the first instant after
the leap; one that they show twice is the first of the two. A time of T's own day that has passed
means the next such time. What is due before T, and what counts from a date that nobody knows, is
due never.
"""

from campaigns.timing.anchors import Anchor as Anchor
from campaigns.timing.anchors import Offset as Offset
from campaigns.timing.checks import InvalidOffset as InvalidOffset
from campaigns.timing.checks import validate_offset as validate_offset
from campaigns.timing.order import always_before as always_before
from campaigns.timing.rules import due_at as due_at
from campaigns.timing.rules import is_by_workdays as is_by_workdays
from campaigns.timing.rules import need_of as need_of
from campaigns.timing.rules import shifted as shifted
from campaigns.timing.rules import times_of as times_of
from campaigns.timing.wording import offset_words as offset_words
from campaigns.timing.wording import weekday_names as weekday_names
