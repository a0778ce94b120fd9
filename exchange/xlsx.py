"""Streams the first sheet of an XLSX workbook, which may come from anybody: no entities, nothing unpacked to disk,
no more than is allowed."""

import tempfile
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, Final, cast
from xml.parsers import expat

from django.utils.translation import gettext

from exchange.problems import UnreadableFile
from exchange.shared_strings import SharedStrings
from exchange.sheets import Limits, SheetRow, Watch, nobody_watches
from exchange.xlsx_parts import SheetHandler, StringsHandler, StylesHandler, WorkbookHandler, targets_of

_CHUNK: Final = 128 * 1024
_SPOOLED_BYTES: Final = 8 * 1024 * 1024
_BEGINNING: Final = 1024 * 1024
_BROKEN: Final = (zipfile.BadZipFile, EOFError, KeyError, IndexError, ValueError, OverflowError, NotImplementedError)


def is_workbook(file: BinaryIO) -> bool:
    """Whether a ZIP archive holds an XLSX workbook; False where it is no sound archive."""
    try:
        with zipfile.ZipFile(file) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except _BROKEN:
        # Cut short, perhaps: then only its first bytes tell.
        file.seek(0)
        start = file.read(4096)
        return b"[Content_Types].xml" in start or b"xl/" in start


def rows_of(file: BinaryIO, limits: Limits, watch: Watch = nobody_watches) -> Generator[SheetRow, None, None]:
    """The rows that hold something, in order."""
    try:
        with zipfile.ZipFile(file) as archive, tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as kept:
            yield from _rows(_Archive(archive, limits, watch), SharedStrings(cast(BinaryIO, kept)), limits)
    except UnreadableFile:
        raise
    except (*_BROKEN, expat.ExpatError, zlib.error) as error:
        raise damaged() from error
    except RuntimeError as error:
        raise locked() from error


def _rows(archive: "_Archive", strings: SharedStrings, limits: Limits) -> Iterator[SheetRow]:
    workbook = WorkbookHandler()
    archive.parse("xl/workbook.xml", workbook)
    targets = targets_of(archive.read("xl/_rels/workbook.xml.rels"))
    sheet = next((targets[key] for key in workbook.sheets if targets.get(key, "") in archive.names), None)
    if sheet is None:
        raise UnreadableFile("no_sheet", gettext("The workbook has no sheet with rows."))
    styles = StylesHandler()
    if "xl/styles.xml" in archive.names:
        archive.parse("xl/styles.xml", styles)
    if "xl/sharedStrings.xml" in archive.names:
        archive.parse("xl/sharedStrings.xml", StringsHandler(strings, limits.cell_characters))
    handler = SheetHandler(strings, styles.formats, limits, since_1904=workbook.since_1904)
    for _ in archive.parsing(sheet, handler):
        yield from handler.ready()


class _Archive:
    """A workbook's parts, none of them read beyond what is allowed."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits, watch: Watch) -> None:
        self._archive = archive
        self._limits = limits
        self._watch = watch
        self.names = frozenset(archive.namelist())
        if len(self.names) > limits.parts:
            raise _too_large()

    def read(self, name: str) -> bytes:
        """A small part, whole."""
        with self._opened(name) as part:
            content = part.read(_BEGINNING + 1)
        if len(content) > _BEGINNING:
            raise _too_large()
        return content

    def parse(self, name: str, handler: object) -> None:
        for _ in self.parsing(name, handler):
            pass

    def parsing(self, name: str, handler: object) -> Iterator[None]:
        """Let a handler hear of a part, chunk by chunk."""
        parser = _parser(handler)
        packed = max(self._archive.getinfo(name).compress_size, 1)
        size = 0
        with self._opened(name) as part:
            while chunk := part.read(_CHUNK):
                # Counted as they come: what the archive says of its sizes may be a lie.
                size += len(chunk)
                if size > self._limits.part_bytes or size > _BEGINNING + self._limits.ratio * packed:
                    raise _too_large()
                parser.Parse(chunk, False)
                self._watch()
                yield
        parser.Parse(b"", True)
        yield

    @contextmanager
    def _opened(self, name: str) -> Iterator[IO[bytes]]:
        with self._archive.open(name) as part:
            yield part


def _parser(handler: object) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = getattr(handler, "start", None)
    parser.EndElementHandler = getattr(handler, "end", None)
    parser.CharacterDataHandler = getattr(handler, "text", None)
    return parser


def _no_doctype(*_declared: object) -> None:
    # Entities that unfold or read other files begin with one; no spreadsheet writes it.
    raise damaged()


def damaged() -> UnreadableFile:
    return UnreadableFile("damaged", gettext("The spreadsheet is damaged or cut short; save it anew."))


def locked() -> UnreadableFile:
    return UnreadableFile("locked", gettext("The spreadsheet is locked with a password; save it without one."))


def _too_large() -> UnreadableFile:
    return UnreadableFile("too_large", gettext("The spreadsheet unpacks to far more than it may; save it as CSV."))
