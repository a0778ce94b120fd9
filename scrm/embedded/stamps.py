"""Work that need not be done again: a hash of what it depends on, kept beside its result."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from scrm.embedded.paths import ROOT


def of_schema() -> str:
    """Changes when the tables might: migrations, settings, or what is installed."""
    files = [*ROOT.glob("*/migrations/*.py"), ROOT / "scrm" / "settings.py", ROOT / "requirements.txt"]
    return of_files(files)


def of_files(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.relative_to(ROOT)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def holds(file: Path, value: str) -> bool:
    return file.exists() and file.read_text() == value


def leave(file: Path, value: str) -> None:
    file.write_text(value)
