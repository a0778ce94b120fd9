"""Streams the rows of a CSV file, whatever its encoding and delimiter, and names each row that it can't read."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from django.utils.translation import gettext

from exchange import sniffing
from exchange.error_file import cell_before, count_report_columns
from exchange.problems import Problem, UnreadableFile
from exchange.sniffing import ENCODINGS, KEEP_UNDECODABLE, UNDECODABLE, WHITESPACE

SHOWN_CHARACTERS = 200

_SAMPLE_CHARACTERS = 64 * 1024
_LINE_CHARACTERS = 4 * 1024 * 1024
# Excel's own way to say which delimiter follows.
_SEPARATOR_LINE = re.compile(r"(?i)\"?sep=([,;|\t:^~])\"?\r?")


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a table may be."""

    rows: int = 2_000_000
    columns: int = 500
    cell_bytes: int = 64 * 1024


class Row(NamedTuple):
    """One row of cells by column name; `number` counts the header and blank rows too, as spreadsheets do."""

    number: int
    values: dict[str, str]


class Table:
    """An open CSV file: its form, its columns and, iterated, its rows and problems in order.

    The file must be seekable; it stays open and may be iterated again.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        header: bool = True,
        encoding: str | None = None,
        delimiter: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._file = file
        self._header = header
        self._limits = limits or Limits()
        file.seek(0)
        sniffing.refuse_what_is_no_table(file.read(4096))
        self.encoding = _known_encoding(encoding) if encoding else sniffing.guess_encoding(file)
        sample = self._sample()
        separator = _SEPARATOR_LINE.fullmatch(sample.partition("\n")[0])
        self._has_separator_line = separator is not None
        self.delimiter = delimiter or (separator[1] if separator else sniffing.guess_delimiter(sample))
        self.columns: list[str] = []
        self._least_cells = 0
        self._left_out = 0
        self._lines: _Lines | None = None
        self._number = 0
        self._read_columns()

    @property
    def bytes_read(self) -> int:
        """How far reading has come, for a progress bar."""
        return self._file.tell()

    @property
    def place(self) -> str:
        """Where reading stands, for `rows` to go on from; empty where it can't go on, or has not begun."""
        position = self._lines.position() if self._lines else None
        return "" if position is None else f"{self._number}:{position}"

    def __iter__(self) -> Iterator[Row | Problem]:
        return self.rows()

    def rows(self, after: str = "") -> Iterator[Row | Problem]:
        """Rows and problems in order: all, or those after a `place` in the same file read in the same way."""
        width = len(self.columns)
        header_is_due = self._header and not after
        for number, cells, problem in self._records(after):
            if header_is_due:
                header_is_due = False
            elif number > self._limits.rows + self._header:
                yield self._too_many_rows(number)
                return
            elif problem is not None:
                yield problem
            elif len(cells) < self._least_cells or any(cells[width:]):
                yield self._ragged(number, cells)
            else:
                cells += [""] * (width - len(cells))
                yield Row(number, dict(zip(self.columns, cells, strict=False)))

    def _sample(self) -> str:
        with _text_of(self._file, self.encoding) as text:
            sample = text.read(_SAMPLE_CHARACTERS)
        whole, end, _ = sample.rpartition("\n")
        return whole + end if len(sample) == _SAMPLE_CHARACTERS and end else sample

    def _read_columns(self) -> None:
        for _, cells, problem in self._records():
            if problem is not None and not self._header:
                continue
            if problem is not None:
                message = gettext("The row of column names can't be read. %(reason)s %(fix)s")
                raise UnreadableFile("bad_header", message % {"reason": problem.reason, "fix": problem.fix})
            if len(cells) > self._limits.columns:
                message = gettext("The file has %(columns)s columns; at most %(limit)s can be read.")
                message %= {"columns": len(cells), "limit": self._limits.columns}
                raise UnreadableFile("too_many_columns", message)
            names = _unique_names(cells if self._header else [""] * len(cells))
            # An error file of ours that somebody mended is the file that its last columns are.
            self._left_out = count_report_columns(names)
            self.columns, cells = names[self._left_out :], cells[self._left_out :]
            # A delimiter at the end of a line makes one empty cell too many, not in every line.
            self._least_cells = max(
                (index for index, cell in enumerate(cells, start=1) if cell.strip() or not self._header), default=0
            )
            self._lines = None
            return
        raise UnreadableFile("empty_file", gettext("The file is empty."))

    def _records(self, after: str = "") -> Iterator[tuple[int, list[str], Problem | None]]:
        """Number, cells and perhaps a problem of each record that is not blank."""
        with _text_of(self._file, self.encoding) as text:
            lines = _Lines(text)
            number = 0
            if after:
                number, position = map(int, after.split(":"))
                text.seek(position)
            elif self._has_separator_line:
                next(lines)
            self._lines = lines
            records = map(_with_single_spaces, lines) if self.delimiter == WHITESPACE else lines
            reader = csv.reader(records, delimiter=self.delimiter, strict=True)
            while True:
                lines.start_record()
                number += 1
                self._number = number
                try:
                    cells = next(reader)
                except StopIteration:
                    self._lines = None
                    return
                except (csv.Error, _LineTooLong) as error:
                    # What a stray quotation mark has swallowed is read again as rows of its own.
                    yield number, [], self._malformed(number, lines.give_back(), error)
                    continue
                if self._left_out:
                    cells = [cell_before(cell) for cell in cells[self._left_out :]]
                if any(cells) and not "".join(cells).isspace():
                    yield number, cells, self._problem_of_cells(number, cells, lines)

    def _problem_of_cells(self, number: int, cells: list[str], lines: "_Lines") -> Problem | None:
        if lines.has_bad_characters:
            for index, cell in enumerate(cells):
                if UNDECODABLE in cell:
                    return self._undecodable(number, self._column(index), cell)
                if "\0" in cell:
                    reason = gettext("The cell holds the control character U+0000.")
                    return _problem(number, self._column(index), cell, reason, gettext("Remove it."))
        if lines.size * 4 > self._limits.cell_bytes:
            for index, cell in enumerate(cells):
                if len(cell.encode()) > self._limits.cell_bytes:
                    reason = gettext("The cell is larger than %(limit)s KB.") % {
                        "limit": self._limits.cell_bytes // 1024
                    }
                    return _problem(number, self._column(index), cell, reason, gettext("Shorten it."))
        return None

    def _column(self, index: int) -> str:
        return self.columns[index] if index < len(self.columns) else _letters(index)

    def _undecodable(self, number: int, column: str, cell: str) -> Problem:
        reason = gettext("The cell holds bytes that are not %(encoding)s text.") % {
            "encoding": ENCODINGS[self.encoding]
        }
        return _problem(number, column, cell, reason, gettext("Save the file as CSV UTF-8."))

    def _malformed(self, number: int, line: str, error: Exception) -> Problem:
        if isinstance(error, _LineTooLong):
            reason = gettext("The row is too long.")
            return _problem(number, "", line, reason, gettext("Check that the file has line ends."))
        if "expected after" in str(error):
            reason = gettext("There is a quotation mark inside a quoted cell.")
            return _problem(number, "", line, reason, gettext("Write it twice."))
        reason = gettext("A quotation mark is never closed, or a cell is far too large.")
        return _problem(number, "", line, reason, gettext("Close the quotation mark, or write it twice."))

    def _ragged(self, number: int, cells: list[str]) -> Problem:
        reason = gettext("Cells in this row: %(cells)s; columns in the file: %(columns)s.")
        reason %= {"cells": len(cells), "columns": len(self.columns)}
        fix = gettext("Put cells that contain the delimiter in quotation marks, and give every column a cell.")
        return _problem(number, "", self.delimiter.join(cells), reason, fix)

    def _too_many_rows(self, number: int) -> Problem:
        reason = gettext("The file has more than %(limit)s rows; this one and the rest were not read.")
        return _problem(number, "", "", reason % {"limit": self._limits.rows}, gettext("Split the file."))


