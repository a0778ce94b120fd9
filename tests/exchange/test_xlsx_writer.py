"""Workbooks that are written: read back by the reader of workbooks, as they were."""

import csv
import io
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.spreadsheets import opened_table
from exchange.xlsx_writer import workbook


def read(content: bytes) -> list[list[str]]:
    with opened_table(io.BytesIO(content)) as table:
        table.seek(0)
        return list(csv.reader(io.StringIO(table.read().decode("utf-8-sig"), newline="")))


def test_table_comes_back_with_numbers_as_numbers():
    content = workbook(
        "Cards", ["Name", "Leads", "Amount"], [["北京 & <East>", 3, Decimal("1200.50")], ["=1+1", None, 0]]
    )

    assert read(content) == [["Name", "Leads", "Amount"], ["北京 & <East>", "3", "1200.5"], ["=1+1", "", "0"]]
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_same_table_is_the_same_file():
    assert workbook("A", ["x"], [["y"]]) == workbook("A", ["x"], [["y"]])


@pytest.mark.parametrize("title", ["", "[]:*?/\\", "x" * 80, 'a"b<c>'])
def test_any_title_makes_a_readable_workbook(title):
    assert read(workbook(title, ["x"], [["y"]])) == [["x"], ["y"]]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_any_text_can_be_read(cells):
    [_head, *rows] = read(workbook("A", ["x"] * len(cells), [["first"] * len(cells), cells, ["last"] * len(cells)]))

    assert rows[0] == ["first"] * len(cells)
    assert rows[-1] == ["last"] * len(cells)
