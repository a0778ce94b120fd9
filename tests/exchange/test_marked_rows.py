"""Rows with problems as they are shown."""

from exchange.marked_rows import SHOWN_COLUMNS, mark_rows, shown_columns
from exchange.problems import Problem

COLUMNS = [f"c{number}" for number in range(20)]


def problem(row: int, column: str) -> Problem:
    return Problem(row, column, "x", "Wrong.", "Mend it.")


def test_columns_with_problems_come_with_the_first_ones_in_the_order_of_the_file():
    assert shown_columns(COLUMNS, [problem(2, "c15"), problem(3, "c9")]) == ["c0", "c1", "c2", "c3", "c9", "c15"]
    assert shown_columns(COLUMNS[:2], []) == ["c0", "c1"]


def test_every_column_with_a_problem_is_shown():
    bad = [problem(2, name) for name in COLUMNS[:10]]

    assert shown_columns(COLUMNS, bad) == COLUMNS[:10]
    assert len(bad) > SHOWN_COLUMNS


def test_problem_stands_in_its_cell_and_what_is_of_no_cell_beside_the_row():
    rows = mark_rows(["name", "phone"], [problem(2, "phone"), problem(2, ""), problem(5, "phone")], {2: ["Lin", "12"]})

    assert [(cell.value, len(cell.problems)) for cell in rows[0].cells] == [("Lin", 0), ("12", 1)]
    assert [row.number for row in rows] == [2, 5]
    assert (len(rows[0].others), rows[1].cells, len(rows[1].others)) == (1, [], 1)
