"""Files of other people's making are read as those who made them say."""

import json

import pytest

from exchange.reader import Row, Table
from tests.outside import data_file

AWKWARD = [
    *("comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines", "newlines_crlf"),
    *("quotes_and_newlines", "simple", "simple_crlf", "utf8"),
]


def rows_of(name: str) -> list[dict[str, str]]:
    with data_file(f"csv/{name}").open("rb") as file:
        found = list(Table(file))
    assert all(isinstance(item, Row) for item in found), found
    return [item.values for item in found]


def answer_to(name: str) -> object:
    return json.loads(data_file(f"csv/csv-spectrum/json/{name}.json").read_bytes())


@pytest.mark.parametrize("name", AWKWARD)
def test_an_awkward_file_says_what_its_answer_says(name):
    assert rows_of(f"csv-spectrum/csvs/{name}.csv") == answer_to(name)


def test_coordinates_are_read_though_their_answer_names_another_phone():
    """The twelfth file's answer is one object, not a list of one, with a phone that stands nowhere in the file."""
    name, phone = "location_coordinates", "Contact Phone Number"
    file = data_file(f"csv/csv-spectrum/csvs/{name}.csv").read_bytes()
    answer = answer_to(name)
    assert isinstance(answer, dict)
    assert answer[phone].encode() not in file

    assert rows_of(f"csv-spectrum/csvs/{name}.csv") == [{**answer, phone: "2095257564"}]


@pytest.mark.parametrize(
    ("name", "columns", "rows"),
    [
        ("listmonk_subs", ["email", "name", "attributes"], 100),
        ("dittofeed_users", ["id", "email", "firstName", "lastName", "phone"], 5),
        ("dittofeed_missing-email-users", ["id", "firstName", "lastName"], 5),
        ("dittofeed_missing-identifiers", ["firstName", "lastName"], 5),
        ("dittofeed_missing-some-identifiers", ["id", "email", "firstName", "lastName"], 5),
    ],
)
def test_another_products_file_is_read_whole(name, columns, rows):
    found = rows_of(f"{name}.csv")

    assert (list(found[0]), len(found)) == (columns, rows)
