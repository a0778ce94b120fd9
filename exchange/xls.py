"""Reads the first sheet of an XLS workbook of old in a process of its own, with bounds on its memory and time.

The format is read by `calamine`; what a hostile file does to it stays there.
"""

import csv
import io
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import IO, BinaryIO, Final

from django.utils.translation import gettext

from exchange.problems import UnreadableFile
from exchange.sheets import Limits, SheetRow, Watch, nobody_watches
from exchange.xlsx import damaged, locked

_CHILD: Final = Path(__file__).with_name("xls_child.py")
_SECONDS: Final = 120
_LOOK_EVERY: Final = 1.0
_LOCKED: Final = 3
# An XLSX with a password is a container of this kind around it.
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_LOOKED_AT: Final = 1024 * 1024


def rows_of(file: BinaryIO, limits: Limits, watch: Watch = nobody_watches) -> Generator[SheetRow, None, None]:
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
        code = _run([sys.executable, "-I", str(_CHILD), copy.name], table, watch)
        if code:
            raise locked() if code == _LOCKED else damaged()
        with open(table.name, encoding="utf-8", newline="") as lines:
            for line in csv.reader(lines):
                yield int(line[0]), line[1:]


def _run(command: Sequence[str], out: IO[bytes], watch: Watch) -> int:
    """The child's word at its end. Whatever ends the waiting ends the child."""
    ends_at = time.monotonic() + _SECONDS
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                return child.wait(_LOOK_EVERY)
            except subprocess.TimeoutExpired as error:
                if time.monotonic() > ends_at:
                    raise damaged() from error
            watch()
    finally:
        child.kill()
        child.wait()
