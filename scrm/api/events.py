"""/events: what contacts did elsewhere comes in here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from contacts.lookup import AskedIdentity, contact_ids_known_as, read_identity
from contacts.normalise import InvalidValue
from contacts.selectors import contact_ids_visible
from events.inputs import Happening, HappeningOutcome
from scrm.api.access import EVENTS_WRITE
from scrm.api.authentication import viewer_of
from scrm.api.base import Resource
from scrm.api.errors import ErrorOut, ErrorsBody, Refusal, Refused, refusal, refusals_in
from scrm.api.own_identities import kinds_spoken_of, own_identities_field, read_own_identities
from scrm.api.parsing import IdField, StrictSerializer, refuse_ancient, storable
from scrm.core import clock, crypto
from scrm.flows.engagement import events_happened
from tenants.selectors import tenant_current, tenant_keys

BATCH_MAX: Final = 1000
_PROPERTIES_MAX: Final = 20_000
_IDENTITIES: Final = ("phone", "email", "external_id", "wecom_id")
NEW, KNOWN, REJECTED = "new", "known", "rejected"


class EventBody(StrictSerializer):
    """One event of one contact, named by `contact_id` or by one identity."""

    id = serializers.CharField(
        max_length=100, required=False, help_text="The event's own id, unique in this business; else derived."
    )
    type = serializers.CharField(max_length=60, help_text="A code of the tracking plan.")
    occurred_at = serializers.DateTimeField(validators=[refuse_ancient])
    contact_id = IdField(required=False)
    phone = serializers.CharField(max_length=64, required=False)
    email = serializers.CharField(max_length=254, required=False)
    external_id = serializers.CharField(max_length=255, required=False)
    wecom_id = serializers.CharField(max_length=255, required=False)
    identities: Any = own_identities_field()
    properties = serializers.DictField(required=False, default=dict, help_text="As the tracking plan declares them.")

    def validate_properties(self, value: dict[str, Any]) -> dict[str, Any]:
        if not storable(value) or len(json.dumps(value)) > _PROPERTIES_MAX:
            reason = _("The properties hold a character that can't be stored, or more than %(limit)s characters.")
            raise serializers.ValidationError(reason % {"limit": _PROPERTIES_MAX})
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(name in attrs for name in ("contact_id", *_IDENTITIES)) + len(attrs.get("identities", {})) != 1:
            raise serializers.ValidationError(
                _("Say whose event this is by one of contact_id, phone, email, external_id, wecom_id and identities.")
            )
        return attrs


class EventBatch(StrictSerializer):
    events = serializers.ListField(child=EventBody(), min_length=1, max_length=BATCH_MAX)


EventOutcome = inline_serializer(
    "EventOutcome",
    {"outcome": serializers.ChoiceField(choices=[NEW, KNOWN, REJECTED]), "errors": ErrorOut(many=True)},
    many=True,
)


class EventBatchOutcome(serializers.Serializer):
    new = serializers.IntegerField()
    known = serializers.IntegerField()
    rejected = serializers.IntegerField()
    results = EventOutcome


@dataclass(slots=True)
class Read:
    """One event on its way in."""

    data: Mapping[str, Any]
    identity: AskedIdentity | None = None


class EventList(Resource):
    access = {"POST": EVENTS_WRITE}

    @extend_schema(
        summary="Add up to 1,000 events",
        description="Each event is stored once, however often it is sent; what it sets off happens with it.",
        request=EventBatch,
        responses={200: EventBatchOutcome, 400: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        read = read_batch(request.data)
        found = people_of(viewer_of(request), [each for each in read if isinstance(each, Read)])
        told: list[dict[str, Any] | None] = []
        happenings: list[Happening] = []
        for each in read:
            if isinstance(each, Read):
                contact_id = found.get(_whose(each))
                if contact_id is not None:
                    happenings.append(_happening(each, contact_id))
                    told.append(None)
                    continue
                each = [refusal(_field_of(each), "unknown_contact", _("There is no such contact."))]
            told.append(_outcome(REJECTED, each))
        outcomes = iter(events_happened(happenings, now=clock.now()))
        results = [each or _said(next(outcomes)) for each in told]
        counts = {word: sum(each["outcome"] == word for each in results) for word in (NEW, KNOWN, REJECTED)}
        return Response({**counts, "results": results})


def read_batch(body: Any) -> list[Read | list[Refusal]]:
    events = body.get("events") if isinstance(body, Mapping) else None
    if not isinstance(events, list) or not events or len(body) > 1:
        raise Refused([refusal("events", "invalid", _("Send an object with one field, events: a list of events."))])
    if len(events) > BATCH_MAX:
        reason = _("A batch holds at most %(limit)s events.") % {"limit": BATCH_MAX}
        raise Refused([refusal("events", "max_length", reason)])
    form, region, kinds = EventBody(), tenant_current().region, kinds_spoken_of(events)
    found: list[Read | list[Refusal]] = []
    for event in events:
        try:
            data = form.run_validation(event)
            name = next((name for name in _IDENTITIES if name in data), None)
            identity = read_identity(name, data[name], region=region) if name else None
            own, wrong = read_own_identities(data.get("identities", {}), kinds)
            wrong += [_telling_nobody(each.kind) for each in own if not kinds[each.kind].matches]
            found.append(wrong or Read(data, next(iter(own), identity)))
        except serializers.ValidationError as error:
            found.append(list(refusals_in(error.detail)))
        except InvalidValue as error:
            found.append([Refusal(str(name), error.code, error.message, error.fix)])
    return found


def people_of(viewer: User, read: Sequence[Read]) -> dict[Any, UUID]:
    """Whose the events are, in two statements for all of them; by id or by (kind, key)."""
    asked = {each.data["contact_id"] for each in read if each.identity is None}
    found: dict[Any, UUID] = {pk: pk for pk in contact_ids_visible(viewer, asked)} if asked else {}
    identities = [each.identity for each in read if each.identity is not None]
    return found | (contact_ids_known_as(viewer, identities) if identities else {})


def _whose(each: Read) -> Any:
    return (each.identity.kind, each.identity.key) if each.identity else each.data["contact_id"]


def _field_of(each: Read) -> str:
    if each.identity is None:
        return "contact_id"
    return each.identity.kind if each.identity.kind in _IDENTITIES else f"identities.{each.identity.kind}"


def _telling_nobody(code: str) -> Refusal:
    reason = _("Nobody is recognised by ids of this kind.")
    return Refusal(f"identities.{code}", "kind_tells_nobody", reason, _("Name the contact in another way."))


def _happening(each: Read, contact_id: UUID) -> Happening:
    data = each.data
    key = data.get("id")
    if not key:
        said = [str(contact_id), data["type"], data["occurred_at"].isoformat(), data["properties"]]
        key = crypto.blind_index(json.dumps(said, sort_keys=True), keys=tenant_keys(), purpose="event.api").hex()
    return Happening(contact_id, data["type"], data["occurred_at"], f"api:{key}", data["properties"])


def _said(outcome: HappeningOutcome) -> dict[str, Any]:
    if outcome.problem:
        return _outcome(REJECTED, [refusal("", "tracking_plan", outcome.problem)])
    return _outcome(NEW if outcome.new else KNOWN, [])


def _outcome(word: str, refusals: Sequence[Refusal]) -> dict[str, Any]:
    return {"outcome": word, "errors": [each.as_json() for each in refusals]}
