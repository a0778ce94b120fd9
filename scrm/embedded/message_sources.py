"""Finds every string that the product says: in Python and in templates, without GNU gettext."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from scrm.embedded.paths import ROOT

_NOT_OURS = {"node_modules", "var", "tmp", "tests", "benchmarks", "migrations", "embedded", "static"}
_PLURAL, _CONTEXT, _CONTEXT_PLURAL = (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
_KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), _PLURAL),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), _CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), _CONTEXT_PLURAL),
}

# Of the libraries' own strings, those whose Chinese is missing or half English.
_LIBRARIES = {
    "django.contrib.admin": ("Model name", "Add link", "Change or view list link"),
    "django.contrib.auth": ("After you’ve created a user, you’ll be able to edit more user options.",),
    "allauth": ("Username or email", "Email Addresses", "Add Email Address", "Add Email"),
}


@dataclass(frozen=True)
class Said:
    """One string and where it stands; `text` is a pair where it has a plural."""

    text: str | tuple[str, str]
    context: str | None
    place: str


def said() -> Iterator[Said]:
    """In the order of the files and of their lines, so that a new string moves no other."""
    for file in source_files():
        place = file.relative_to(ROOT).as_posix()
        try:
            for text, context in read(file):
                yield Said(text, context, place)
        except (SyntaxError, UnicodeDecodeError) as error:
            raise SyntaxError(f"{place}: {error}") from None
    for library, texts in _LIBRARIES.items():
        yield from (Said(text, None, library) for text in texts)


def source_files() -> list[Path]:
    return sorted(chain(python_files(), template_files()))


def python_files() -> list[Path]:
    return sorted(file for folder in _folders() for file in folder.rglob("*.py") if _is_ours(file))


def template_files() -> list[Path]:
    folders = [folder for folder in ROOT.rglob("templates") if folder.is_dir() and _is_ours(folder)]
    return sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())


def _folders() -> list[Path]:
    return [folder for folder in ROOT.iterdir() if folder.is_dir() and _is_ours(folder)]


def _is_ours(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return not any(part in _NOT_OURS or part.startswith(".") for part in parts)


def read(file: Path) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    from babel.messages.extract import extract

    source = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        source = _as_python(source)
    found = extract("python", io.BytesIO(source.encode()), _KEYWORDS, options={"encoding": "utf-8"})
    for _line, text, _comments, context in found:
        yield (text if isinstance(text, str) else (text[0], text[1])), context


def _as_python(template: str) -> str:
    from django.utils.translation.template import templatize

    # What is left of the template's own text is blanked out, but its indentation means something to Python.
    return "\n".join(line.strip() for line in templatize(template).splitlines())
