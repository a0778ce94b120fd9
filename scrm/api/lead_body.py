"""Reads a lead as another system writes it into an arrival, or says what is wrong with it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from rest_framework import serializers

from contacts.custom.kinds import NO_KINDS, OwnKinds
from contacts.custom.values import FieldInvalid, read_field
from contacts.normalise import InvalidValue
from exchange.problems import Problem
from exchange.reader import Row
from leads.arrival_payloads import payload_of
from leads.enums import LeadOrigin
from leads.field_readings import NO_SHAPES, Shapes
from leads.inputs import Arrival, LeadInput
from leads.mapping import IDENTITY, Column
from leads.mapping import Mapping as ColumnMapping
from leads.readings import read_attribute, read_text
from leads.row_reading import apply
from scrm.api.errors import Refusal
from scrm.api.own_identities import own_identities_field, unknown_kinds
from scrm.api.parsing import StrictSerializer, refuse_ancient
from scrm.core import crypto
from scrm.core.crypto import TenantKeys

_TEXTS: Final = ("name", "company", "phone", "email", "external_id", "wecom_id", "source", "origin", "city", "country")
_MAPPING: Final = ColumnMapping(
    columns={name: Column(name) for name in (*_TEXTS, "note")} | {"zone": Column("timezone")}
)
_FLAGS: Final = ("converted", "do_not_email", "do_not_call")


def _text(limit: int, about: Any = None) -> Any:
    return serializers.CharField(max_length=limit, required=False, allow_blank=True, allow_null=True, help_text=about)


class LeadBody(StrictSerializer):
    """One enquiry. One of phone, email, external_id, wecom_id and identities is needed."""

    name = _text(120)
    phone = _text(64, "In any usual spelling; a number without country code is of the business's region.")
    email = _text(254)
    external_id = _text(255, "The person's id in the sending system.")
    wecom_id = _text(255, "WeCom external_userid.")
    identities: Any = own_identities_field()
    company = _text(200)
    source = _text(80, "The channel's name; one that is new is added.")
    origin = _text(80, "What the sending system calls the way in.")
    city = _text(80)
    country = _text(80)
    zone = _text(64, "IANA time zone, such as Asia/Shanghai.")
    captured_at = serializers.DateTimeField(required=False, allow_null=True, validators=[refuse_ancient])
    note = _text(4000)
    tags = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=50)
    attributes = serializers.DictField(
        child=serializers.CharField(max_length=2000, allow_blank=True), required=False, help_text="Anything else."
    )
    fields: Any = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        required=False,
        help_text="Fields of the business by their codes, as GET /fields lists them.",
    )
    utm = serializers.DictField(child=serializers.CharField(max_length=200, allow_blank=True), required=False)
    do_not_email = serializers.BooleanField(required=False, default=False)
    do_not_call = serializers.BooleanField(required=False, default=False)
    converted = serializers.BooleanField(required=False, allow_null=True, default=None)


def read_arrival(
    data: Mapping[str, Any],
    *,
    said: Any,
    row: int,
    region: str,
    zone: ZoneInfo,
    keys: TenantKeys,
    key: str = "",
    shapes: Shapes = NO_SHAPES,
    kinds: OwnKinds = NO_KINDS,
) -> Arrival | list[Refusal]:
    """An arrival from what `LeadBody` let in of what was `said`; `key` names the request if its sender does.

    `shapes` are of the fields that its sender may set, `kinds` the kinds of identity of the business's own.
    """
    texts = {name: data[name] for name in _MAPPING.columns if data.get(name)}
    mapping, given = _MAPPING, data.get("identities") or {}
    if given:
        own = {code: f"identities.{code}" for code in given if code in kinds}
        texts |= {path: given[code] for code, path in own.items()}
        columns = {path: Column(f"{IDENTITY}{code}") for code, path in own.items()}
        mapping = ColumnMapping({**_MAPPING.columns, **columns})
    lead = apply(mapping, Row(row, texts), region=region, zone=zone, kinds=kinds)
    problems = [*unknown_kinds(given, kinds)]
    problems += [refused(problem) for problem in lead] if isinstance(lead, list) else []
    extras, utm = dict(data.get("attributes", {})), dict(data.get("utm", {}))
    problems += [*_misread("attributes", extras), *_misread("utm", utm)]
    tags = _tags(data.get("tags", []), problems)
    own = _own_fields(data.get("fields", {}), shapes, zone, problems)
    if problems or isinstance(lead, list):
        return problems
    lead.attributes |= extras
    lead.tags = tags
    for code, value in own.items():
        lead.note_field(code, shapes[code], value)
    lead.captured_at = data.get("captured_at")
    for flag in _FLAGS:
        setattr(lead, flag, data[flag])
    return Arrival(
        lead=lead,
        came_by=LeadOrigin.API,
        dedupe_key=_dedupe_key(lead, key, keys),
        utm=utm,
        payload=payload_of(said),
    )


def refused(problem: Problem) -> Refusal:
    return Refusal(problem.column, "invalid", problem.reason, problem.fix)


def _misread(field: str, values: Mapping[str, str]) -> Iterator[Refusal]:
    if len(values) > 100:
        yield Refusal(field, "max_length", _("There are more than 100 values."), _("Leave some out."))
    for name, value in values.items():
        try:
            read_text(name)
            read_attribute(value)
        except InvalidValue as error:
            yield Refusal(f"{field}.{name[:40]}", error.code, error.message, error.fix)


def _tags(names: list[str], problems: list[Refusal]) -> list[str]:
    read: dict[str, None] = {}
    for index, name in enumerate(names):
        try:
            read[read_text(name)] = None
        except InvalidValue as error:
            problems.append(Refusal(f"tags.{index}", error.code, error.message, error.fix))
    return [name for name in read if name]


def _own_fields(said: Mapping[str, Any], shapes: Shapes, zone: ZoneInfo, problems: list[Refusal]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for code, raw in said.items():
        shape = shapes.get(code)
        if shape is None:
            problems.append(Refusal(f"fields.{code[:40]}", "unknown_field", _("There is no such field."), ""))
            continue
        try:
            value = read_field(shape, raw, zone=zone)
        except FieldInvalid as error:
            problems.append(Refusal(f"fields.{code}", error.code, _("This field can't hold this."), error.message))
        else:
            read |= {} if value is None else {code: value}
    return read


def _dedupe_key(lead: LeadInput, key: str, keys: TenantKeys) -> str:
    """Without a key of the sender, an enquiry is who asks, through what and when."""
    identities = sorted((each.kind, each.key) for each in lead.identities)
    who = [identities, lead.source, lead.origin, str(lead.captured_at or "")]
    told = ["key", key] if key else ["enquiry", *who]
    return "api:" + crypto.blind_index(json.dumps(told), keys=keys, purpose="lead.api").hex()
