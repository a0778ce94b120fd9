"""Files that lie about what they are, are empty, cut short, blown up or far too wide: one clear line for each."""

import io
import re
import zipfile

import pytest
from django.utils import translation

from exchange.problems import UnreadableFile
from exchange.reader import Table
from exchange.spreadsheets import opened_table
from tests.exchange.test_spreadsheets import OLD
from tests.exchange.workbooks import sheet_of, workbook


def _archive(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


BOOK = workbook([["name"], *([f"Person {number}"] for number in range(200))])
BLOWN_UP = sheet_of([["name"]], []).replace("<sheetData>", "<sheetData>" + " " * 8_000_000)
FILES = {
    "nothing": b"",
    "blank lines": b"\r\n \r\n\n",
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "document": b"%PDF-1.7\n" + bytes(range(256)) * 20,
    "program": b"\x7fELF" + bytes(2000),
    "archive": _archive("leads.csv", b"name\nLin\n"),
    "archive blown up": _archive("leads.csv", bytes(20_000_000)),
    "workbook of nothing": workbook([]),
    "workbook cut short": BOOK[: len(BOOK) // 2],
    "workbook blown up": workbook([["name"]], **{"xl/worksheets/sheet2.xml": BLOWN_UP}),
    "wide workbook": workbook([["x"] * 10_000]),
    "wide text": ",".join(f"c{number}" for number in range(10_000)).encode() + b"\n" + b"1," * 9_999 + b"1\n",
    "old workbook cut short": OLD[: len(OLD) // 2],
    "one line without an end": b"x" * 3_000_000,
}


@pytest.mark.parametrize("kind", FILES)
def test_what_is_no_table_is_one_line_in_each_language(kind):
    said = {}
    for language in ("en", "zh-hans"):
        with (
            translation.override(language),
            pytest.raises(UnreadableFile) as caught,
            opened_table(io.BytesIO(FILES[kind])) as table,
        ):
            Table(table)
        said[language] = caught.value.message

    assert not any("\n" in line or len(line) > 200 for line in said.values())
    assert re.search(r"[a-z]{3}", said["en"])
    assert re.search(r"[\u4e00-\u9fff]{3}", said["zh-hans"])
