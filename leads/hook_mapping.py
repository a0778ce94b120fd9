"""Decides what the fields of a pushed payload become: leads, with their keys, UTM and consent, or problems. Pure."""

import re
from collections.abc import Mapping as Values
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from contacts.custom.kinds import NO_KINDS, OwnKind, OwnKinds
from contacts.enums import ChannelKind
from contacts.inputs import ConsentInput
from contacts.normalise import InvalidValue
from exchange.payloads import flatten, items_at, list_paths
from exchange.problems import Problem
from exchange.reader import Row
from leads.field_readings import NO_SHAPES, OwnField, Shapes
from leads.guessing import guess_mapping
from leads.inputs import LeadInput, names_somebody
from leads.mapping import (
    ATTRIBUTE,
    CONSENT_TARGETS,
    FIELD,
    IDENTITY,
    TARGETS,
    InvalidMapping,
    is_identity,
    is_named,
)
from leads.mapping import Column as LeadColumn
from leads.mapping import Mapping as LeadMapping
from leads.readings import read_boolean, read_text
from leads.row_reading import apply

EVENT_ID: Final = "event_id"
"""Names the whole message: it is taken in once however often it comes."""
LEAD_KEY: Final = "lead_key"
"""Names one lead: what comes later about the same one changes it."""
CONSENT: Final = "consent"
UTM: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
OWN_TARGETS: Final = (EVENT_ID, LEAD_KEY, CONSENT, *UTM)
HOOK_TARGETS: Final = (*(target for target in TARGETS if target not in ("ignore", *CONSENT_TARGETS)), *OWN_TARGETS)

_MOST_FIELDS: Final = 200
_UTM_MAX: Final = 200
_SHOWN: Final = 80
_LEAF: Final = re.compile(r"\[([^\[\]]*)\]$")
_CONSENT_NAMES: Final = re.compile(r"consent|opt.?in|privacy|agree|同意|授权", re.IGNORECASE)
_EVENT_NAMES: Final = frozenset({"event_id", "eventid", "message_id", "delivery_id", "request_id", "notify_id"})
_KEY_NAMES: Final = frozenset({"lead_id", "leadid", "entry_id", "response_id", "submission_id", "registration_id"})


@dataclass(frozen=True, slots=True)
class HookMapping:
    """Where the leads stand in a payload, and what each path of one becomes; paths of the whole begin with `$.`."""

    items: str = ""
    fields: Values[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"items": self.items, "fields": dict(self.fields)}

    @property
    def own(self) -> dict[str, str]:
        """Fields of the business that it speaks of, by code, each with its path."""
        return {target[len(FIELD) :]: path for path, target in self.fields.items() if target.startswith(FIELD)}

    @property
    def kinds(self) -> dict[str, str]:
        """The same of kinds of identity of the business's own."""
        return {target[len(IDENTITY) :]: path for path, target in self.fields.items() if target.startswith(IDENTITY)}

    @property
    def identifies(self) -> bool:
        return any(map(is_identity, self.fields.values()))


@dataclass(frozen=True, slots=True)
class HookLead:
    """One lead of a payload, ready but for its dedupe key; `key` is the sender's own."""

    lead: LeadInput
    key: str = ""
    utm: Values[str, str] = field(default_factory=dict)
    consents: tuple[ConsentInput, ...] = ()


def parse_hook_mapping(data: object) -> HookMapping:
    """A mapping from its JSON form; InvalidMapping says where it is wrong."""
    if not isinstance(data, dict) or set(data) - {"items", "fields"}:
        raise InvalidMapping("", gettext("This must be a JSON object."))
    items, fields = data.get("items", ""), data.get("fields", {})
    if not isinstance(items, str) or not isinstance(fields, dict) or len(fields) > _MOST_FIELDS:
        raise InvalidMapping("fields", gettext("This must be a JSON object."))
    taken: set[str] = set()
    for path, target in fields.items():
        if not isinstance(target, str) or not _is_target(target):
            message = gettext("%(given)s is not known; choose one of %(allowed)s.")
            raise InvalidMapping(path, message % {"given": str(target)[:40], "allowed": ", ".join(HOOK_TARGETS)})
        if target in taken and target not in ("note", "tags") and not is_identity(target):
            raise InvalidMapping(path, gettext("%(target)s has a field already.") % {"target": target})
        taken.add(target)
    return HookMapping(items, dict(fields))


def fields_of(data: Any, items: str) -> dict[str, str]:
    """What the first lead of a payload says, by path; with a list, what stands around it begins with `$.`."""
    first: Any = next(iter(items_at(data, items)), {})
    return _said(first, data, items)


def event_id_of(data: Any, mapping: HookMapping) -> str:
    """The sender's name for the message; nothing where the mapping knows none."""
    path = next((path for path, target in mapping.fields.items() if target == EVENT_ID), None)
    if path is None:
        return ""
    return _said(next(iter(items_at(data, mapping.items)), {}), data, mapping.items).get(path, "")


