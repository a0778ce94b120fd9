"""The texts that a workbook's cells share, kept on disk: a file of a million rows holds hundreds of megabytes."""

from array import array
from functools import lru_cache
from typing import BinaryIO, Final

_REMEMBERED: Final = 20_000


class SharedStrings:
    """Texts by their number, in the order in which they were added; the file is the caller's and empty."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._ends = array("Q", [0])
        self._read = lru_cache(maxsize=_REMEMBERED)(self._from_file)

    def add(self, text: str) -> None:
        """The next one."""
        written = self._file.write(text.encode("utf-8", "replace"))
        self._ends.append(self._ends[-1] + written)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self):
            raise IndexError(number)
        return self._read(number)

    def _from_file(self, number: int) -> str:
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode()
