"""Writes the rows that did not go in as a CSV file that a spreadsheet opens safely and shows in every script."""

import codecs
import csv
import io
import re
from typing import BinaryIO

from django.utils.translation import gettext

from exchange.problems import Problem

# What makes Excel, LibreOffice or Google Sheets run a cell instead of showing it.
_RUNNABLE = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if _RUNNABLE.match(text) else text


class ErrorFile:
    """Takes problems one by one; the binary file stays open and is the caller's, and may go on a begun one."""

    def __init__(self, file: BinaryIO, *, begun: bool = False) -> None:
        self.count = 0
        self._file = file
        self._line = io.StringIO(newline="")
        # Everything quoted: a cell can't break out where the reader's delimiter is another.
        self._writer = csv.writer(self._line, quoting=csv.QUOTE_ALL)
        if begun:
            return
        # Without the mark, Excel reads Chinese as Latin.
        file.write(codecs.BOM_UTF8)
        self._write([gettext("Row"), gettext("Column"), gettext("Value"), gettext("Reason"), gettext("Fix")])

    def write(self, problem: Problem) -> None:
        """Add one line."""
        self.count += 1
        self._write([str(problem.row), problem.column, problem.value, problem.reason, problem.fix])

    def _write(self, cells: list[str]) -> None:
        self._writer.writerow([safe_cell(cell) for cell in cells])
        self._file.write(self._line.getvalue().encode("utf-8", "backslashreplace"))
        self._line.seek(0)
        self._line.truncate()
