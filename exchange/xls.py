"""Reads the first sheet of an XLS workbook of old in a process of its own, with bounds on its memory and time.

The format is read by `calamine`; what a hostile file does to it stays there.
"""

import csv
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO, Final

from django.utils.translation import gettext

from exchange.problems import UnreadableFile
from exchange.sheets import Limits, SheetRow
from exchange.xlsx import damaged, locked

_CHILD: Final = Path(__file__).with_name("xls_child.py")
_SECONDS: Final = 120
_LOCKED: Final = 3
# An XLSX with a password is a container of this kind around it.
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_LOOKED_AT: Final = 1024 * 1024


def rows_of(file: BinaryIO, limits: Limits) -> Generator[SheetRow, None, None]:
    """The rows that hold something, in order."""
    with tempfile.NamedTemporaryFile(suffix=".xls") as copy, tempfile.NamedTemporaryFile() as table:
        file.seek(0)
        if _ENCRYPTED in file.read(_LOOKED_AT):
            raise locked()
        size = file.seek(0, io.SEEK_END)
        if size > limits.xls_bytes:
            raise UnreadableFile("too_large", gettext("The spreadsheet is too large; save it as CSV."))
        file.seek(0)
        shutil.copyfileobj(file, copy)
        copy.flush()
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(_CHILD), copy.name],
                stdin=subprocess.DEVNULL,
                stdout=table,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise damaged() from error
        if done.returncode:
            raise locked() if done.returncode == _LOCKED else damaged()
        with open(table.name, encoding="utf-8", newline="") as lines:
            for line in csv.reader(lines):
                yield int(line[0]), line[1:]
