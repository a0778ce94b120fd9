"""What the readers of workbooks have in common: rows of texts, and how much one may ask of us."""

from collections.abc import Callable
from dataclasses import dataclass

SheetRow = tuple[int, list[str]]
"""The number of a row, from 1, and its cells as they are shown."""

Watch = Callable[[], None]
"""Called every now and then while a workbook is read; what it raises ends the reading."""


def nobody_watches() -> None:
    """What is read while somebody waits."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a workbook may hold; sizes are of what is in it, unpacked."""

    columns: int = 500
    rows: int = 1_048_576
    parts: int = 5_000
    part_bytes: int = 2 * 1024**3
    ratio: int = 300
    table_characters: int = 1024**3
    cell_characters: int = 100_000
    xls_bytes: int = 128 * 1024**2
