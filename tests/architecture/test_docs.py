"""What the documentation points at is there."""

import re

import pytest

from tests.architecture.tree import ROOMS, ROOT

PAGES = ["README.md", "CONTRIBUTING.md", *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").rglob("*.md")))]
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
_PATH = re.compile(rf"`((?:{'|'.join([*ROOMS, 'scrm', 'tests', 'templates', 'static', 'bin', 'docs'])})/[\w./-]+)`")


def missing_in(text: str, folder) -> list[str]:
    links = [target for target in _LINK.findall(text) if not (folder / target).exists()]
    return links + [path for path in _PATH.findall(text) if not (ROOT / path).exists()]


def test_checker_finds_what_is_planted():
    text = "See [this](nowhere.md) and `leads/nowhere.py`, but [that](../README.md) and `leads/enums.py` are there."

    assert missing_in(text, ROOT / "docs") == ["nowhere.md", "leads/nowhere.py"]


@pytest.mark.parametrize("page", PAGES)
def test_page_points_at_what_is_there(page):
    path = ROOT / page

    assert missing_in(path.read_text(encoding="utf-8"), path.parent) == []
