"""Hears the parts of an XLSX workbook and keeps what a table needs: sheets, formats, shared texts, rows."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Final
from xml.parsers import expat

from django.utils.translation import gettext

from exchange.problems import UnreadableFile
from exchange.shared_strings import SharedStrings
from exchange.sheets import Limits, SheetRow
from exchange.shown_numbers import format_of, shown_number

_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ERRORS: Final = frozenset({"#N/A", "#NULL!", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!"})
_COLUMNS_MAX: Final = 16_384

Attributes = dict[str, str]


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def targets_of(relations: bytes) -> dict[str, str]:
    """The parts that a workbook's relations name, by their id."""
    found: dict[str, str] = {}

    def start(name: str, attributes: Attributes) -> None:
        if _local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            found[attributes.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(relations, True)
    return found


class WorkbookHandler:
    """The ids of the sheets in order, those that show first, and which year dates are counted from."""

    def __init__(self) -> None:
        self._shown: list[str] = []
        self._hidden: list[str] = []
        self.since_1904 = False

    @property
    def sheets(self) -> list[str]:
        return self._shown + self._hidden

    def start(self, name: str, attributes: Attributes) -> None:
        local = _local(name)
        if local == "sheet":
            key = next((value for key, value in attributes.items() if _local(key) == "id" and ":" in key), "")
            (self._shown if attributes.get("state", "visible") == "visible" else self._hidden).append(key)
        elif local == "workbookPr":
            self.since_1904 = attributes.get("date1904") in ("1", "true")


class StylesHandler:
    """The number format of each style of a cell."""

    def __init__(self) -> None:
        self.formats: list[str] = []
        self._own: dict[int, str] = {}
        self._in_cells = False

    def start(self, name: str, attributes: Attributes) -> None:
        match _local(name):
            case "numFmt":
                self._own[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
            case "cellXfs":
                self._in_cells = True
            case "xf" if self._in_cells:
                self.formats.append(format_of(int(attributes.get("numFmtId", 0)), self._own))

    def end(self, name: str) -> None:
        if _local(name) == "cellXfs":
            self._in_cells = False


class StringsHandler:
    """The shared texts, without their looks and their phonetic hints."""

    def __init__(self, strings: SharedStrings, longest: int) -> None:
        self._strings = strings
        self._longest = longest
        self._said: list[str] = []
        self._hears = False
        self._hint = False

    def start(self, name: str, attributes: Attributes) -> None:
        match _local(name):
            case "si":
                self._said = []
            case "rPh":
                self._hint = True
            case "t":
                self._hears = not self._hint

    def end(self, name: str) -> None:
        match _local(name):
            case "si":
                self._strings.add(_unescaped("".join(self._said)[: self._longest]))
            case "rPh":
                self._hint = False
            case "t":
                self._hears = False

    def text(self, text: str) -> None:
        if self._hears:
            self._said.append(text)


class SheetHandler:
    """The rows of a sheet, as many as were heard of since they were last taken."""

    def __init__(
        self, strings: SharedStrings, formats: Sequence[str], limits: Limits, *, since_1904: bool = False
    ) -> None:
        self._strings = strings
        self._formats = formats
        self._limits = limits
        self._since_1904 = since_1904
        self._rows: list[SheetRow] = []
        self._row = 0
        self._cells: list[str] = []
        self._column = 0
        self._kind = self._style = ""
        self._said: list[str] = []
        self._hears = self._hint = False

    def ready(self) -> Iterator[SheetRow]:
        rows, self._rows = self._rows, []
        yield from rows

    def start(self, name: str, attributes: Attributes) -> None:
        match _local(name):
            case "c":
                self._column = _column_of(attributes["r"]) if "r" in attributes else self._column + 1
                self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
                self._said = []
            case "v":
                self._hears = True
            case "t":
                self._hears = not self._hint
            case "rPh":
                self._hint = True
            case "row":
                number = int(attributes.get("r", self._row + 1))
                if not self._row < number <= self._limits.rows:
                    raise ValueError("rows out of order")
                self._row, self._cells, self._column = number, [], 0

    def end(self, name: str) -> None:
        match _local(name):
            case "c":
                shown = self._shown("".join(self._said))
                if shown:
                    self._put(shown)
            case "v" | "t":
                self._hears = False
            case "rPh":
                self._hint = False
            case "row" if self._cells:
                self._rows.append((self._row, self._cells))

    def text(self, text: str) -> None:
        if self._hears:
            self._said.append(text)

    def _put(self, shown: str) -> None:
        if self._column > _COLUMNS_MAX:
            message = gettext("The file has %(columns)s columns; at most %(limit)s can be read.")
            raise UnreadableFile("too_many_columns", message % {"columns": self._column, "limit": self._limits.columns})
        self._cells.extend([""] * (self._column - len(self._cells)))
        self._cells[self._column - 1] = shown[: self._limits.cell_characters]

    def _shown(self, said: str) -> str:
        match self._kind:
            case "s":
                return self._strings[int(said)] if said else ""
            case "n":
                style = int(self._style)
                number_format = self._formats[style] if style < len(self._formats) else ""
                return shown_number(said, number_format, since_1904=self._since_1904)
            case "b":
                return "TRUE" if said == "1" else "FALSE" if said else ""
            case "e":
                return "" if said in _ERRORS else said
            case "d":
                return said.replace("T", " ")
            case _:
                return _unescaped(said)


def _column_of(reference: str) -> int:
    """C of C7, from 1."""
    number = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    if not number:
        raise ValueError("a cell without a column")
    return number


def _unescaped(text: str) -> str:
    """Spreadsheets write what XML can't hold as _x000D_."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
