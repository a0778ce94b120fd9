"""Workbooks as other programs write them, by hand: what a reader gets is exactly what stands here."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def letters(column: int) -> str:
    """A for 1, AA for 27."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def sheet_of(rows: Sequence[Sequence[Any]], strings: list[str]) -> str:
    """The XML of a sheet; a cell is a text, a number, a (number, style), raw XML in a set, or None for a gap."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = []
        for column, value in enumerate(row, 1):
            place = f'r="{letters(column)}{number}"'
            match value:
                case None:
                    continue
                case str():
                    strings.append(value)
                    cells.append(f'<c {place} t="s"><v>{len(strings) - 1}</v></c>')
                case (shown, style):
                    cells.append(f'<c {place} s="{style}"><v>{shown}</v></c>')
                case set():
                    cells += value
                case _:
                    cells.append(f"<c {place}><v>{value!r}</v></c>")
        if cells:
            lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f"{_HEAD}<worksheet {_MAIN}><sheetData>{''.join(lines)}</sheetData></worksheet>"


def workbook(
    rows: Sequence[Sequence[Any]], *, formats: Sequence[str] = (), since_1904: bool = False, **parts: str
) -> bytes:
    """An XLSX file of one visible sheet behind a hidden one. `formats` are the styles from 1 on; parts replace ours."""
    strings: list[str] = []
    sheet = sheet_of(rows, strings)
    shared = "".join(
        f'<si><t xml:space="preserve">{escape(text)}</t><rPh sb="0" eb="1"><t>hint</t></rPh></si>' for text in strings
    )
    numbered = "".join(
        f'<numFmt numFmtId="{164 + place}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        for place, code in enumerate(formats)
    )
    styles = "".join(f'<xf numFmtId="{164 + place}"/>' for place in range(len(formats)))
    content = {
        "[Content_Types].xml": f"{_HEAD}<Types/>",
        "_rels/.rels": f"{_HEAD}<Relationships xmlns='{_RELATIONS}'>"
        f'<Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_HEAD}<workbook {_MAIN} xmlns:r="{_DOCUMENT}">'
        f'<workbookPr date1904="{int(since_1904)}"/><sheets>'
        '<sheet name="Hidden" sheetId="1" state="hidden" r:id="rId1"/><sheet name="People" sheetId="2" r:id="rId2"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"{_HEAD}<Relationships xmlns='{_RELATIONS}'>"
        f'<Relationship Id="rId1" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_DOCUMENT}/worksheet" Target="/xl/worksheets/sheet2.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet_of([], []),
        "xl/worksheets/sheet2.xml": sheet,
        "xl/sharedStrings.xml": f"{_HEAD}<sst {_MAIN}>{shared}</sst>",
        "xl/styles.xml": f"{_HEAD}<styleSheet {_MAIN}><numFmts>{numbered}</numFmts>"
        f'<cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>',
        **parts,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return file.getvalue()
