"""Writes the rows that did not go in as a CSV file that a spreadsheet opens safely and shows in every script.

Each row's own cells stand beside what is wrong with it: mended there, the file goes in again as it is.
"""

import codecs
import csv
import io
import re
from collections.abc import Sequence
from typing import BinaryIO

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from exchange.problems import Problem

# What makes Excel, LibreOffice or Google Sheets run a cell instead of showing it.
_RUNNABLE = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if _RUNNABLE.match(text) else text


def cell_before(text: str) -> str:
    """What `safe_cell` was given."""
    return text[1:] if text[:1] == "'" and _RUNNABLE.match(text[1:]) else text


def report_columns() -> list[str]:
    """What stands before the columns of the file itself, in the language of now."""
    return [gettext("Row"), gettext("Column"), gettext("Value"), gettext("Reason"), gettext("Fix")]


def count_report_columns(names: Sequence[str]) -> int:
    """How many of a file's columns are ours, in whatever language its error file was written."""
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            ours = report_columns()
        if list(names[: len(ours)]) == ours and len(names) > len(ours):
            return len(ours)
    return 0


class ErrorFile:
    """Takes rows one by one; the binary file stays open and is the caller's, and may go on a begun one."""

    def __init__(self, file: BinaryIO, columns: Sequence[str] = (), *, begun: bool = False) -> None:
        self.count = 0
        self._file = file
        self._line = io.StringIO(newline="")
        # Everything quoted: a cell can't break out where the reader's delimiter is another.
        self._writer = csv.writer(self._line, quoting=csv.QUOTE_ALL)
        if begun:
            return
        # Without the mark, Excel reads Chinese as Latin.
        file.write(codecs.BOM_UTF8)
        self._write([*report_columns(), *columns])

    def write(self, problems: Sequence[Problem], cells: Sequence[str] = ()) -> None:
        """Add one line: all that is wrong with a row, and its cells."""
        self.count += 1
        columns = "; ".join(filter(None, (problem.column for problem in problems)))
        values = "; ".join(filter(None, (problem.value for problem in problems)))
        reasons = " ".join(dict.fromkeys(problem.reason for problem in problems))
        fixes = " ".join(dict.fromkeys(problem.fix for problem in problems))
        self._write([str(problems[0].row), columns, values, reasons, fixes, *cells])

    def _write(self, cells: list[str]) -> None:
        self._writer.writerow([safe_cell(cell) for cell in cells])
        self._file.write(self._line.getvalue().encode("utf-8", "backslashreplace"))
        self._line.seek(0)
        self._line.truncate()
