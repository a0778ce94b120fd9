"""What can be wrong with a file that someone brings: the whole of it, or one cell."""

from dataclasses import dataclass


class UnreadableFile(ValueError):
    """Nothing of a file can be read; `code` is for programs and `message` for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one row, and what to do about it. Rows are counted as spreadsheets do."""

    row: int
    column: str
    value: str
    reason: str
    fix: str
