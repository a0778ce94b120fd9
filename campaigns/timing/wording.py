"""Time rules as people say them, in the reader's language. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.timing.anchors import Offset


def offset_words(offset: Offset, fields: Mapping[str, str] | None = None) -> str:
    """The rule in words. `fields`: names of dates of contacts by their code."""
    said = _said(offset, fields or {})
    times = offset.get("times", 1)
    if times == 1:
        return said
    return ngettext("%(when)s, %(count)s time", "%(when)s, %(count)s times", times) % {"when": said, "count": times}


def weekday_names() -> list[str]:
    """Monday to Sunday."""
    return [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]


def _said(offset: Offset, fields: Mapping[str, str]) -> str:
    n = offset.get("n", 0)
    words: dict[str, Any] = {"n": n, "at": offset.get("at")}
    match offset["kind"]:
        case "weekday":
            return _weekday(n, words | {"day": weekday_names()[offset["weekday"]]})
        case "monthly":
            return _("Day %(day)s of the month at %(at)s") % (words | {"day": offset["day"]})
        case "fixed":
            day = formats.date_format(date.fromisoformat(offset["date"]), "DATE_FORMAT")
            return _("%(day)s at %(at)s") % (words | {"day": day})
        case "date":
            return _around(n, fields.get(offset["field"], offset["field"]), words)
        case "next_order":
            return _around(n, _("Expected next order"), words)
    return _counted(offset["kind"], n) % words


def _counted(kind: str, n: int) -> str:
    """The words for so many of something after T, to be filled in."""
    match kind:
        case "immediately":
            return _("At once")
        case "minutes":
            return ngettext("T+%(n)s minute", "T+%(n)s minutes", n)
        case "hours":
            return ngettext("T+%(n)s hour", "T+%(n)s hours", n)
        case "days":
            return ngettext("T+%(n)s day at %(at)s", "T+%(n)s days at %(at)s", n)
        case "weeks":
            return ngettext("T+%(n)s week at %(at)s", "T+%(n)s weeks at %(at)s", n)
        case "weekend":
            return _("Next weekend at %(at)s")
        case "workdays" if not n:
            return _("Next working day at %(at)s")
        case "workdays":
            return ngettext("T+%(n)s working day at %(at)s", "T+%(n)s working days at %(at)s", n)
    return ngettext(
        "T+%(n)s day when they usually buy, else at %(at)s", "T+%(n)s days when they usually buy, else at %(at)s", n
    )


def _weekday(n: int, words: Mapping[str, Any]) -> str:
    if not n:
        return _("Next %(day)s at %(at)s") % words
    return (
        ngettext("%(n)s week after the next %(day)s at %(at)s", "%(n)s weeks after the next %(day)s at %(at)s", n)
        % words
    )


def _around(n: int, what: str, words: Mapping[str, Any]) -> str:
    told = {**words, "n": abs(n), "date": what}
    if not n:
        return _("%(date)s at %(at)s") % told
    if n < 0:
        return ngettext("%(n)s day before: %(date)s, at %(at)s", "%(n)s days before: %(date)s, at %(at)s", -n) % told
    return ngettext("%(n)s day after: %(date)s, at %(at)s", "%(n)s days after: %(date)s, at %(at)s", n) % told
