"""Says why something suits somebody, and when a match holds, in the reader's language."""

from collections.abc import Sequence
from functools import reduce

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from audiences.match_models import Match, MatchMoment
from audiences.matching import Cause, Reason


def reasons_told(reasons: Sequence[Reason]) -> str:
    """Such as: in “Shoppers”, bought Care 25 days ago, it’s Friday evening."""
    return _joined([_told(reason) for reason in reasons]) or _("It suits everybody.")


def moment_told(match: Match) -> str:
    """When a match holds; empty where it always does."""
    parts = [_purchase_asked(match), _hour_asked(match)]
    return _joined([part for part in parts if part])


def _told(reason: Reason) -> str:
    match reason.cause:
        case Cause.SEGMENT:
            return _("in the segment “%(name)s”") % {"name": reason.name}
        case Cause.CITY:
            return _("lives in %(city)s") % {"city": reason.name}
        case Cause.NOT_BOUGHT:
            return _not_bought(reason.name)
        case Cause.BOUGHT if reason.days == 0:
            return _("bought %(product)s today") % {"product": _product(reason.name)}
        case Cause.BOUGHT:
            told = ngettext(
                "bought %(product)s %(count)s day ago", "bought %(product)s %(count)s days ago", reason.days
            )
            return told % {"product": _product(reason.name), "count": reason.days}
        case Cause.EXPECTED:
            return _expected(reason)
        case Cause.HOUR:
            return _hour(reason)


def _expected(reason: Reason) -> str:
    said = {"product": _product(reason.name), "count": abs(reason.days)}
    if reason.days == 0:
        return _("expected to buy %(product)s again today") % said
    if reason.days > 0:
        told = ngettext(
            "expected to buy %(product)s again in %(count)s day",
            "expected to buy %(product)s again in %(count)s days",
            reason.days,
        )
    else:
        told = ngettext(
            "expected to buy %(product)s again %(count)s day ago",
            "expected to buy %(product)s again %(count)s days ago",
            -reason.days,
        )
    return told % said


def _hour(reason: Reason) -> str:
    parts = {
        "night": pgettext("part of the day", "night"),
        "morning": pgettext("part of the day", "morning"),
        "noon": pgettext("part of the day", "noon"),
        "afternoon": pgettext("part of the day", "afternoon"),
        "evening": pgettext("part of the day", "evening"),
        "": "",
    }
    said = {"weekday": str(WEEKDAYS[reason.weekday - 1]) if reason.weekday else "", "part": parts[reason.part]}
    if not reason.part:
        return _("it’s %(weekday)s") % said
    return (_("it’s %(weekday)s %(part)s") if reason.weekday else _("it’s %(part)s")) % said


def _not_bought(group: str) -> str:
    return _("has not bought %(product)s yet") % {"product": group} if group else _("has not bought anything yet")


def _product(group: str) -> str:
    return group or _("something")


def _purchase_asked(match: Match) -> str:
    said = {"product": _product(match.product_group), "from": match.from_day or 0, "to": match.to_day}
    if match.moment == MatchMoment.NOT_BOUGHT:
        return _not_bought(match.product_group)
    if match.moment == MatchMoment.EXPECTED:
        said["to"] = match.to_day or 0
        return _("from %(from)s days before to %(to)s days after %(product)s is expected again") % said
    if match.moment == MatchMoment.BOUGHT:
        if match.to_day is not None:
            return _("%(from)s to %(to)s days after buying %(product)s") % said
        if match.from_day:
            return _("%(from)s days or more after buying %(product)s") % said
        return _("has bought %(product)s") % said
    return ""


def _hour_asked(match: Match) -> str:
    days = _joined([str(WEEKDAYS_ABBR[day - 1]) for day in sorted(match.weekdays)])
    if match.from_time is None and match.to_time is None:
        return days
    ends = [time_format(each, "H:i") if each else "" for each in (match.from_time, match.to_time)]
    return f"{days} {ends[0] or '00:00'}–{ends[1] or '24:00'}".strip()


def _joined(parts: Sequence[str]) -> str:
    if not parts:
        return ""
    return reduce(lambda before, after: _("%(before)s, %(after)s") % {"before": before, "after": after}, parts)
