"""Workbooks as tables: what their cells show, and one clear line for each that can't be read."""

import base64
import csv
import gzip
import io
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from exchange.problems import UnreadableFile
from exchange.reader import Row, Table
from exchange.sheets import Limits
from exchange.shown_numbers import shown_number
from exchange.spreadsheets import opened_table
from tests.exchange.workbooks import sheet_of, workbook

OLD = gzip.decompress(
    base64.b64decode(
        "H4sIAAAAAAACA+1YTUgVURT+7p2Z53um7z1NAw1EhMz8CcNNLXRKLFdPrE2/UP4MFc9m5BVELcoyl0HQIoo2gi3aWEH0Qy1q1yIw"
        "KgiCQGvZKihooU7nnpmxpxX4oATjfsM9c865955z5t577tyZV1Nl0+P3qmewBB0wMO8nEMvTCSqJSEiD6n1fsdE9TsXXWFVIxGki"
        "YxaelL4sUnOo5nsGEnfN50SBj1QOYRg9nuvUriA6OYY+oWJoJypwkzRJVHFU5UwHmK5leodbPmW6nTWXmbZT22lxAFN2T+PWcBXv"
        "k3Vcl4Sy+5D7vGfNFlTihVrF56+IoK2FHbnjfUOrrKLGLMEEaEK7HdfJKTmFWygG9hNaMpmWrq5pVNBkT+CbXwt8jbL6Wa3Wr6xe"
        "gPTfF+uL/qCP0yQu1V+VJjAC/wgnyRgt6iYzSORexxsecmbRyRuzKlTh9p1wLGD4GOUzrXjPNYDTnkuqkwNezhEQ146SPuOtoWxo"
        "29bayqS1WG39vFWkF20VpZxCJUQHkWK+jBMpTf5mb395nenvtQ+zZoQjCF4iG1TM8HFB9aDOSdZaXK9oI/doYnqRra5nvpppBbWh"
        "e31vZcjsGuU2l7i2nvy0Md7YG/P4BuLHPu9+VDP2yd5E/GT3zNmKyXf2OOropTZI/dU1imbRLG5cV3hsR3cRbjgfmFb9svnEZTp8"
        "Aj98U6YwR+mmdGWsCCQ1OmJBkuFYBZJBkrEgmSSZoWX5G8uSLauxMmQyHHca44bs/UTnOanqJcW8+a2EJePEG+w5qFG2D8rAtvIh"
        "l9g22XYsjMVk22rCO2Q5HijHtMH+RDE0NDQ0NDQ0NDRWEQQfAMFHTzM8fqujX1H4X2eOyrz+TfLfYg88uk7RR+VOuHTP4UxB62cd"
        "LBHZEsvsE/0vVNhL3nPIop/jyBa8funDTOQ/z7I7pv9eChXqf76QOP+x/x+y005aABYAAA=="
    )
)
"""An XLS of one sheet: an empty row, a header, Lin, an empty row, Mo."""
CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)


def cells(content: bytes, limits: Limits | None = None) -> list[list[str]]:
    with opened_table(io.BytesIO(content), limits) as table:
        return list(csv.reader(io.StringIO(table.seek(0) or table.read().decode("utf-8-sig"), newline="")))


def refusal(content: bytes, limits: Limits | None = None) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught, opened_table(io.BytesIO(content), limits) as table:
        Table(table)
    assert "\n" not in caught.value.message
    return caught.value


def test_rows_of_a_workbook_keep_their_numbers():
    content = workbook([[], ["name", "city"], [], ["Lin", None], ["Mo", "Xi'an"]])

    with opened_table(io.BytesIO(content)) as table:
        found = list(Table(table))

    assert found == [Row(4, {"name": "Lin", "city": ""}), Row(5, {"name": "Mo", "city": "Xi'an"})]


def test_text_file_is_left_as_it_is():
    file = io.BytesIO(b"name\nLin\n")

    with opened_table(file) as table:
        assert table is file


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=5))
@settings(max_examples=30)
def test_texts_come_out_as_another_reader_reads_them(rows):
    content = workbook(rows)
    other = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("People").to_python()

    ours = cells(content)

    width = max(map(len, [*ours, *other]))
    assert [row + [""] * (width - len(row)) for row in ours] == [row + [""] * (width - len(row)) for row in other]


