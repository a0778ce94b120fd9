"""Pages keep to the policy: no inline script, style or handler, and no third host."""

import re

import pytest

from tests.architecture.tree import ROOT

OFFENCES = {
    "inline style": re.compile(r"<style\b|\sstyle\s*=", re.I),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.I),
    "inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I),
    "htmx that evaluates": re.compile(r"\shx-on|\bhx-vars\b|hx-vals\s*=\s*[\"']js:", re.I),
    "another host": re.compile(r"<(?:script|link|img)\b[^>]*(?:src|href)=[\"'](?:https?:)?//", re.I),
}


def offences_in(text: str) -> list[str]:
    return [name for name, pattern in OFFENCES.items() if pattern.search(text)]


@pytest.mark.parametrize(
    "text",
    [
        "<style>p {}</style>",
        '<p style="color: red">',
        "<script>go()</script>",
        '<button onclick="go()">',
        "<div hx-on:click='go()'>",
        '<script src="https://cdn.example.com/x.js"></script>',
        '<link rel="stylesheet" href="//cdn.example.com/x.css">',
    ],
)
def test_checker_finds_what_is_planted(text):
    assert offences_in(text)


@pytest.mark.parametrize("text", ['<script src="/static/x.js"></script>', '<a href="https://example.com">', "<p>"])
def test_checker_leaves_the_innocent_alone(text):
    assert offences_in(text) == []


def test_templates_keep_to_the_policy():
    pages = [path for path in (ROOT / "templates").rglob("*.html") if "email" not in path.parts]
    found = {str(path.relative_to(ROOT)): offences_in(path.read_text(encoding="utf-8")) for path in pages}

    assert len(pages) > 20
    assert {path: offences for path, offences in found.items() if offences} == {}
