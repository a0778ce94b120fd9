"""Decides from a file's first bytes whether it is a text table, in which encoding and with which delimiter."""

import codecs
import contextlib
import csv
import io
import re
from collections.abc import Callable
from typing import BinaryIO

from django.utils.translation import gettext

from exchange.problems import UnreadableFile

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "gb18030": "GB18030",
    "big5hkscs": "Big5",
    "cp1252": "Windows-1252",
}
DELIMITERS = ",;\t|"
WHITESPACE = " "
"""As a delimiter: however many spaces or tabs stand between two cells, they are one."""
# Stands in decoded text for bytes that the encoding does not know. No sound text holds it.
UNDECODABLE = "\udcff"
KEEP_UNDECODABLE = "scrm-keep-undecodable"

_SAMPLE_BYTES = 256 * 1024
_SCORED_BYTES = 64 * 1024
_SAMPLE_ROWS = 50
_WHITESPACE_CELLS = 3

_BYTE_ORDER_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
_ENOUGH = 0.6


def _keep_undecodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNDECODABLE, error.end


codecs.register_error(KEEP_UNDECODABLE, _keep_undecodable)


def refuse_what_is_no_table(start: bytes) -> None:
    """Say in one line what a file is that only looks like a table, or has nothing in it."""
    if not start.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise UnreadableFile("empty_file", gettext("The file is empty."))
    if start.startswith(b"PK\x03\x04"):
        if b"opendocument.spreadsheet" in start:
            raise UnreadableFile("open_document", gettext("This is an OpenDocument spreadsheet; save it as CSV."))
        if b"[Content_Types].xml" in start or b"xl/" in start:
            raise _excel()
        raise UnreadableFile("archive", gettext("This is a ZIP archive; unpack it and choose the CSV file in it."))
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise _excel()
    if start.startswith(b"\x1f\x8b"):
        raise UnreadableFile("archive", gettext("This file is compressed; unpack it first."))
    if start.startswith(b"%PDF-"):
        raise UnreadableFile("pdf", gettext("This is a PDF; export the table as CSV."))
    if re.match(rb"(?i)(?:\xef\xbb\xbf)?\s*<(?:!doctype\s|html|table|\?xml)", start):
        message = gettext(
            "This is a web page or XML under a table's name; open it in a spreadsheet and save it as CSV."
        )
        raise UnreadableFile("markup", message)


def guess_encoding(file: BinaryIO) -> str:
    """The encoding of a file, judged by its byte order mark or by its first part that is not plain ASCII."""
    file.seek(0)
    sample = file.read(_SAMPLE_BYTES)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if sample.startswith(mark):
            return encoding
    wide = _utf_16_without_mark(sample)
    if wide:
        return wide
    while sample.isascii():
        sample = file.read(_SAMPLE_BYTES)
        if not sample:
            return "utf-8"
    following = file.read(_SAMPLE_BYTES)
    if following:
        # A sample that ends with a line cuts no character in two.
        sample += following
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    if _looks_like_utf_8(sample):
        return "utf-8"
    first = re.search(rb"[\x80-\xff]", sample)
    sample = sample[first.start() if first else 0 :][:_SCORED_BYTES]
    scores = {encoding: score(sample) for encoding, score in _SCORES.items()}
    best = max(scores, key=lambda encoding: scores[encoding])
    if scores[best] >= _ENOUGH:
        return best
    if b"\0" in sample:
        raise UnreadableFile("not_text", gettext("This is not a text file; save the table as CSV."))
    return "utf-8"


def guess_delimiter(text: str) -> str:
    """The delimiter that cuts the first rows into the most cells of the steadiest number."""

    def merit(delimiter: str) -> tuple[float, int]:
        widths: list[int] = []
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        with contextlib.suppress(csv.Error):
            widths.extend(len(row) for row, _ in zip(reader, range(_SAMPLE_ROWS), strict=False) if row)
        if not widths or widths[0] < 2:
            return 0.0, 0
        return widths.count(widths[0]) / len(widths), widths[0]

    best = max(DELIMITERS, key=merit)
    if merit(best)[1]:
        return best
    return WHITESPACE if _is_aligned(text) else ","


def _is_aligned(text: str) -> bool:
    """Whether blanks alone keep figures apart: as many in each row, filled up with blanks, so no list of phones is."""
    lines = [line for line in text.splitlines()[:_SAMPLE_ROWS] if line.strip()]
    rows = [line.split() for line in lines]
    cells = [cell for row in rows for cell in row]
    figures = sum(cell[0].isdigit() for cell in cells)
    widths = {len(row) for row in rows}
    is_filled = any(line[0] == " " or "  " in line for line in lines)
    is_steady = len(rows) > 1 and len(widths) == 1 and widths.pop() >= _WHITESPACE_CELLS
    return is_filled and is_steady and 2 * figures >= len(cells)


def _excel() -> UnreadableFile:
    return UnreadableFile("excel", gettext("This is an Excel workbook; save it as CSV."))


def _utf_16_without_mark(sample: bytes) -> str | None:
    # In a table, delimiters, digits and line ends are ASCII, so every other byte of many is zero.
    half = max(len(sample) // 2, 1)
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if zeros.count(0) > 0.1 * half:
            text = sample.decode(encoding, KEEP_UNDECODABLE)
            if re.search(r"[,;\t|\r\n]", text) and "\0" not in text and UNDECODABLE not in text[:-1]:
                return encoding
    return None


def _looks_like_utf_8(sample: bytes) -> bool:
    text = sample.decode("utf-8", KEEP_UNDECODABLE)
    broken = text.count(UNDECODABLE)
    # Whole sequences do not come about by chance, so a few broken ones do not speak against it.
    return not broken or len(re.findall(r"[^\x00-\x7f]", text)) - broken > 10 * broken


def _double_byte_score(encoding: str, common: Callable[[int, int], bool]) -> Callable[[bytes], float]:
    def score(sample: bytes) -> float:
        familiar = strange = at = 0
        while at < len(sample) - 1:
            lead = sample[at]
            if lead < 0x80:
                at += 1
                continue
            if common(lead, sample[at + 1]):
                familiar += 1
            elif UNDECODABLE in sample[at : at + 2].decode(encoding, KEEP_UNDECODABLE):
                strange += 3
                at -= 1
            else:
                strange += 1
            at += 2
        return familiar / max(familiar + strange, 1)

    return score


def _common_in_gb(lead: int, trail: int) -> bool:
    # GB 2312 level 1, the 3,755 characters of everyday, and full-width punctuation.
    return trail >= 0xA1 and (0xB0 <= lead <= 0xD7 or lead in (0xA1, 0xA3))


def _common_in_big5(lead: int, trail: int) -> bool:
    # Big5 level 1, the 5,401 characters of everyday, and full-width punctuation.
    return 0xA1 <= lead <= 0xC6 and (0x40 <= trail <= 0x7E or trail >= 0xA1) and lead not in (0xA2, 0xA3)


def _western_score(sample: bytes) -> float:
    high: list[bytes] = re.findall(rb"[\x80-\xff]+", sample)
    letters = sum(
        len(run) == 1 and (run >= b"\xc0" or run in b"\x80\x92\x93\x94\x96\xa0\xa3\xa9\xae\xb0") for run in high
    )
    # Less than full marks: two Chinese letters apart may look like this too.
    return 0.9 * letters / max(len(high), 1)


_SCORES: dict[str, Callable[[bytes], float]] = {
    "gb18030": _double_byte_score("gb18030", _common_in_gb),
    "big5hkscs": _double_byte_score("big5hkscs", _common_in_big5),
    "cp1252": _western_score,
}
