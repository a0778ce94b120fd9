"""The texts that a workbook's cells share, kept on disk: a file of a million rows holds hundreds of megabytes."""

import tempfile
from array import array
from functools import lru_cache
from types import TracebackType
from typing import Final, Self

_SPOOLED_BYTES: Final = 8 * 1024 * 1024
_REMEMBERED: Final = 20_000


class SharedStrings:
    """Texts by their number, in the order in which they were added."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_SPOOLED_BYTES)  # noqa: SIM115
        self._ends = array("Q", [0])
        self._read = lru_cache(maxsize=_REMEMBERED)(self._from_file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

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
