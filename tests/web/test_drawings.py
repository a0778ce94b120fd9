"""Small drawings of numbers in pages."""

import re
from decimal import Decimal

import pytest

from scrm.web.templatetags.ui import funnel, lasting


@pytest.mark.parametrize(
    ("values", "shares"),
    [
        ([200, 100, 25], ["&nbsp;", "50.0%", "25.0%"]),
        # Rated without a talk: that is no part of the step before.
        ([200, 50, 90, 45], ["&nbsp;", "25.0%", "&nbsp;", "50.0%"]),
        ([0, 0, 0], ["&nbsp;", "&nbsp;", "&nbsp;"]),
        ([5, 5, 0], ["&nbsp;", "100.0%", "0.0%"]),
    ],
)
def test_funnel_says_what_is_part_of_the_step_before(values, shares):
    drawn = funnel([{"label": str(place), "value": value} for place, value in enumerate(values)])

    assert re.findall(r"<small>(.*?)</small>", drawn) == shares


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (None, "–"),
        (0, "0 min"),
        (59.4, "59 min"),
        (60, "1 h"),
        (95, "1 h 35 min"),
        (240, "4 h"),
        (1440, "1 d"),
        (1500, "1 d 1 h"),
        (1461, "1 d"),
        (Decimal("44640"), "31 d"),
    ],
)
def test_length_of_time_is_said_as_people_do(minutes, said):
    assert lasting(minutes) == said
