"""The promises of docs/design.md: contrast in both themes, weight, icons, nothing inline."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
# Mail clients know no style sheets: mail keeps its styles inline.
TEMPLATES = sorted(file for file in (ROOT / "templates").rglob("*.html") if "email" not in file.parts)
TONES = ("gray", "blue", "green", "amber", "red", "violet", "teal", "pink")
AA = 4.5


def theme(name: str) -> dict[str, str]:
    text = (CSS / "tokens.css").read_text()
    light, dark = text.split('[data-theme="dark"]')
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return colours if name == "light" else {**colours, **dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark))}


def luminance(colour: str) -> float:
    parts = [int(colour[i:j], 16) / 255 for i, j in pairwise((1, 3, 5, 7))]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("ink", ["text", "text-soft", "text-faint", "accent-text", "red-ink"])
@pytest.mark.parametrize("ground", ["canvas", "sunken", "surface", "raised"])
def test_words_on_every_ground_reach_aa(name, ink, ground):
    colours = theme(name)

    assert contrast(colours[ink], colours[ground]) >= AA


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("tone", TONES)
def test_pills_reach_aa(name, tone):
    colours = theme(name)

    assert contrast(colours[f"{tone}-ink"], colours[f"{tone}-soft"]) >= AA


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("ground", ["accent", "danger"])
def test_buttons_reach_aa(name, ground):
    colours = theme(name)

    assert contrast(colours["on-accent"], colours[ground]) >= AA


def test_rep_sheet_stays_light():
    assert (CSS / "rep.css").stat().st_size < 15_000


def test_every_icon_in_use_is_fetched():
    fetched = set((ROOT / "static" / "icons.txt").read_text().split())
    used = {
        name for file in TEMPLATES for name in re.findall(r"(?:{% icon |icon_name=)[\"']([\w-]+)", file.read_text())
    }

    assert used - fetched == set()


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(ROOT)))
def test_template_has_nothing_inline(file):
    found = re.findall(
        r"\sstyle=|<style|\son[a-z]+=[\"']|hx-on|<script(?![^>]*\bsrc=)(?![^>]*application/json)", file.read_text()
    )

    assert found == []
