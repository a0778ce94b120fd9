"""Decides what fields hold when what was written to them is taken back. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

FieldsSet = Mapping[str, Any]
"""By code: a pair of what a field held and what it was made to hold; None where nothing is said."""


def taken_back(held: Mapping[str, Any], steps: Iterable[FieldsSet]) -> dict[str, Any]:
    """The fields without these steps, the last one first. What holds something else since stays."""
    fields = dict(held)
    for step in steps:
        for code, (before, after) in step.items():
            if fields.get(code) == after:
                fields[code] = before
    return {code: value for code, value in fields.items() if value is not None}
