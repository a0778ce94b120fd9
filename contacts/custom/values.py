"""Decides what a field of a business may hold: how a value is read, kept as JSON, and shown. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext

from contacts.enums import FieldKind, FieldSubject

TEXT_MAX: Final = 500
SEALABLE: Final = (FieldKind.TEXT, FieldKind.NUMBER, FieldKind.DATE)
"""Kinds whose values may be sensitive."""
_TRUE: Final = frozenset(("true", "yes", "1", "on", "y", "是", "对", "有"))
_FALSE: Final = frozenset(("false", "no", "0", "off", "n", "否", "不", "无"))
_REFUSED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINK: Final = re.compile(r"https?://[^\s/@]+(/\S*)?", re.IGNORECASE)
_LIMIT: Final = Decimal(10) ** 15
_SEVERAL: Final = re.compile(r"[,，;；、|]")


class FieldInvalid(ValueError):
    """A value that the field can't hold: `code` for programs, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Shape:
    """What a field holds, and about what; `choices` are its keys with their labels, `default` what it begins with."""

    kind: FieldKind
    choices: tuple[tuple[str, str], ...] = ()
    subject: FieldSubject = FieldSubject.CONTACT
    sealed: bool = False
    default: Any = field(default=None, compare=False)


def read_field(shape: Shape, raw: Any, *, zone: ZoneInfo) -> Any:
    """The value as JSON keeps it, from text or from JSON; None when nothing is said. FieldInvalid when it can't be."""
    if isinstance(raw, str):
        raw = raw.strip()
    if raw is None or raw == "" or raw == []:
        return None
    return _READERS[shape.kind](shape, raw, zone)


def written(held: Mapping[str, Any], read: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """Which fields become others when these values are written, and all that is held then."""
    changed = sorted(code for code, value in read.items() if held.get(code) != value)
    return changed, {code: value for code, value in {**held, **read}.items() if value is not None}


def show_field(shape: Shape, value: Any, *, zone: ZoneInfo) -> str:
    """The value in words, in the language that is active; empty where there is none."""
    if value is None or value == []:
        return ""
    labels = dict(shape.choices)
    match shape.kind:
        case FieldKind.CHOICE:
            return labels.get(value, str(value))
        case FieldKind.CHOICES:
            return ", ".join(labels.get(each, str(each)) for each in value)
        case FieldKind.YES_NO:
            return gettext("Yes") if value else gettext("No")
        case FieldKind.NUMBER | FieldKind.MONEY:
            return number_format(Decimal(value), use_l10n=True, force_grouping=True)
        case FieldKind.DATE:
            return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
        case FieldKind.MOMENT:
            return date_format(datetime.fromisoformat(value).astimezone(zone), "SHORT_DATETIME_FORMAT")
    return str(value)


def may_become(before: FieldKind, after: FieldKind) -> bool:
    """Whether every value of the one kind is a value of the other, as it is kept."""
    return before == after or (before, after) in {
        (FieldKind.LINK, FieldKind.TEXT),
        (FieldKind.CHOICE, FieldKind.TEXT),
        (FieldKind.DATE, FieldKind.TEXT),
        (FieldKind.NUMBER, FieldKind.TEXT),
        (FieldKind.MONEY, FieldKind.TEXT),
        (FieldKind.NUMBER, FieldKind.MONEY),
        (FieldKind.MONEY, FieldKind.NUMBER),
    }


def _text(shape: Shape, raw: Any, zone: ZoneInfo) -> str:
    if not isinstance(raw, str) or len(raw) > TEXT_MAX or _REFUSED.search(raw):
        raise FieldInvalid("bad_text", gettext("A text of at most %(limit)s characters.") % {"limit": TEXT_MAX})
    return raw


def _link(shape: Shape, raw: Any, zone: ZoneInfo) -> str:
    text = _text(shape, raw, zone)
    if not _LINK.fullmatch(text):
        raise FieldInvalid("bad_link", gettext("An address that begins with https://."))
    return text


def _number(shape: Shape, raw: Any, zone: ZoneInfo) -> str:
    try:
        if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
            raise InvalidOperation
        value = Decimal(str(raw).replace(",", "").replace("，", ""))
        if not value.is_finite() or abs(value) >= _LIMIT:
            raise InvalidOperation
    except InvalidOperation as error:
        raise FieldInvalid("bad_number", gettext("A number such as 12.50.")) from error
    places = 2 if shape.kind == FieldKind.MONEY else 6
    return format(round(value, places).normalize() + 0, "f")


def _yes_no(shape: Shape, raw: Any, zone: ZoneInfo) -> bool:
    said = str(raw).casefold()
    if said not in _TRUE | _FALSE:
        raise FieldInvalid("bad_yes_no", gettext("Yes or no."))
    return said in _TRUE


def _date(shape: Shape, raw: Any, zone: ZoneInfo) -> str:
    try:
        return date.fromisoformat(str(raw).replace("/", "-")).isoformat()
    except ValueError as error:
        raise FieldInvalid("bad_date", gettext("A date such as 2026-03-31.")) from error


def _moment(shape: Shape, raw: Any, zone: ZoneInfo) -> str:
    try:
        moment = datetime.fromisoformat(str(raw))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return moment.astimezone(UTC).isoformat()
    except (ValueError, OverflowError) as error:
        raise FieldInvalid("bad_moment", gettext("A date with time, such as 2026-03-31 09:30.")) from error


def _choice(shape: Shape, raw: Any, zone: ZoneInfo) -> str:
    for key, label in shape.choices:
        if raw in (key, label):
            return key
    labels = ", ".join(label for _key, label in shape.choices)[:200]
    raise FieldInvalid("unknown_choice", gettext("One of: %(labels)s.") % {"labels": labels})


def _choices(shape: Shape, raw: Any, zone: ZoneInfo) -> list[str]:
    said = _SEVERAL.split(raw) if isinstance(raw, str) else raw
    if not isinstance(said, Sequence | set):
        raise FieldInvalid("bad_list", gettext("A list of choices."))
    chosen = {_choice(shape, each.strip() if isinstance(each, str) else each, zone) for each in said if each != ""}
    return [key for key, _label in shape.choices if key in chosen]


_READERS: Final[Mapping[FieldKind, Any]] = {
    FieldKind.TEXT: _text,
    FieldKind.LINK: _link,
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _number,
    FieldKind.YES_NO: _yes_no,
    FieldKind.DATE: _date,
    FieldKind.MOMENT: _moment,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
}
