"""Opens what people call a table, judged by what is in it: a text file as it is, a workbook's first sheet as CSV."""

import csv
import io
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import BinaryIO, cast

from django.utils.translation import gettext

from exchange import xls, xlsx
from exchange.problems import UnreadableFile
from exchange.sheets import Limits, SheetRow

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SPOOLED_BYTES = 4 * 1024 * 1024
_TOLD_EVERY = 1_000


def looks_like_workbook(file: BinaryIO) -> bool:
    """By its first bytes alone: whether it has to be turned into text, if it can."""
    file.seek(0)
    start = file.read(len(_COMPOUND))
    file.seek(0)
    return start.startswith(_ZIP) or start == _COMPOUND


@contextmanager
def opened_table(
    file: BinaryIO, limits: Limits | None = None, tell: Callable[[int], None] = lambda _rows: None
) -> Iterator[BinaryIO]:
    """The file itself, or for a workbook its first sheet as CSV with the same numbers of rows; UnreadableFile else.

    `tell` hears now and then how many rows were read; what it raises ends the reading.
    """
    limits, read = limits or Limits(), _Read()
    rows: Generator[SheetRow, None, None]
    file.seek(0)
    start = file.read(len(_COMPOUND))
    if start.startswith(_ZIP) and xlsx.is_workbook(file):
        rows = xlsx.rows_of(file, limits, lambda: tell(read.rows))
    elif start == _COMPOUND:
        rows = xls.rows_of(file, limits, lambda: tell(read.rows))
    else:
        yield file
        return
    with tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as table, closing(rows):
        text = io.TextIOWrapper(cast(BinaryIO, table), encoding="utf-8", errors="replace", newline="")
        try:
            _write(read.counted(rows, tell), text, limits)
            text.flush()
        finally:
            # Else the wrapper would close the file.
            text.detach()
        yield cast(BinaryIO, table)


class _Read:
    """How far the reading of a sheet is."""

    def __init__(self) -> None:
        self.rows = 0

    def counted(self, rows: Iterable[SheetRow], tell: Callable[[int], None]) -> Iterator[SheetRow]:
        for row in rows:
            self.rows += 1
            if not self.rows % _TOLD_EVERY:
                tell(self.rows)
            yield row


def _write(rows: Iterable[SheetRow], text: io.TextIOWrapper, limits: Limits) -> None:
    # A mark, so that nobody has to guess; and quotes, so that a cell of one space is no blank line.
    text.write("\ufeff")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    number = width = written = 0
    for row, cells in rows:
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(cells) > limits.columns:
            message = gettext("The file has %(columns)s columns; at most %(limit)s can be read.")
            raise UnreadableFile("too_many_columns", message % {"columns": len(cells), "limit": limits.columns})
        # Empty rows stay, for row numbers are what people look for.
        text.write("\r\n" * (row - number - 1))
        width = width or len(cells)
        written += writer.writerow(cells + [""] * (width - len(cells)))
        number = row
        if written > limits.table_characters:
            raise UnreadableFile("too_large", gettext("The sheet is too large; split it, or save it as CSV."))
    if not number:
        raise UnreadableFile("empty_file", gettext("The file is empty."))
