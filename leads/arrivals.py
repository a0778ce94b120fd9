"""Decides what an arrival says about its lead, whether it can be kept, and what it changes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext

from contacts.enums import ChannelKind, ConsentPurpose, FieldSubject
from contacts.inputs import ConsentInput, PersonInput
from exchange.problems import Problem
from leads.enums import LeadOrigin, LeadStatus, Rating
from leads.inputs import Arrival, LeadInput
from leads.row_reading import LONGEST
from scrm.core.crypto import TenantKeys, blind_indexes

DEDUPE_KEY_MAX: Final = 120
_SHOWN: Final = 200

# Who types into a public form may be anybody; a system of record corrects what it said before.
_MAY_OVERWRITE: Final = frozenset({LeadOrigin.API, LeadOrigin.IMPORT, LeadOrigin.HAND})
# Asked of each row: a look at an enumeration's values takes microseconds.
_STATUSES: Final = frozenset(LeadStatus.values)
_RATINGS: Final = frozenset(Rating.values)
_GATHERED: Final = ("attributes", "fields", "lead_fields", "sealed", "agreed", "tags")
_said_of = attrgetter(*(each.name for each in fields(LeadInput) if each.name not in ("row", "identities", *_GATHERED)))
# What no text that can be stored holds.
_BETWEEN: Final = "\0"
_END: Final = {LeadStatus.WON: "won_at", LeadStatus.LOST: "lost_at"}


@dataclass(frozen=True, slots=True)
class LeadValues:
    """A lead as an arrival says it is; what is empty is not said."""

    source_id: UUID | None = None
    form_id: UUID | None = None
    form_version: int | None = None
    status: str = ""
    rating: str = ""
    origin: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    utm: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    captured_at: datetime | None = None


def problems_of(arrival: Arrival, parts: Sequence[str] = ()) -> list[Problem]:
    """Why an arrival can't be kept; empty when it can. `parts` are what `all_said` gives, where it was asked."""
    lead = arrival.lead
    found = []
    for name, limit in LONGEST.items():
        said = getattr(lead, name)
        if len(said) > limit:
            reason = gettext("The text is longer than %(limit)s characters.") % {"limit": limit}
            found.append(Problem(lead.row, name, said[:_SHOWN], reason, gettext("Shorten it.")))
    if not arrival.dedupe_key or len(arrival.dedupe_key) > DEDUPE_KEY_MAX:
        reason = gettext("The key of the lead is empty or longer than %(limit)s characters.")
        fix = gettext("Give each lead a short key of its own.")
        found.append(Problem(lead.row, "dedupe_key", "", reason % {"limit": DEDUPE_KEY_MAX}, fix))
    strange = _unstorable("".join(parts or all_said(arrival)))
    if strange:
        reason = gettext("The value holds the control character U+%(code)s.") % {"code": f"{ord(strange):04X}"}
        found.append(Problem(lead.row, "", "", reason, gettext("Remove it.")))
    return found


def _unstorable(text: str) -> str:
    """The first character that neither PostgreSQL nor UTF-8 takes: NUL or half a surrogate pair."""
    # A search by pattern takes a hundred times as long, for each row.
    if "\0" in text:
        return "\0"
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return text[error.start]
    return ""


def all_said(arrival: Arrival) -> list[str]:
    """All that an arrival says: equal for equal arrivals, wherever they stand in a file."""
    lead = arrival.lead
    said = list(map(str, _said_of(lead)))
    said += [f"{name}={value}" for name, value in sorted(lead.attributes.items())]
    said.append("")
    said += [f"{name}={value}" for name, value in sorted(arrival.utm.items())]
    said.append("")
    said += lead.tags
    said.append("")
    said += [f"{each.kind}:{each.key}" for each in lead.identities]
    said.append("")
    said += [f"{each.channel}:{each.given}:{each.text_version}" for each in arrival.consents]
    if lead.agreed:
        said += ["", *(f"{code}={given}" for code, given in sorted(lead.agreed.items()))]
    if lead.fields:
        said += ["", *(f"{code}={value}" for code, value in sorted(lead.fields.items()))]
    if lead.lead_fields:
        said += ["", *(f"{code}={value}" for code, value in sorted(lead.lead_fields.items()))]
    if lead.sealed:
        said += ["", *(f"{code}={value}" for code, value in sorted(lead.sealed.items()))]
    if arrival.link_id is not None:
        said.append(str(arrival.link_id))
    return [*said, arrival.came_by, str(arrival.form_id)]


def said_digest(arrival: Arrival, keys: TenantKeys) -> bytes:
    """A keyed fingerprint of all that an arrival says."""
    return said_digests([all_said(arrival)], keys)[0]


def said_digests(said: Iterable[Sequence[str]], keys: TenantKeys) -> list[bytes]:
    """A keyed fingerprint of each that `all_said` gave."""
    return blind_indexes(map(_BETWEEN.join, said), keys=keys, purpose="lead.said")


