import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.error_file import ErrorFile, safe_cell
from exchange.problems import Problem


def written(*problems: Problem) -> bytes:
    file = io.BytesIO()
    errors = ErrorFile(file)
    for problem in problems:
        errors.write(problem)
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


@given(st.text())
def test_error_file_takes_any_text(text):
    content = written(Problem(2, "", text, "", ""))

    cells = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1]
    assert cells[2] == safe_cell(text).encode("utf-8", "backslashreplace").decode()