class _LineTooLong(Exception):
    """A line or a quoted cell runs on beyond all measure."""


class _Lines:
    """The lines of a file, those of the record in hand kept for a second reading."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._waiting: deque[str] = deque()
        self._record: list[str] = []
        self.size = 0
        self.has_bad_characters = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._text.readline(_LINE_CHARACTERS)
        if not line:
            raise StopIteration
        self._record.append(line)
        self.size += len(line)
        if self.size >= _LINE_CHARACTERS:
            if len(line) == _LINE_CHARACTERS and line[-1] not in "\r\n":
                self._drop_rest_of_line()
            raise _LineTooLong
        if UNDECODABLE in line or "\0" in line:
            self.has_bad_characters = True
        return line

    def position(self) -> int | None:
        """What the file can be sought by; None while lines wait for their second reading."""
        return None if self._waiting else self._text.tell()

    def start_record(self) -> None:
        """Forget the record before."""
        self._record = []
        self.size = 0
        self.has_bad_characters = False

    def give_back(self) -> str:
        """Queue all lines of the record but its first, which is returned."""
        first, *others = self._record
        self._waiting.extendleft(reversed(others))
        return first

    def _drop_rest_of_line(self) -> None:
        self._record[-1] += "\n"
        rest = " "
        while rest and rest[-1] not in "\r\n":
            rest = self._text.readline(_LINE_CHARACTERS)


def _with_single_spaces(line: str) -> str:
    return " ".join(line.split()) + "\n"


@contextmanager
def _text_of(file: BinaryIO, encoding: str) -> Iterator[io.TextIOWrapper]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors=KEEP_UNDECODABLE, newline="")
    try:
        yield text
    finally:
        # Else the wrapper would close the file, which is the caller's.
        text.detach()


def _known_encoding(name: str) -> str:
    if name not in ENCODINGS:
        message = gettext("The encoding %(name)s is not known; choose one of %(names)s.")
        raise UnreadableFile("unknown_encoding", message % {"name": name, "names": ", ".join(ENCODINGS)})
    return name


def _unique_names(cells: list[str]) -> list[str]:
    names: dict[str, None] = {}
    for index, cell in enumerate(cells):
        first = name = " ".join(cell.split()) or _letters(index)
        count = 1
        while name in names:
            count += 1
            name = f"{first} ({count})"
        names[name] = None
    return list(names)


def _letters(index: int) -> str:
    """What spreadsheets call a column: A to Z, AA to ZZ ..."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _problem(row: int, column: str, value: str, reason: str, fix: str) -> Problem:
    value = value.rstrip("\r\n")[:SHOWN_CHARACTERS].replace(UNDECODABLE, "\ufffd")
    return Problem(row=row, column=column, value=value, reason=reason, fix=fix)