def merged(arrivals: Iterable[Arrival]) -> Arrival:
    """Several arrivals of one enquiry as one: what comes later replaces, what it leaves out stays."""
    first, *others = arrivals
    lead = replace(first.lead) if others else first.lead
    for other in others:
        for each in fields(LeadInput):
            said = getattr(other.lead, each.name)
            if each.name != "row" and said not in ("", None, False):
                setattr(lead, each.name, _joined(each.name, getattr(lead, each.name), said))
        first = replace(
            first,
            lead=lead,
            form_id=other.form_id or first.form_id,
            form_version=other.form_version or first.form_version,
            owner_id=other.owner_id or first.owner_id,
            suggested_owner_id=other.suggested_owner_id or first.suggested_owner_id,
            department_id=other.department_id or first.department_id,
            tag_ids=tuple(dict.fromkeys((*first.tag_ids, *other.tag_ids))),
            link_id=other.link_id or first.link_id,
            touched_at=other.touched_at or first.touched_at,
            utm={**first.utm, **other.utm},
            consents=(*first.consents, *other.consents),
        )
    return first


def person_of(arrival: Arrival) -> PersonInput:
    """What an arrival says about its person."""
    lead = arrival.lead
    barred = [ChannelKind.EMAIL] * lead.do_not_email + [ChannelKind.CALL] * lead.do_not_call
    said = [_consent(code, given) for code, given in lead.agreed.items()]
    barred += [each.channel for each in said if not each.given and each.purpose == ConsentPurpose.MARKETING]
    return PersonInput(
        identities=lead.identities,
        name=lead.name,
        company=lead.company,
        city=lead.city,
        country=lead.country,
        zone=lead.timezone,
        note=lead.note,
        barred=tuple(barred),
        consents=(*arrival.consents, *said),
        provenance=arrival.came_by,
        overwrites=arrival.came_by in _MAY_OVERWRITE,
        fields=lead.fields,
        sealed=lead.sealed,
    )


def _consent(code: str, given: bool) -> ConsentInput:
    if code in ChannelKind.values:
        return ConsentInput(ChannelKind(code), given)
    return ConsentInput(ChannelKind.ALL, given, ConsentPurpose(code))


def values_of(arrival: Arrival, source_id: UUID | None) -> LeadValues:
    """What the arrival says about its lead; words that are no status or rating of ours stay as attributes."""
    lead = arrival.lead
    attributes: dict[str, Any] = dict(lead.attributes)
    status, rating = lead.status.casefold(), lead.rating.upper()
    if status not in _STATUSES:
        attributes |= {"status": lead.status} if status else {}
        status = ""
    if rating not in _RATINGS:
        attributes |= {"rating": lead.rating} if rating else {}
        rating = ""
    if lead.region:
        attributes["region"] = lead.region
    return LeadValues(
        source_id=source_id,
        form_id=arrival.form_id,
        form_version=arrival.form_version,
        status=LeadStatus.WON if lead.converted else status,
        rating=rating,
        origin=lead.origin,
        attributes=attributes,
        utm=arrival.utm,
        fields=lead.lead_fields,
        captured_at=lead.captured_at,
    )


def with_defaults(values: LeadValues, defaults: Mapping[str, Mapping[str, Any]]) -> LeadValues:
    """A new lead as it is said to be, its fields as they begin where nothing is said."""
    held = defaults.get(FieldSubject.LEAD, {})
    if not held and None not in values.fields.values():
        return values
    said = {**held, **values.fields}
    return replace(values, fields={code: value for code, value in said.items() if value is not None})


def status_of_new(values: LeadValues, owner_id: UUID | None) -> str:
    """Where a new lead begins."""
    if values.status and values.status != LeadStatus.NEW:
        return values.status
    return LeadStatus.NEW if owner_id is None else LeadStatus.ASSIGNED


def changes_of(kept: Mapping[str, Any], values: LeadValues, now: datetime) -> dict[str, Any]:
    """The columns of a lead that an arrival of the same lead changes; a status only moves on."""
    changed: dict[str, Any] = {}
    for name in ("source_id", "form_id", "form_version", "rating", "origin", "captured_at"):
        said = getattr(values, name)
        if said and said != kept[name]:
            changed[name] = said
    for name in ("attributes", "utm", "fields"):
        said = {key: value for key, value in getattr(values, name).items() if value is not None}
        if said and {**kept[name], **said} != kept[name]:
            changed[name] = {**kept[name], **said}
    if _moves_on(kept["status"], values.status):
        changed["status"] = values.status
        if values.status in _END:
            changed[_END[LeadStatus(values.status)]] = now
    return changed


def _moves_on(status: str, said: str) -> bool:
    order = (LeadStatus.NEW, LeadStatus.ASSIGNED, LeadStatus.WORKING, LeadStatus.LOST, LeadStatus.WON)
    return bool(said) and order.index(LeadStatus(said)) > order.index(LeadStatus(status))


def _joined(name: str, before: Any, said: Any) -> Any:
    match name:
        case "identities":
            return tuple(dict.fromkeys((*before, *said)))
        case "tags":
            return list(dict.fromkeys([*before, *said]))
        case "attributes" | "fields" | "lead_fields" | "sealed" | "agreed":
            return {**before, **said}
        case "note":
            return before if said in before else "\n".join(filter(None, [before, said]))
    return said
