"""Tries a mapping on the sample of a webhook in, without writing anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts.models import User
from contacts.custom.sealing import HIDDEN
from contacts.custom.values import show_field
from contacts.sealing import hint_of, kind_of
from contacts.selectors import field_shapes
from contacts.selectors.kinds import own_kinds
from exchange.models import WebhookEndpoint
from exchange.payloads import JSON_TYPE, UnreadablePayload, list_paths, parse_body
from exchange.problems import Problem
from exchange.sealed import open_column
from leads.field_readings import Shapes
from leads.hook_mapping import HookLead, HookMapping, fields_of, guess_hook_mapping, parse_hook_mapping
from leads.mapping import FIELD, IDENTITY, IDENTITY_TARGETS, InvalidMapping
from scrm.flows.hooks_in import leads_of
from scrm.flows.own_fields import own_fields
from tenants.selectors import tenant_current, tenant_zone

_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """A sample as a mapping reads it: the leads that come of it, and what is wrong with the others."""

    mapping: HookMapping
    text: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    leads: tuple[HookLead, ...] = ()
    problems: tuple[Problem, ...] = ()
    error: str = ""

    @property
    def problems_by_field(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for problem in self.problems:
            found.setdefault(problem.column, []).append(f"{problem.reason} {problem.fix}")
        return found

    @property
    def shown(self) -> list[list[tuple[str, str]]]:
        """Each lead as what it says, by the name of its target; identities masked."""
        shapes = field_shapes({code for each in self.leads for code in (*each.lead.fields, *each.lead.lead_fields)})
        return [_shown(each, shapes) for each in self.leads[:_SHOWN]]


def tried(
    endpoint: WebhookEndpoint, *, mapping: HookMapping | None = None, guess: bool = False, user: User | None = None
) -> Trial:
    """What the endpoint's sample becomes by its mapping, by another, or by the likeliest one for somebody."""
    if mapping is None:
        try:
            mapping = parse_hook_mapping(endpoint.mapping)
        except InvalidMapping:
            mapping = HookMapping()
    body = open_column(endpoint, "sample")
    if not body:
        return Trial(mapping)
    text = body.decode(errors="replace")
    try:
        data = parse_body(body, endpoint.sample_type or JSON_TYPE)
    except UnreadablePayload as error:
        return Trial(mapping, text, error=error.message)
    if guess or not mapping.fields:
        known: dict[str, Any] = {"own": own_fields(user.role if user else ""), "kinds": own_kinds()}
        mapping = guess_hook_mapping(data, region=tenant_current().region, **known)
    return _tried(endpoint, mapping, text, data)


def _tried(endpoint: WebhookEndpoint, mapping: HookMapping, text: str, data: Any) -> Trial:
    lists = tuple(list_paths(data))
    try:
        said = fields_of(data, mapping.items)
        read = leads_of(endpoint, data, mapping)
    except (UnreadablePayload, InvalidMapping) as error:
        return Trial(mapping, text, lists=lists, error=error.message)
    leads = tuple(each for each in read if isinstance(each, HookLead))
    problems = tuple(problem for each in read if not isinstance(each, HookLead) for problem in each)
    nothing = "" if leads or problems else gettext("The sample holds no lead.")
    return Trial(mapping, text, said, lists, leads, problems, nothing)


def _target_of(kind: str) -> str:
    """As the mapping calls it."""
    return kind if kind in IDENTITY_TARGETS else f"{IDENTITY}{kind}"


def _shown(each: HookLead, shapes: Shapes) -> list[tuple[str, str]]:
    lead = each.lead
    shown = [(name, str(getattr(lead, name))) for name in ("name", "company", "city", "country", "source", "note")]
    shown += [(_target_of(way.kind), hint_of(kind_of(way.kind), way.value)) for way in lead.identities]
    if lead.captured_at:
        shown.append(("captured_at", date_format(lead.captured_at.astimezone(tenant_zone()), "SHORT_DATETIME_FORMAT")))
    shown.append(("tags", ", ".join(lead.tags)))
    zone = tenant_zone()
    own = {**lead.fields, **lead.lead_fields}
    shown += [(f"{FIELD}{code}", HIDDEN) for code in lead.sealed]
    shown += [(f"{FIELD}{code}", show_field(shapes[code], value, zone=zone)) for code, value in own.items()]
    shown += [(name, value) for name, value in lead.attributes.items()]
    shown += list(each.utm.items())
    shown.append(("consent", gettext("Yes") if each.consents else ""))
    shown.append(("lead_key", each.key))
    return [(name, value) for name, value in shown if value]
