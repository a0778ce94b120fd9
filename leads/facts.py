"""What a rule may ask about enquiries: the contact's newest lead, and all of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.facts import user_choices
from leads.enums import LeadOrigin, LeadStatus, LinkKind, Rating
from leads.models import EntryLink, Source
from scrm.core.conditions import Argument, Fact, Family, Kept, Type
from scrm.core.conditions.json_values import as_number, as_text, number_sql

GROUP = _("Lead")

_NEWEST = "(SELECT {value} FROM leads_lead l WHERE l.contact_id = c.id ORDER BY l.captured_at DESC, l.id DESC LIMIT 1)"
_ATTRIBUTE = "l.attributes ->> %(name)s"
_SOURCES = "SELECT s.id, s.id::text FROM leads_source s"
ENQUIRED = Family("source", "SELECT l.contact_id, l.source_id FROM leads_lead l WHERE l.source_id IS NOT NULL")
ENQUIRED_LAST = Family(
    "latest",
    "SELECT l.contact_id, l.source_id FROM leads_lead l WHERE l.source_id IS NOT NULL AND NOT EXISTS ("
    "SELECT FROM leads_lead n WHERE n.contact_id = l.contact_id AND (n.captured_at, n.id) > (l.captured_at, l.id))",
)
_NAME = Argument("name", _("attribute"), Type.TEXT, required=True)


def source_choices() -> Iterable[tuple[str, str]]:
    return [(str(source.pk), source.name) for source in Source.objects.all()]


def link_choices() -> Iterable[tuple[str, str]]:
    # A customer's own link bears the customer's name, which not everybody may read.
    rows = EntryLink.objects.exclude(kind=LinkKind.REFERRAL).order_by("name", "pk")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def _touches(subject: Any) -> list[Mapping[str, Any]]:
    """All touches of the contact, the first one first."""
    found = [touch for lead in subject["leads"] for touch in lead["touches"]]
    return sorted(found, key=lambda touch: (touch["at"], touch["id"]))


def _newest(subject: Any) -> Mapping[str, Any]:
    return max(subject["leads"], key=lambda lead: (lead["captured_at"], lead["id"]), default={})


def _count(subject: Any, args: Mapping[str, Any], now: datetime) -> int:
    return sum("status" not in args or lead["status"] == args["status"] for lead in subject["leads"])


def _count_sql(given: frozenset[str]) -> str:
    narrowed = " AND l.status = %(status)s" if "status" in given else ""
    return f"(SELECT count(*) FROM leads_lead l WHERE l.contact_id = c.id{narrowed})"


def _column(name: str, label: Any, sql: str = "", **more: Any) -> Fact:
    return Fact(
        key=f"lead.{name}",
        label=label,
        group=GROUP,
        sql=_NEWEST.format(value=sql or f"l.{name}"),
        oracle=lambda subject, args, now: _newest(subject).get(name),
        **{"type": Type.TEXT, **more},
    )


FACTS = (
    _column("status", _("lead status"), type=Type.CHOICE, choices=lambda: LeadStatus.choices),
    _column(
        "source",
        _("lead source"),
        "l.source_id::text",
        type=Type.CHOICE,
        choices=source_choices,
        kept=Kept(ENQUIRED_LAST, _SOURCES),
    ),
    _column("came_by", _("way in"), type=Type.CHOICE, choices=lambda: LeadOrigin.choices),
    _column("origin", _("origin of the lead")),
    _column("owner", _("owner of the lead"), "l.owner_id::text", type=Type.CHOICE, choices=user_choices),
    _column("rating", _("rating"), type=Type.CHOICE, choices=lambda: Rating.choices),
    _column("score", _("score"), type=Type.NUMBER),
    _column("captured_at", _("lead captured"), type=Type.MOMENT),
    Fact(
        key="lead.attribute",
        label=_("attribute of the lead"),
        group=GROUP,
        type=Type.TEXT,
        arguments=(_NAME,),
        wording=lambda given: _("lead attribute %(name)s"),
        sql=_NEWEST.format(value=_ATTRIBUTE),
        oracle=lambda subject, args, now: as_text(_newest(subject).get("attributes", {}).get(args["name"])),
    ),
    Fact(
        key="lead.attribute_number",
        label=_("attribute of the lead, as a number"),
        group=GROUP,
        type=Type.NUMBER,
        arguments=(_NAME,),
        wording=lambda given: _("lead attribute %(name)s"),
        sql=_NEWEST.format(value=number_sql(f"({_ATTRIBUTE})")),
        oracle=lambda subject, args, now: as_number(_newest(subject).get("attributes", {}).get(args["name"])),
    ),
    Fact(
        key="lead.sources",
        label=_("sources of all leads"),
        group=GROUP,
        type=Type.KEYS,
        choices=source_choices,
        sql="SELECT l.contact_id, l.source_id::text FROM leads_lead l WHERE l.source_id IS NOT NULL",
        oracle=lambda subject, args, now: {lead["source"] for lead in subject["leads"] if lead["source"]},
        kept=Kept(ENQUIRED, _SOURCES),
    ),
    Fact(
        key="lead.count",
        label=_("number of leads"),
        group=GROUP,
        type=Type.COUNT,
        arguments=(Argument("status", _("lead status"), Type.CHOICE, choices=lambda: LeadStatus.choices),),
        wording=lambda given: _("number of leads that are %(status)s") if given else _("number of leads"),
        sql=_count_sql,
        oracle=_count,
    ),
    _column(
        "link",
        _("entry link of the lead"),
        "(SELECT t.link_id::text FROM leads_touch t WHERE t.lead_id = l.id AND t.brought)",
        type=Type.CHOICE,
        choices=link_choices,
    ),
    Fact(
        key="lead.links",
        label=_("entry links of all leads"),
        group=GROUP,
        type=Type.KEYS,
        choices=link_choices,
        sql="SELECT t.contact_id, t.link_id::text FROM leads_touch t WHERE t.link_id IS NOT NULL",
        oracle=lambda subject, args, now: {touch["link"] for touch in _touches(subject) if touch["link"]},
    ),
    Fact(
        key="lead.first_link",
        label=_("entry link of the first touch"),
        group=GROUP,
        type=Type.CHOICE,
        choices=link_choices,
        sql="(SELECT t.link_id::text FROM leads_touch t WHERE t.contact_id = c.id ORDER BY t.at, t.id LIMIT 1)",
        oracle=lambda subject, args, now: next((touch["link"] for touch in _touches(subject)), None),
    ),
)
