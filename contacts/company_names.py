"""Decides which names of companies may mean the same one, and how a domain is written. Pure."""

import re
from typing import Final

from contacts.finding.keys import fold

_FORMS: Final = re.compile(
    r"(股份有限公司|有限责任公司|集团有限公司|有限公司|分公司|总公司|公司|集团|"
    r"\b(co|company|ltd|limited|inc|incorporated|corp|corporation|llc|llp|plc|gmbh|ag|sa|sarl|bv|pte|pty|group|holdings?)\b)"
)
_DOMAIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
_NO_WORD: Final = re.compile(r"[\W_]+")


def core_of(name: str) -> str:
    """The name without legal form, case, width, spaces and marks; the whole name where nothing would be left."""
    folded = fold(name)
    core = _NO_WORD.sub("", _FORMS.sub(" ", folded))
    return core or _NO_WORD.sub("", folded)


def may_be_one(name: str, other: str) -> bool:
    """Whether the two differ in their legal form and spelling alone."""
    return core_of(name) == core_of(other)


def read_domains(text: str) -> list[str]:
    """Domains out of a text with spaces, commas or lines between them, each once; ValueError names what is none."""
    found = []
    for word in re.split(r"[\s,;，；、]+", text.strip().lower()):
        domain = re.sub(r"^(https?://)?(www\.)?", "", word).partition("/")[0].rstrip(".")
        if word and not (_DOMAIN.fullmatch(domain) and len(domain) <= 253):
            raise ValueError(word)
        if word:
            found.append(domain)
    return list(dict.fromkeys(found))
