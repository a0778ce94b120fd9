"""What a rule may ask about what happened, and about the event at hand."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.models import EventType
from scrm.core.conditions import Argument, Fact, Scope, Type
from scrm.core.conditions.json_values import as_number, as_text

GROUP = _("Events")
EVENT_GROUP = _("This event")

_TYPE, _DAYS, _WHERE = frozenset({"type"}), frozenset({"days"}), frozenset({"property", "equals"})

_COUNT_WORDING = {
    frozenset(): _("number of events"),
    _TYPE: _("number of “%(type)s” events"),
    _DAYS: _("number of events in the last %(days)s days"),
    _TYPE | _DAYS: _("number of “%(type)s” events in the last %(days)s days"),
    _WHERE: _("number of events where %(property)s is %(equals)s"),
    _TYPE | _WHERE: _("number of “%(type)s” events where %(property)s is %(equals)s"),
    _DAYS | _WHERE: _("number of events in the last %(days)s days where %(property)s is %(equals)s"),
    _TYPE | _DAYS | _WHERE: _("number of “%(type)s” events in the last %(days)s days where %(property)s is %(equals)s"),
}
_LAST_WORDING = {
    frozenset(): _("last event"),
    _TYPE: _("last “%(type)s” event"),
    _WHERE: _("last event where %(property)s is %(equals)s"),
    _TYPE | _WHERE: _("last “%(type)s” event where %(property)s is %(equals)s"),
}
_SQL = {
    "type": " AND e.type_id = (SELECT t.id FROM events_eventtype t WHERE t.code = %(type)s)",
    "days": " AND e.occurred_at BETWEEN %(now)s - make_interval(hours => 24 * %(days)s) AND %(now)s",
    "equals": " AND e.properties ->> %(property)s = %(equals)s",
}


def type_choices() -> Iterable[tuple[str, str]]:
    chinese = (get_language() or "").startswith("zh")
    return [(each.code, (chinese and each.name_zh) or each.name) for each in EventType.objects.all()]


def _from(given: frozenset[str]) -> str:
    narrowed = "".join(sql for name, sql in _SQL.items() if name in given)
    return f"FROM events_event e WHERE e.contact_id = c.id{narrowed}"


def _found(subject: Any, args: Mapping[str, Any], now: datetime) -> Iterator[datetime]:
    since = now - timedelta(days=args.get("days", 0))
    for event in subject["events"]:
        if "type" in args and event["type"] != args["type"]:
            continue
        if "days" in args and not since <= event["occurred_at"] <= now:
            continue
        if "equals" in args and as_text(event["properties"].get(args["property"])) != args["equals"]:
            continue
        yield event["occurred_at"]


def _property(subject: Any, args: Mapping[str, Any]) -> Any:
    return subject["event"]["properties"].get(args["property"])


_TYPE_ARGUMENT = Argument("type", _("type"), Type.CHOICE, choices=type_choices)
_WHERE_ARGUMENTS = (
    Argument("property", _("property"), Type.TEXT, needs="equals"),
    Argument("equals", _("equals"), Type.TEXT, needs="property"),
)
_PROPERTY = Argument("property", _("property"), Type.TEXT, required=True)

FACTS = (
    Fact(
        key="events.count",
        label=_("number of events"),
        group=GROUP,
        type=Type.COUNT,
        arguments=(_TYPE_ARGUMENT, Argument("days", _("in the last days"), Type.DAYS), *_WHERE_ARGUMENTS),
        wording=_COUNT_WORDING.__getitem__,
        sql=lambda given: f"(SELECT count(*) {_from(given)})",
        oracle=lambda subject, args, now: len(list(_found(subject, args, now))),
    ),
    Fact(
        key="events.last_at",
        label=_("last event"),
        group=GROUP,
        type=Type.MOMENT,
        arguments=(_TYPE_ARGUMENT, *_WHERE_ARGUMENTS),
        wording=_LAST_WORDING.__getitem__,
        sql=lambda given: f"(SELECT max(e.occurred_at) {_from(given)})",
        oracle=lambda subject, args, now: max(_found(subject, args, now), default=None),
    ),
    Fact(
        key="event.type",
        label=_("type of this event"),
        group=EVENT_GROUP,
        type=Type.CHOICE,
        scope=Scope.EVENT,
        choices=type_choices,
        oracle=lambda subject, args, now: subject["event"]["type"],
    ),
    Fact(
        key="event.text",
        label=_("property of this event"),
        group=EVENT_GROUP,
        type=Type.TEXT,
        scope=Scope.EVENT,
        arguments=(_PROPERTY,),
        wording=lambda given: _("property %(property)s of this event"),
        oracle=lambda subject, args, now: as_text(_property(subject, args)),
    ),
    Fact(
        key="event.number",
        label=_("property of this event, as a number"),
        group=EVENT_GROUP,
        type=Type.NUMBER,
        scope=Scope.EVENT,
        arguments=(_PROPERTY,),
        wording=lambda given: _("property %(property)s of this event"),
        oracle=lambda subject, args, now: as_number(_property(subject, args)),
    ),
    Fact(
        key="event.occurred_at",
        label=_("moment of this event"),
        group=EVENT_GROUP,
        type=Type.MOMENT,
        scope=Scope.EVENT,
        oracle=lambda subject, args, now: subject["event"]["occurred_at"],
    ),
)
