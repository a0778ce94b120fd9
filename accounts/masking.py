"""Takes phones, e-mail addresses and tokens out of what the audit trail is told. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final

LONGEST: Final = 500

_EMAIL: Final = re.compile(r"([^\s@<>\"',;:]{1,64})@([^\s@<>\"',;:]+\.[^\s@<>\"',;:.]{2,})")
_PHONE: Final = re.compile(r"(?<![\w-])\+?\d(?:[ ()-]?\d){6,13}(?![\w-])")
_TOKEN: Final = re.compile(r"scrm_[0-9a-z]+_[0-9a-f]{16,}")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def masked(value: Any) -> Any:
    """The same value, where every text in it shows of such data as little as a screen would."""
    if isinstance(value, str):
        return _masked_text(value[:LONGEST])
    if isinstance(value, Mapping):
        return {str(name): masked(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(each) for each in value]
    return value


def _masked_text(text: str) -> str:
    text = _TOKEN.sub("scrm_…", text)
    text = _EMAIL.sub(lambda found: f"{found[1][:1]}***@{found[2]}", text)
    return _PHONE.sub(_masked_phone, text)


def _masked_phone(found: re.Match[str]) -> str:
    if _DATE.match(found[0]):
        return found[0]
    digits = re.sub(r"\D", "", found[0])
    return f"{digits[:3]}****{digits[-4:]}"
