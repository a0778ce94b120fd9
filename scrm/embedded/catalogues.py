"""Message catalogues compiled with Babel: a bare machine has no msgfmt."""

from pathlib import Path

from scrm.embedded.console import Trouble
from scrm.embedded.paths import ROOT


def ensure() -> int:
    """Compile each catalogue that is newer than its result; say how many."""
    stale = [file for file in sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po")) if _is_stale(file)]
    for file in stale:
        _compile(file)
    return len(stale)


def _is_stale(file: Path) -> bool:
    compiled = file.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < file.stat().st_mtime_ns


def _compile(file: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    try:
        with file.open("rb") as source:
            catalogue = read_po(source, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise Trouble(f"{file.relative_to(ROOT)} can't be read: {error}") from None
    fresh = file.with_suffix(".mo.new")
    with fresh.open("wb") as target:
        write_mo(target, catalogue)
    fresh.replace(file.with_suffix(".mo"))
