"""Files are known by their content, and named so that they can't pretend."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.attachment_types import NAME_MOST, FileType, safe_name, type_of

PDF = FileType("application/pdf", (".pdf",))


def zipped(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"%PDF-1.7", "application/pdf"),
        ("你好，世界\n".encode(), "text/plain"),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        (b"#!AMR\n", "audio/amr"),
        (zipped("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (zipped("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_type_is_told_by_content(data, kind):
    assert type_of(data).content_type == kind


@pytest.mark.parametrize(
    "data",
    [b"MZ\x90\0", b"\x7fELF\x02", zipped("evil.js"), b"PK\x03\x04broken", b"text with \0 in it", b"\xfe\xff\xfa"],
)
def test_anything_else_is_refused(data):
    assert type_of(data) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("offer.pdf", "offer.pdf"),
        ("OFFER.PDF", "OFFER.PDF"),
        ("C:\\temp\\报价 单.pdf", "报价 单.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
    ],
)
def test_name_ends_as_the_content_does(given, kept):
    assert safe_name(given, PDF) == kept


@given(st.text(max_size=300))
def test_every_name_is_short_plain_and_ends_right(name):
    kept = safe_name(name, PDF)

    assert 0 < len(kept) <= NAME_MOST
    assert kept.isprintable()
    assert kept.lower().endswith(".pdf")
    assert not set(kept) & set("/\\")
