"""Decides by what code a thing is called that people named. Pure."""

import re
from typing import Final

from contacts.finding.keys import fold
from contacts.finding.sounds import readings

_NO_CODE: Final = re.compile(r"[^a-z0-9]+")


def code_out_of(label: str, longest: int) -> str:
    """Letters, digits and _ of a label, in pinyin where it is Chinese; empty where nothing is left."""
    spoken = "".join(f" {readings(each)[0]} " if readings(each) else each for each in fold(label))
    return _NO_CODE.sub("_", spoken).strip("_")[:longest].strip("_")
