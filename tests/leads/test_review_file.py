"""Files of reviews say what is wrong where."""

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from leads.review_file import check_review_file
from leads.services.reviews import NewReview

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def check(text: str):
    return check_review_file(io.BytesIO(text.encode()), zone=ZoneInfo("Asia/Shanghai"), now=NOW)


def test_file_is_read_by_its_headings():
    found = check("平台,评价时间,昵称,星级,内容,回复状态\n大众点评,2026-11-01 08:30,小林,★★★★☆,很好,已回复\n")

    at = datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
    said = NewReview("大众点评", at, author="小林", rating=4, text="很好", state="answered")
    assert (found.made, found.problems) == ([said], [])


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",2026-11-01,,,", "site"),
        ("Map,later,,,", "date"),
        ("Map,2027-01-01,,,", "date"),
        ("Map,2026-11-01,6,,", "stars"),
        ("Map,2026-11-01,,javascript:alert(1),", "link"),
        ("Map,2026-11-01,,,perhaps", "state"),
    ],
)
def test_file_names_what_is_wrong(row, column):
    found = check(f"site,date,stars,link,state\n{row}\n")

    assert [(problem.row, problem.column) for problem in found.problems] == [(2, column)]
    assert found.made == []