@pytest.mark.parametrize(
    ("stored", "number_format", "shown"),
    [
        ("13800138000", "", "13800138000"),
        ("13800138000", "General", "13800138000"),
        ("1.3800138E10", "", "13800138000"),
        ("0.1", "", "0.1"),
        ("0.30000000000000004", "", "0.3"),
        ("123", "00000", "00123"),
        ("-7", "000", "-007"),
        ("2.5", "0", "3"),
        ("1234.5", "#,##0.00", "1234.50"),
        ("0.125", "0.0%", "12.5%"),
        ("46347", "yyyy-mm-dd", "2026-11-21"),
        ("46347", "[$-804]yyyy年m月d日;@", "2026-11-21"),
        ("46347.75", "yyyy/m/d h:mm", "2026-11-21 18:00:00"),
        ("0.75", "h:mm", "18:00:00"),
        ("1.5", "[h]:mm", "36:00:00"),
        ("1", "yyyy-mm-dd", "1900-01-01"),
        ("61", "d-mmm-yy", "1900-03-01"),
        ("5", '"No. "0', "5"),
        ("12", "@", "12"),
        ("text", "0.00", "text"),
        ("1e400", "", "1e400"),
    ],
)
def test_number_is_shown_as_its_format_says(stored, number_format, shown):
    assert shown_number(stored, number_format) == shown


def test_years_may_count_from_1904():
    assert cells(workbook([["on"], [(44885, 1)]], formats=["yyyy-mm-dd"], since_1904=True)) == [["on"], ["2026-11-21"]]


def test_formulas_booleans_errors_and_inline_texts_show_what_they_came_to():
    strange = {
        '<c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="b"><v>1</v></c><c r="C2" t="e"><v>#N/A</v></c>'
        '<c r="D2" t="inlineStr"><is><t>in</t><r><t>line</t></r></is></c><c r="E2" t="str"><v>a_x000D_b</v></c>'
    }

    assert cells(workbook([["a", "b", "c", "d", "e"], [strange]])) == [
        ["a", "b", "c", "d", "e"],
        ["2", "TRUE", "", "inline", "a\rb"],
    ]


def test_old_workbook_is_read_with_its_row_numbers():
    assert cells(OLD) == [
        [],
        ["name", "phone", "on", "won", "score"],
        ["林", "13800138000", "2026-11-21", "TRUE", "1.5"],
        [],
        ["Mo", "13900139000", "", "", ""],
    ]


def test_ten_thousand_columns_are_one_clear_line():
    error = refusal(workbook([["x"] * 10_000]))

    assert error.code == "too_many_columns"
    assert "10000" in error.message


@pytest.mark.parametrize("content", [workbook([]), workbook([[""], [None, ""]])], ids=["no row", "empty cells"])
def test_empty_workbook_is_called_empty(content):
    assert refusal(content).code == "empty_file"


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_workbook_cut_short_is_called_damaged(kept):
    content = workbook([["name"], *([f"Person {number}"] for number in range(200))])

    assert refusal(content[: int(len(content) * kept)]).code == "damaged"


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_old_workbook_cut_short_is_called_damaged(kept):
    assert refusal(OLD[: int(len(OLD) * kept)]).code == "damaged"


def test_damaged_bytes_never_escape_as_another_error():
    content = bytearray(workbook([["name"], *([f"Person {number}"] for number in range(50))]))
    for place in range(0, len(content), 7):
        spoilt = bytes(content[:place]) + bytes([content[place] ^ 0xFF]) + bytes(content[place + 1 :])
        try:
            with opened_table(io.BytesIO(spoilt)) as table:
                Table(table)
        except UnreadableFile:
            continue


def test_entities_are_refused_unread():
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'
    sheet = sheet_of([["name"]], []).replace("?>", f"?>{bomb}", 1)

    assert refusal(workbook([["name"]], **{"xl/worksheets/sheet2.xml": sheet})).code == "damaged"


def test_what_unpacks_beyond_measure_is_refused():
    sheet = sheet_of([["name"]], []).replace("<sheetData>", "<sheetData>" + " " * 8_000_000)

    assert refusal(workbook([["name"]], **{"xl/worksheets/sheet2.xml": sheet})).code == "too_large"


@pytest.mark.parametrize("limits", [{"part_bytes": 300}, {"table_characters": 20}, {"parts": 3}])
def test_each_limit_is_one_clear_line(limits):
    content = workbook([["name"], *([f"Person {number}"] for number in range(9))])

    assert refusal(content, replace(Limits(), **limits)).code == "too_large"


def test_password_is_named():
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    marked = bytearray(workbook([["name"]]))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = marked.find(signature)
        while place >= 0:
            marked[place + flags] |= 1
            place = marked.find(signature, place + 1)

    assert refusal(locked).code == refusal(bytes(marked)).code == "locked"


def test_archive_that_is_no_workbook_keeps_its_own_line():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("leads.csv", "name\nLin\n")

    assert refusal(file.getvalue()).code == "archive"