def read_leads(
    data: Any,
    mapping: HookMapping,
    *,
    region: str,
    zone: ZoneInfo,
    source: str = "",
    shapes: Shapes = NO_SHAPES,
    kinds: OwnKinds = NO_KINDS,
) -> list[HookLead | list[Problem]]:
    """Each lead of a payload, or what is wrong with it; UnreadablePayload when it has another shape.

    `shapes` are of the fields of the business that the mapping speaks of, `kinds` its own kinds of identity.
    """
    columns = {path: LeadColumn(to) for path, to in mapping.fields.items() if to not in OWN_TARGETS}
    reading = LeadMapping(columns)
    around = _around(data, mapping.items)
    return [
        _read(item, around, number, mapping, reading, region, zone, source, shapes, kinds)
        for number, item in enumerate(items_at(data, mapping.items), 1)
    ]


def _read(
    item: Any,
    around: Values[str, str],
    number: int,
    mapping: HookMapping,
    reading: LeadMapping,
    region: str,
    zone: ZoneInfo,
    source: str,
    shapes: Shapes,
    kinds: OwnKinds,
) -> HookLead | list[Problem]:
    said = {**around, **flatten(item)}
    values = {path: text for path, text in said.items() if path in reading.columns}
    lead = apply(reading, Row(number, values), region=region, zone=zone, shapes=shapes, kinds=kinds)
    problems = [replace(problem, value=problem.value[:_SHOWN]) for problem in lead] if isinstance(lead, list) else []
    own = {path: text for path, text in said.items() if mapping.fields.get(path) in OWN_TARGETS and text.strip()}
    utm, consents, key = _own(own, mapping, number, problems)
    if isinstance(lead, list):
        return problems
    if not names_somebody(lead.identities, kinds) and not problems:
        # Whom nothing names nobody can answer.
        fix = gettext("Fill in a phone number, an e-mail address or an id.")
        problems = [Problem(number, "", "", gettext("Nothing says who this is."), fix)]
    if problems:
        return problems
    lead.source = lead.source or source
    return HookLead(lead, key, utm, consents)


def _own(
    said: Values[str, str], mapping: HookMapping, number: int, problems: list[Problem]
) -> tuple[dict[str, str], tuple[ConsentInput, ...], str]:
    utm: dict[str, str] = {}
    consents: tuple[ConsentInput, ...] = ()
    key = ""
    for path, text in said.items():
        target = mapping.fields[path]
        try:
            if target in UTM:
                utm[target] = read_text(text, _UTM_MAX)
            elif target == CONSENT and read_boolean(text):
                consents = (ConsentInput(ChannelKind.ALL, proof={"field": path[:_SHOWN]}),)
            elif target == LEAD_KEY:
                key = read_text(text)
        except InvalidValue as error:
            problems.append(Problem(number, path, text[:_SHOWN], error.message, error.fix))
    return utm, consents, key


def guess_hook_mapping(
    data: Any,
    *,
    items: str | None = None,
    region: str = "CN",
    own: Sequence[OwnField] = (),
    kinds: Sequence[OwnKind] = (),
) -> HookMapping:
    """The likeliest mapping of a sample; what nothing speaks for is left out."""
    if items is None:
        items = next(iter(list_paths(data)), "")
    said = fields_of(data, items)
    leaves: dict[str, str] = {}
    for path in said:
        leaves.setdefault(_leaf(path), path)
    fields = _own_by_name(leaves, said)
    rest = {leaf: path for leaf, path in leaves.items() if path not in fields}
    sample = {leaf: said[path] for leaf, path in rest.items()}
    guessed = guess_mapping(list(rest), [sample], region=region, fields=own, kinds=kinds)
    for leaf, column in guessed.columns.items():
        # A bare id may be anything's: of the form, the meeting, the page.
        meant = column.to != "external_id" or leaf.lower() != "id"
        if meant and column.to != "ignore" and not column.to.startswith(ATTRIBUTE):
            fields[rest[leaf]] = column.to
    return HookMapping(items, fields)


def _own_by_name(leaves: Values[str, str], said: Values[str, str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    taken: set[str] = set()
    for leaf, path in leaves.items():
        word = re.sub(r"[\W_]+", "_", leaf).strip("_").lower()
        target = ""
        if word in UTM:
            target = word
        elif word in _EVENT_NAMES:
            target = EVENT_ID
        elif word in _KEY_NAMES:
            target = LEAD_KEY
        elif _CONSENT_NAMES.search(leaf) and _is_yes_or_no(said[path]):
            target = CONSENT
        if target and target not in taken:
            fields[path] = target
            taken.add(target)
    return fields


def _is_yes_or_no(text: str) -> bool:
    try:
        read_boolean(text)
    except InvalidValue:
        return False
    return True


def _said(item: Any, data: Any, items: str) -> dict[str, str]:
    return {**flatten(item), **_around(data, items)}


def _around(data: Any, items: str) -> dict[str, str]:
    """What a payload says beside its list of leads."""
    if not items or not isinstance(data, dict):
        return {}
    return {
        f"$.{path}": text for path, text in flatten(data).items() if not path.startswith((f"{items}[", f"{items}."))
    }


def _leaf(path: str) -> str:
    match = _LEAF.search(path)
    if match and not match[1].isdigit():
        return match[1]
    return re.sub(r"\[\d+\]$", "", path).rsplit(".", 1)[-1].removeprefix("$.")


def _is_target(target: str) -> bool:
    return target in HOOK_TARGETS or is_named(target)
