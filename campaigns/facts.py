"""What a rule may ask about touches: what was sent, and what of it was opened."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from campaigns.enums import Channel, TouchState
from campaigns.models import Campaign, Sop
from scrm.core.conditions import Argument, Fact, Type

GROUP: Final = _("Touches")


def sop_choices() -> Iterable[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Sop.objects.values_list("pk", "name")]


def campaign_choices() -> Iterable[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Campaign.objects.values_list("pk", "name")]


_DAYS: Final = Argument("days", _("in the last days"), Type.DAYS)
_WHICH: Final = (
    Argument("channel", _("channel"), Type.CHOICE, choices=lambda: Channel.choices),
    Argument("sop", _("SOP"), Type.CHOICE, choices=sop_choices),
    Argument("campaign", _("campaign"), Type.CHOICE, choices=campaign_choices),
)
_SQL: Final = {
    "channel": " AND y.channel = %(channel)s",
    "sop": " AND y.sop_id::text = %(sop)s",
    "campaign": " AND s.campaign_id::text = %(campaign)s",
    "days": " AND w.sent_at BETWEEN %(now)s - make_interval(hours => 24 * %(days)s) AND %(now)s",
}
_WRAPPERS: Final = {
    "channel": _("%(phrase)s by %(channel)s"),
    "sop": _("%(phrase)s of the SOP “%(sop)s”"),
    "campaign": _("%(phrase)s of the campaign “%(campaign)s”"),
    "days": _("%(phrase)s in the last %(days)s days"),
}


def _worded(start: Any) -> Callable[[frozenset[str]], Any]:
    def wording(given: frozenset[str]) -> str:
        kept, phrase = {name: f"%({name})s" for name in given}, str(start)
        for name, wrapper in _WRAPPERS.items():
            if name in given:
                phrase = str(wrapper) % {**kept, "phrase": phrase}
        return phrase

    return lazy(wording, str)


def _from(given: frozenset[str], more: str = "") -> str:
    narrowing = "".join(sql for name, sql in _SQL.items() if name in given)
    joined = " JOIN campaigns_lane y ON y.id = w.lane_id" if given & {"channel", "sop", "campaign"} else ""
    joined += " JOIN campaigns_sop s ON s.id = y.sop_id" if "campaign" in given else ""
    return (
        f"FROM campaigns_touchpoint w{joined} "
        f"WHERE w.contact_id = c.id AND w.state = {TouchState.SENT:d}{narrowing}{more}"
    )


def _sent(subject: Any, args: Mapping[str, Any], now: datetime) -> list[Mapping[str, Any]]:
    since = now - timedelta(days=args.get("days", 0))
    return [
        touch
        for touch in subject["sent"]
        if all(touch[name] == args[name] for name in ("channel", "sop", "campaign") if name in args)
        and ("days" not in args or since <= touch["at"] <= now)
    ]


_OPENED: Final = """ AND EXISTS (
    SELECT 1 FROM content_trackedlink k JOIN content_pageview v ON v.link_id = k.id
    WHERE k.contact_id = w.contact_id AND k.touchpoint_id = w.id)"""

FACTS: Final = (
    Fact(
        key="touches.count",
        label=_("number of touches sent"),
        group=GROUP,
        type=Type.COUNT,
        arguments=(*_WHICH, _DAYS),
        wording=_worded(_("number of touches sent")),
        sql=lambda given: f"(SELECT count(*) {_from(given)})",
        oracle=lambda subject, args, now: len(_sent(subject, args, now)),
    ),
    Fact(
        key="touches.opened",
        label=_("number of touches whose link was opened"),
        group=GROUP,
        type=Type.COUNT,
        arguments=(*_WHICH, _DAYS),
        wording=_worded(_("number of touches whose link was opened")),
        sql=lambda given: f"(SELECT count(*) {_from(given, _OPENED)})",
        oracle=lambda subject, args, now: sum(touch["opened"] for touch in _sent(subject, args, now)),
    ),
    Fact(
        key="touches.last_at",
        label=_("last touch sent"),
        group=GROUP,
        type=Type.MOMENT,
        arguments=_WHICH,
        wording=_worded(_("last touch sent")),
        sql=lambda given: f"(SELECT max(w.sent_at) {_from(given)})",
        oracle=lambda subject, args, now: max((touch["at"] for touch in _sent(subject, args, now)), default=None),
    ),
)
