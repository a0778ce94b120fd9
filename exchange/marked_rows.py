"""Decides how rows with problems are shown: the columns that matter, and each problem in the cell it is about. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from exchange.problems import Problem

SHOWN_COLUMNS: Final = 6
"""Besides those with problems, the first ones fill up to so many: they tell which row it is."""


@dataclass(slots=True)
class MarkedCell:
    column: str
    value: str
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class MarkedRow:
    """A row as it stands in the file; `others` are problems of no one cell."""

    number: int
    cells: list[MarkedCell]
    others: list[Problem] = field(default_factory=list)


def shown_columns(columns: Sequence[str], problems: Sequence[Problem]) -> list[str]:
    """The columns to show, in the order of the file."""
    bad = {problem.column for problem in problems}.intersection(columns)
    room = max(SHOWN_COLUMNS - len(bad), 0)
    filling = set([name for name in columns if name not in bad][:room])
    return [name for name in columns if name in bad or name in filling]


def mark_rows(
    columns: Sequence[str], problems: Sequence[Problem], cells: Mapping[int, Sequence[str]]
) -> list[MarkedRow]:
    """The rows that the problems are about, in order; of rows without `cells` nothing but their problems is known."""
    shown = shown_columns(columns, problems)
    rows: dict[int, MarkedRow] = {}
    for problem in problems:
        row = rows.get(problem.row)
        if row is None:
            values = dict(zip(columns, cells.get(problem.row, ()), strict=False))
            marked = [MarkedCell(name, values.get(name, "")) for name in shown] if values else []
            row = rows[problem.row] = MarkedRow(problem.row, marked)
        cell = next((each for each in row.cells if each.column == problem.column), None)
        (row.others if cell is None else cell.problems).append(problem)
    return list(rows.values())
