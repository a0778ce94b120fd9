"""Decides what kind of file it is by its first bytes, never by its name. Pure."""

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Final

LARGEST: Final = 10 * 1024 * 1024
"""Bytes of one file."""
AT_ONCE: Final = 5
NAME_MOST: Final = 120


@dataclass(frozen=True, slots=True)
class FileType:
    content_type: str
    endings: tuple[str, ...]


_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_MARKS: Final = (
    (0, b"\xff\xd8\xff", FileType("image/jpeg", (".jpg", ".jpeg"))),
    (0, b"\x89PNG\r\n\x1a\n", FileType("image/png", (".png",))),
    (0, b"GIF8", FileType("image/gif", (".gif",))),
    (8, b"WEBP", FileType("image/webp", (".webp",))),
    (0, b"%PDF-", FileType("application/pdf", (".pdf",))),
    (0, b"#!AMR", FileType("audio/amr", (".amr",))),
    (0, b"ID3", FileType("audio/mpeg", (".mp3",))),
    (8, b"WAVE", FileType("audio/wav", (".wav",))),
    (4, b"ftypM4A", FileType("audio/mp4", (".m4a",))),
    (4, b"ftyp", FileType("video/mp4", (".mp4", ".mov", ".m4v"))),
)
_IN_ZIP: Final = (
    ("word/document.xml", FileType(f"{_OFFICE}wordprocessingml.document", (".docx",))),
    ("xl/workbook.xml", FileType(f"{_OFFICE}spreadsheetml.sheet", (".xlsx",))),
    ("ppt/presentation.xml", FileType(f"{_OFFICE}presentationml.presentation", (".pptx",))),
)
_TEXT: Final = FileType("text/plain", (".txt", ".csv", ".md"))
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def type_of(data: bytes) -> FileType | None:
    """What these bytes are; None for what we don't keep."""
    for at, mark, found in _MARKS:
        if data[at : at + len(mark)] == mark:
            return found
    if data[:4] == b"PK\x03\x04":
        return _in_zip(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if _CONTROLS.search(text) else _TEXT


def safe_name(name: str, kind: FileType) -> str:
    """The file's name without folders and signs that mislead, ending as its content does."""
    bare = re.split(r"[\\/]", name)[-1]
    bare = " ".join("".join(sign for sign in bare if sign.isprintable()).split()).strip(". ")
    if not bare.lower().endswith(kind.endings):
        bare = f"{bare or 'file'}{kind.endings[0]}"
    stem, dot, ending = bare.rpartition(".")
    return f"{stem[: NAME_MOST - len(ending) - 1]}{dot}{ending}"


def _in_zip(data: bytes) -> FileType | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    return next((found for part, found in _IN_ZIP if part in names), None)
