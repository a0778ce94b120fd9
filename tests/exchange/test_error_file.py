import csv
import io

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from exchange.error_file import ErrorFile, cell_before, safe_cell
from exchange.problems import Problem
from exchange.reader import Row, Table


def written(*problems: Problem) -> bytes:
    file = io.BytesIO()
    errors = ErrorFile(file)
    for problem in problems:
        errors.write([problem])
    assert errors.count == len(problems)
    return file.getvalue()


def test_error_file_opens_as_chinese_in_a_spreadsheet():
    content = written(Problem(7, "手机", "12345", "不是电话号码", "请写区号"))

    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert lines[1:] == [["7", "手机", "12345", "不是电话号码", "请写区号"]]
    assert len(lines[0]) == 5


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_of_an_error_file_is_a_formula(start):
    text = start + 'cmd|"/c calc"!A1'

    content = written(Problem(2, text, text, text, text))

    cells = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1]
    assert cells == ["2", *["'" + text] * 4]


def test_safe_cell_leaves_ordinary_text_alone():
    assert safe_cell("ada@example.com") == "ada@example.com"
    assert safe_cell("") == ""


def test_all_that_is_wrong_with_a_row_is_one_line_with_its_cells():
    file = io.BytesIO()
    problems = [Problem(3, "phone", "12", "No.", "Mend."), Problem(3, "email", "x", "No.", "Write it out.")]

    ErrorFile(file, ["phone", "email"]).write(problems, ["12", "x"])

    lines = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))
    assert lines[0][5:] == ["phone", "email"]
    assert lines[1] == ["3", "phone; email", "12; x", "No.", "Mend. Write it out.", "12", "x"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_error_file_is_read_as_the_file_that_it_is_about(language):
    file = io.BytesIO()
    with translation.override(language):
        errors = ErrorFile(file, ["phone", "note"])
        errors.write([Problem(7, "phone", "12", "No.", "Mend.")], ["12", "=SUM(A1)"])
        errors.write([Problem(9, "", "stray", "No.", "Mend.")])

    table = Table(file)

    assert table.columns == ["phone", "note"]
    assert list(table) == [Row(2, {"phone": "12", "note": "=SUM(A1)"})]


@given(st.text())
def test_cell_comes_back_from_what_is_safe(text):
    assert cell_before(safe_cell(text)) == text or safe_cell(text) == text


@given(st.text())
def test_error_file_takes_any_text(text):
    content = written(Problem(2, "", text, "", ""))

    cells = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1]
    assert cells[2] == safe_cell(text).encode("utf-8", "backslashreplace").decode()
