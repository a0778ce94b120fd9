"""What a rule may ask about what happened, and about the event at hand."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from events.models import EventType
from events.phrasing import ONE, SEVERAL, narrowed
from scrm.core.conditions import Argument, Fact, Scope, Type
from scrm.core.conditions.json_values import as_number, as_text, number_sql

GROUP = _("Events")
EVENT_GROUP = _("This event")

_ZONE = "(SELECT t.zone FROM public.tenants_tenant t WHERE t.schema_name = current_schema())"
_NUMBER = number_sql("(e.properties ->> %(property)s)")
_SQL = {
    "type": " AND e.type_id = (SELECT t.id FROM events_eventtype t WHERE t.code = %(type)s)",
    "days": " AND e.occurred_at BETWEEN %(now)s - make_interval(hours => 24 * %(days)s) AND %(now)s",
    # Both days included, from midnight to midnight where the business is.
    "since": f" AND e.occurred_at >= (%(since)s::date)::timestamp AT TIME ZONE {_ZONE}",
    "until": f" AND e.occurred_at < (%(until)s::date + 1)::timestamp AT TIME ZONE {_ZONE}",
    "property": " AND e.properties ->> %(property)s IS NOT NULL",
    "equals": " AND e.properties ->> %(property)s = %(equals)s",
    "at_least": f" AND {_NUMBER} >= %(at_least)s",
    "at_most": f" AND {_NUMBER} <= %(at_most)s",
}


def type_choices() -> Iterable[tuple[str, str]]:
    chinese = (get_language() or "").startswith("zh")
    return [(each.code, (chinese and each.name_zh) or each.name) for each in EventType.objects.all()]


def _narrowed(given: frozenset[str]) -> str:
    return "".join(sql for name, sql in _SQL.items() if name in given)


def _from(given: frozenset[str]) -> str:
    return f"FROM events_event e WHERE e.contact_id = c.id{_narrowed(given)}"


def _found(subject: Any, args: Mapping[str, Any], now: datetime) -> list[Mapping[str, Any]]:
    return [event for event in subject["events"] if _fits(event, args, now, ZoneInfo(subject["business_zone"]))]


def _fits(event: Mapping[str, Any], args: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> bool:
    at = event["occurred_at"]
    on, said = at.astimezone(zone).date(), event["properties"].get(args.get("property"))
    number = as_number(said)
    asked = {
        "type": lambda wanted: event["type"] == wanted,
        "days": lambda wanted: now - timedelta(days=wanted) <= at <= now,
        "since": lambda wanted: on >= wanted,
        "until": lambda wanted: on <= wanted,
        "property": lambda wanted: said is not None,
        "equals": lambda wanted: as_text(said) == wanted,
        "at_least": lambda wanted: number is not None and number >= wanted,
        "at_most": lambda wanted: number is not None and number <= wanted,
    }
    return all(holds(args[name]) for name, holds in asked.items() if name in args)


def _moments(subject: Any, args: Mapping[str, Any], now: datetime) -> list[datetime]:
    return [event["occurred_at"] for event in _found(subject, args, now)]


def _sum(subject: Any, args: Mapping[str, Any], now: datetime) -> Decimal:
    said = (as_number(event["properties"].get(args["of"])) for event in _found(subject, args, now))
    return sum((number for number in said if number is not None), Decimal(0))


def _in_order(subject: Any, args: Mapping[str, Any], now: datetime) -> bool:
    within = timedelta(days=args["within"])
    first = _moments(subject, {"type": args["type"]}, now)
    then = _moments(subject, {"type": args["then"], **({"days": args["days"]} if "days" in args else {})}, now)
    return any(timedelta() < b - a <= within for a in first for b in then)


def _in_order_sql(given: frozenset[str]) -> str:
    return f"""
        EXISTS (SELECT 1 FROM events_event e JOIN events_event a ON a.contact_id = e.contact_id
            AND a.occurred_at < e.occurred_at
            AND a.occurred_at >= e.occurred_at - make_interval(hours => 24 * %(within)s)
        WHERE e.contact_id = c.id{_SQL["days"] if "days" in given else ""}
            AND a.type_id = (SELECT t.id FROM events_eventtype t WHERE t.code = %(type)s)
            AND e.type_id = (SELECT t.id FROM events_eventtype t WHERE t.code = %(then)s))
    """


def _property(subject: Any, args: Mapping[str, Any]) -> Any:
    return subject["event"]["properties"].get(args["property"])


def _about(key: str, label: Any, template: Any, which: Any, *first: Argument, **more: Any) -> Fact:
    return Fact(
        key=f"events.{key}",
        label=label,
        group=GROUP,
        arguments=(*first, *_NARROWING),
        wording=narrowed(template, which),
        **more,
    )


_NARROWING = (
    Argument("type", _("type"), Type.CHOICE, choices=type_choices),
    Argument("days", _("in the last days"), Type.DAYS),
    Argument("since", _("from the day"), Type.DATE),
    Argument("until", _("up to the day"), Type.DATE),
    Argument("property", _("property"), Type.TEXT),
    Argument("equals", _("equals"), Type.TEXT, needs="property"),
    Argument("at_least", _("at least"), Type.NUMBER, needs="property"),
    Argument("at_most", _("at most"), Type.NUMBER, needs="property"),
)
_PROPERTY = Argument("property", _("property"), Type.TEXT, required=True)
_TALLY = Fact(
    key="events.count.tally",
    label="",
    type=Type.COUNT,
    rows=True,
    sql=lambda given: f"SELECT e.contact_id, count(*) FROM events_event e WHERE true{_narrowed(given)} GROUP BY 1",
    oracle=lambda subject, args, now: len(_found(subject, args, now)),
)

FACTS = (
    _about(
        "count",
        _("number of events"),
        _("number of %(which)s"),
        SEVERAL,
        type=Type.COUNT,
        sql=lambda given: f"(SELECT count(*) {_from(given)})",
        tally=_TALLY,
        oracle=lambda subject, args, now: len(_found(subject, args, now)),
    ),
    _about(
        "sum",
        _("sum of a property of events"),
        _("sum of %(of)s of %(which)s"),
        SEVERAL,
        Argument("of", _("sum of the property"), Type.TEXT, required=True),
        type=Type.NUMBER,
        always_set=True,
        sql=lambda given: f"(SELECT coalesce(sum({number_sql('(e.properties ->> %(of)s)')}), 0) {_from(given)})",
        oracle=_sum,
    ),
    _about(
        "first_at",
        _("first event"),
        _("first %(which)s"),
        ONE,
        type=Type.MOMENT,
        sql=lambda given: f"(SELECT min(e.occurred_at) {_from(given)})",
        oracle=lambda subject, args, now: min(_moments(subject, args, now), default=None),
    ),
    _about(
        "last_at",
        _("last event"),
        _("last %(which)s"),
        ONE,
        type=Type.MOMENT,
        sql=lambda given: f"(SELECT max(e.occurred_at) {_from(given)})",
        oracle=lambda subject, args, now: max(_moments(subject, args, now), default=None),
    ),
    _about(
        "distinct_days",
        _("number of days with events"),
        _("number of days with %(which)s"),
        SEVERAL,
        type=Type.COUNT,
        sql=lambda given: f"(SELECT count(DISTINCT (e.occurred_at AT TIME ZONE {_ZONE})::date) {_from(given)})",
        oracle=lambda subject, args, now: len(
            {at.astimezone(ZoneInfo(subject["business_zone"])).date() for at in _moments(subject, args, now)}
        ),
    ),
    Fact(
        key="events.in_order",
        label=_("one event and then another"),
        group=GROUP,
        type=Type.BOOLEAN,
        always_set=True,
        arguments=(
            Argument("type", _("first"), Type.CHOICE, required=True, choices=type_choices),
            Argument("then", _("and then"), Type.CHOICE, required=True, choices=type_choices),
            Argument("within", _("within days"), Type.DAYS, required=True),
            Argument("days", _("the second one in the last days"), Type.DAYS),
        ),
        wording=lambda given: (
            _("“%(type)s” and within %(within)s days “%(then)s”, the latter in the last %(days)s days")
            if "days" in given
            else _("“%(type)s” and within %(within)s days “%(then)s”")
        ),
        sql=_in_order_sql,
        oracle=_in_order,
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
