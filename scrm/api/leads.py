"""/leads: enquiries in and out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Scope
from accounts.models import User
from contacts.selectors import contact_ids_visible
from exchange.idempotency import Answer
from leads.enums import LeadOrigin, LeadStatus
from leads.field_readings import NO_SHAPES
from leads.inputs import CREATED, REJECTED, UNCHANGED, UPDATED, Arrival, ArrivalOutcome
from leads.models import Lead
from leads.selectors import lead_ids_visible, lead_list
from scrm.api.access import LEADS_READ, LEADS_WRITE
from scrm.api.authentication import actor_of, caller_of, moment_of, viewer_of
from scrm.api.base import ListResource
from scrm.api.errors import ErrorOut, ErrorsBody, Refusal, Refused, refusal, refusals_in
from scrm.api.filters import MomentFilter
from scrm.api.lead_body import LeadBody, read_arrival, refused
from scrm.api.once import IDEMPOTENT, REPLAYED, answered_once, key_of
from scrm.api.own_identities import kinds_spoken_of
from scrm.api.parsing import StrictSerializer
from scrm.flows.arrival import lead_arrived
from scrm.flows.own_fields import own_fields
from tenants.selectors import tenant_current, tenant_keys, tenant_zone

BATCH_MAX: Final = 1000
# Its fields are copied for each that is made, which is half of reading a lead; they remember nothing of what they read.
_BODY: Final = LeadBody()


class OwnerOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField(source="__str__")


class NamedOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class LeadOut(serializers.ModelSerializer):
    contact = NamedOut()
    source: Any = NamedOut(allow_null=True)
    owner = OwnerOut(allow_null=True)

    class Meta:
        model = Lead
        fields: tuple[str, ...] = (
            *("id", "contact", "source", "owner", "status", "rating", "score", "came_by", "origin", "attributes"),
            *("utm", "captured_at", "assigned_at", "won_at", "lost_at", "lost_reason", "updated_at"),
        )


_OUTCOME: Final[dict[str, Any]] = {
    "outcome": serializers.ChoiceField(choices=[CREATED, UPDATED, UNCHANGED, REJECTED]),
    "lead_id": serializers.UUIDField(allow_null=True),
    "contact_id": serializers.UUIDField(allow_null=True),
    "errors": ErrorOut(many=True),
}
LeadOutcome = inline_serializer("LeadOutcome", _OUTCOME)


class LeadBatch(StrictSerializer):
    leads = serializers.ListField(child=LeadBody(), min_length=1, max_length=BATCH_MAX)


class LeadBatchOutcome(serializers.Serializer):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    results = type(LeadOutcome)(many=True)


class LeadFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=LeadStatus.choices)
    came_by = django_filters.ChoiceFilter(choices=LeadOrigin.choices)
    source = django_filters.UUIDFilter(field_name="source_id")
    owner = django_filters.UUIDFilter(field_name="owner_id")
    contact = django_filters.UUIDFilter(field_name="contact_id")
    captured_after = MomentFilter(field_name="captured_at", lookup_expr="gte")
    captured_before = MomentFilter(field_name="captured_at", lookup_expr="lt")
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = Lead
        fields: tuple[str, ...] = ()


class LeadList(ListResource):
    """Enquiries, the newest first."""

    access = {"GET": LEADS_READ, "POST": LEADS_WRITE}
    serializer_class = LeadOut
    filterset_class = LeadFilter

    def rows(self) -> QuerySet[Lead]:
        return lead_list(viewer_of(self.request))

    @extend_schema(
        summary="Add a lead, or up to 1,000 of them",
        description=(
            'The same request twice changes nothing and gets the same answer. A batch, `{"leads": [...]}`, takes '
            "in what is right and says of each other one what is wrong with it."
        ),
        parameters=[IDEMPOTENT],
        request=PolymorphicProxySerializer("LeadOrBatch", [LeadBody, LeadBatch], None),
        responses={
            201: LeadOutcome,
            200: PolymorphicProxySerializer("LeadOutcomes", [LeadOutcome, LeadBatchOutcome], None),
            400: ErrorsBody,
            422: OpenApiResponse(ErrorsBody, "A field is wrong, or the key stands for another request."),
        },
    )
    def post(self, request: Request) -> Response:
        key, now = key_of(request), moment_of(request)
        answer = answered_once(request, self._work(request, key, now), key=key, said=request.data, now=now)
        response = Response(answer.body, status=200 if answer.replayed else answer.status)
        if answer.replayed or answer.body.get("outcome") == UNCHANGED:
            response[REPLAYED] = "true"
        return response

    def _work(self, request: Request, key: str, now: datetime) -> Callable[[], Answer]:
        body = request.data
        if isinstance(body, Mapping) and "leads" in body:
            read = read_batch(body, viewer_of(request))
            return lambda: take_batch(read, request, now)
        names = [f"{caller_of(request)} {key}" if key else ""]
        read_one = read_bodies([body], keys=names, viewer=viewer_of(request))[0]
        if not isinstance(read_one, Arrival):
            raise Refused(read_one)
        return lambda: take_one(read_one, request, now)


def read_batch(body: Mapping[str, Any], viewer: User) -> list[Arrival | list[Refusal]]:
    leads, others = body["leads"], sorted(set(body) - {"leads"})
    if others:
        raise Refused([refusal(str(name), "unknown_field", _("A batch has one field: leads.")) for name in others])
    if not isinstance(leads, list) or not leads:
        raise Refused([refusal("leads", "empty", _("This must be a list of leads."))])
    if len(leads) > BATCH_MAX:
        reason = _("A batch holds at most %(limit)s leads.") % {"limit": BATCH_MAX}
        raise Refused([refusal("leads", "max_length", reason)])
    return read_bodies(leads, keys=[""] * len(leads), viewer=viewer)


def read_bodies(bodies: Sequence[Any], *, keys: Sequence[str], viewer: User) -> list[Arrival | list[Refusal]]:
    form, tenant, zone, secret = _BODY, tenant_current(), tenant_zone(), tenant_keys()
    # Asked only where somebody speaks of them.
    speaks = any(isinstance(body, Mapping) and body.get("fields") for body in bodies)
    shapes = {field.code: field.shape for field in own_fields(viewer.role)} if speaks else NO_SHAPES
    known: dict[str, Any] = {"region": tenant.region, "zone": zone, "keys": secret, "shapes": shapes}
    known["kinds"] = kinds_spoken_of(bodies)
    found: list[Arrival | list[Refusal]] = []
    for row, (body, key) in enumerate(zip(bodies, keys, strict=True)):
        try:
            data = form.run_validation(body)
        except serializers.ValidationError as error:
            found.append(list(refusals_in(error.detail)))
        else:
            found.append(read_arrival(data, said=body, row=row, key=key, **known))
    return found


def take_one(arrival: Arrival, request: Request, now: datetime) -> Answer:
    outcome = lead_arrived([arrival], now=now, actor=actor_of(request))[0]
    if outcome.outcome == REJECTED:
        raise Refused([refused(problem) for problem in outcome.problems])
    told = _told(outcome, _seen([outcome], request))
    return Answer(status=201 if outcome.outcome == CREATED else 200, body=told)


def take_batch(read: Sequence[Arrival | list[Refusal]], request: Request, now: datetime) -> Answer:
    fit = [each for each in read if isinstance(each, Arrival)]
    made = lead_arrived(fit, now=now, actor=actor_of(request))
    seen, outcomes = _seen(made, request), iter(made)
    results = [_told(next(outcomes), seen) if isinstance(each, Arrival) else _refused(each) for each in read]
    counts = {
        word: sum(told["outcome"] == word for told in results) for word in (CREATED, UPDATED, UNCHANGED, REJECTED)
    }
    return Answer(status=200, body={**counts, "results": results})


def _seen(outcomes: Sequence[ArrivalOutcome], request: Request) -> set[UUID]:
    """The leads and contacts among these that the caller may see: a known phone must not tell whose it is."""
    viewer = viewer_of(request)
    leads = [each.lead_id for each in outcomes if each.lead_id]
    people = [each.contact_id for each in outcomes if each.contact_id]
    if viewer.data_scope == Scope.ALL:
        return {*leads, *people}
    return {*lead_ids_visible(viewer, leads), *contact_ids_visible(viewer, people)}


def _told(outcome: ArrivalOutcome, seen: set[UUID]) -> dict[str, Any]:
    return {
        "outcome": outcome.outcome,
        "lead_id": _as_text(outcome.lead_id, seen),
        "contact_id": _as_text(outcome.contact_id, seen),
        "errors": [refused(problem).as_json() for problem in outcome.problems],
    }


def _refused(refusals: Sequence[Refusal]) -> dict[str, Any]:
    errors = [each.as_json() for each in refusals]
    return {"outcome": REJECTED, "lead_id": None, "contact_id": None, "errors": errors}


def _as_text(pk: UUID | None, seen: set[UUID]) -> str | None:
    return str(pk) if pk in seen else None
