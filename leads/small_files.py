"""Reads a small file whole, whatever kind of table it is, by what its headings say."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import BinaryIO, Final, Generic, TypeVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from contacts.normalise import InvalidValue
from exchange.problems import Problem, UnreadableFile
from exchange.reader import Limits, Row, Table
from exchange.spreadsheets import opened_table
from leads.readings import read_moment

ROWS_MOST: Final = 10_000
Made = TypeVar("Made")
_NUMBER: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+")


class BadCell(Exception):
    """A cell that can't be taken: of which field, and why."""

    def __init__(self, field: str, reason: str, fix: str = "") -> None:
        super().__init__(reason)
        self.field, self.reason, self.fix = field, reason, fix


@dataclass(slots=True)
class Checked(Generic[Made]):
    """What can be taken of a file, and what is wrong with the rest of it."""

    made: list[Made] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    bad_rows: int = 0


def check_file(
    file: BinaryIO,
    *,
    headings: Mapping[str, Sequence[str]],
    required: Sequence[str],
    make: Callable[[Mapping[str, str]], Made],
) -> Checked[Made]:
    """Each row made into what the caller keeps; `make` raises BadCell. UnreadableFile where the whole can't be read."""
    found: Checked[Made] = Checked()
    with opened_table(file) as opened:
        table = Table(opened, limits=Limits(rows=ROWS_MOST))
        columns = _columns(table.columns, headings)
        missing = [headings[name][0] for name in required if name not in columns]
        if missing:
            reason = gettext("There is no column for %(columns)s. Name the columns in the first row.")
            raise UnreadableFile("missing_columns", reason % {"columns": ", ".join(missing)})
        for row in table:
            if isinstance(row, Problem):
                found.problems.append(row)
                found.bad_rows += 1
                continue
            values = _values(row, columns)
            try:
                if any(values.values()):
                    found.made.append(make(values))
            except BadCell as bad:
                column = columns.get(bad.field, "")
                said = values.get(bad.field, "")[:200]
                found.problems.append(Problem(row.number, column, said, bad.reason, bad.fix))
                found.bad_rows += 1
    return found


def day_in(values: Mapping[str, str], name: str) -> date:
    return moment_in(values, name, ZoneInfo("UTC")).date()


def moment_in(values: Mapping[str, str], name: str, zone: ZoneInfo) -> datetime:
    try:
        return read_moment(values[name], zone=zone)
    except InvalidValue as bad:
        raise BadCell(name, bad.message, bad.fix) from bad


def number_in(values: Mapping[str, str], name: str) -> Decimal:
    """A number that is not negative, perhaps with a sign of money and commas between thousands."""
    said = values[name].strip().lstrip("¥￥$€£ ").replace("，", ",").strip()
    try:
        if _NUMBER.fullmatch(said):
            return Decimal(said.replace(",", ""))
    except InvalidOperation:
        pass
    raise BadCell(name, gettext("This is not an amount."), gettext("Write it as 1234.50."))


def _columns(named: Sequence[str], headings: Mapping[str, Sequence[str]]) -> dict[str, str]:
    known = {_plain(heading): name for name, words in headings.items() for heading in words}
    columns: dict[str, str] = {}
    for column in named:
        name = known.get(_plain(column))
        if name and name not in columns:
            columns[name] = column
    return columns


def _values(row: Row, columns: Mapping[str, str]) -> dict[str, str]:
    return {name: row.values.get(column, "").strip() for name, column in columns.items()}


def _plain(heading: str) -> str:
    return re.sub(r"[\s_\-:：]+", "", heading).casefold()
