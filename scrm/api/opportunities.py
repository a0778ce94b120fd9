"""/opportunities: possible deals, from the first stage to won or lost."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.opportunity_items import product_ids_of_opportunity
from commerce.selectors import product_get
from leads.enums import DealKind
from leads.models import Opportunity, OpportunityMove, OpportunityStage
from leads.selectors import (
    opportunity_detail,
    opportunity_history,
    opportunity_list,
    opportunity_stage_first,
    opportunity_stage_get,
    opportunity_stage_rows,
)
from leads.services.opportunities import Deal, hold_opportunity
from scrm.api.access import TALKS_READ, TALKS_WRITE
from scrm.api.authentication import actor_of, moment_of, viewer_of
from scrm.api.base import DetailResource, ListResource, Resource
from scrm.api.errors import ErrorsBody, Refused, refusal
from scrm.api.filters import MomentFilter
from scrm.api.leads import NamedOut, OwnerOut
from scrm.api.naming import contact_named, lead_named, named, owner_named, refuse_other_ages
from scrm.api.once import IDEMPOTENT, IF_MATCH, changed_as_read, created_once
from scrm.api.parsing import IdField, StrictSerializer, TextField
from scrm.flows.deals import DealChange, deal_made, deal_updated
from tenants.selectors import tenant_current


class DealStageOut(serializers.ModelSerializer):
    class Meta:
        model = OpportunityStage
        fields: tuple[str, ...] = ("id", "name", "kind", "probability", "archived", "position")


class OpportunityOut(serializers.ModelSerializer):
    contact = serializers.UUIDField(source="contact_id")
    company: Any = NamedOut(allow_null=True)
    lead = serializers.UUIDField(source="lead_id", allow_null=True)
    stage = DealStageOut(allow_null=True)
    owner = OwnerOut(allow_null=True)

    class Meta:
        model = Opportunity
        fields: tuple[str, ...] = (
            *("id", "contact", "company", "lead", "name", "stage", "amount", "currency", "expected_on", "note"),
            *("settled_at", "reason", "owner", "created_at", "updated_at"),
        )


class DealMoveOut(serializers.ModelSerializer):
    before = NamedOut(source="from_stage", allow_null=True)
    after = NamedOut(source="to_stage")
    by = OwnerOut(allow_null=True)

    class Meta:
        model = OpportunityMove
        fields: tuple[str, ...] = ("before", "after", "amount", "currency", "reason", "by", "at")


class OpportunityDetailOut(OpportunityOut):
    products = serializers.SerializerMethodField(help_text="Ids.")
    moves = serializers.SerializerMethodField(help_text="How it came there, the latest first.")

    class Meta(OpportunityOut.Meta):
        fields: tuple[str, ...] = (*OpportunityOut.Meta.fields, "products", "moves")

    def get_products(self, deal: Opportunity) -> list[UUID]:
        return product_ids_of_opportunity(deal.pk)

    @extend_schema_field(DealMoveOut(many=True))
    def get_moves(self, deal: Opportunity) -> Any:
        return DealMoveOut(opportunity_history(deal), many=True).data


class OpportunityChangeBody(StrictSerializer):
    """What is left out stays."""

    name = TextField(max_length=120, required=False)
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True)
    currency = serializers.RegexField("^[A-Za-z]{3}$", required=False, help_text="Such as CNY; else the business's.")
    expected_on = serializers.DateField(required=False, allow_null=True, validators=[refuse_other_ages])
    note = TextField(max_length=4000, required=False, allow_blank=True)
    owner = IdField(required=False, allow_null=True, help_text="An active user that the caller may see.")
    products = serializers.ListField(child=IdField(), required=False, max_length=50)
    stage = IdField(required=False, help_text="Of /opportunity-stages.")
    reason = TextField(max_length=200, required=False, allow_blank=True, help_text="Needed where the stage means lost.")


class OpportunityBody(OpportunityChangeBody):
    contact = IdField()
    lead = IdField(required=False, allow_null=True, help_text="A lead of the contact.")
    name = TextField(max_length=120)


class EndBody(StrictSerializer):
    kind = serializers.ChoiceField(choices=DealKind.choices, help_text="To the first stage that means this.")
    reason = TextField(max_length=200, required=False, allow_blank=True, default="")


class OpportunityFilter(django_filters.FilterSet):
    contact = django_filters.UUIDFilter(field_name="contact_id")
    company = django_filters.UUIDFilter(field_name="company_id")
    owner = django_filters.UUIDFilter(field_name="owner_id")
    stage = django_filters.UUIDFilter(field_name="stage_id")
    kind = django_filters.MultipleChoiceFilter(field_name="stage__kind", choices=DealKind.choices)
    expected_after = django_filters.DateFilter(field_name="expected_on", lookup_expr="gte")
    expected_before = django_filters.DateFilter(field_name="expected_on", lookup_expr="lt")
    settled_after = MomentFilter(field_name="settled_at", lookup_expr="gte")
    settled_before = MomentFilter(field_name="settled_at", lookup_expr="lt")
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = Opportunity
        fields: tuple[str, ...] = ()


class OpportunityList(ListResource):
    """Possible deals, the newest first."""

    access = {"GET": TALKS_READ, "POST": TALKS_WRITE}
    serializer_class = OpportunityOut
    filterset_class = OpportunityFilter

    def rows(self) -> QuerySet[Opportunity]:
        return opportunity_list(viewer_of(self.request))

    @extend_schema(
        summary="Make an opportunity",
        description="At the first open stage, and of whoever looks after the contact, unless they are named.",
        parameters=[IDEMPOTENT],
        request=OpportunityBody,
        responses={201: OpportunityDetailOut, 200: OpportunityDetailOut, 400: ErrorsBody, 422: ErrorsBody},
    )
    def post(self, request: Request) -> Response:
        body = OpportunityBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        contact = contact_named(request, said["contact"])
        lead = lead_named(request, said.get("lead"), contact)
        actor = actor_of(request)
        owner = contact.owner_id or (actor.pk if actor else None)
        first = {"currency": tenant_current().currency, "owner_id": owner}
        deal = Deal(**(first | _values(request, said)))
        stage, products = _stage(said), _products(said) or []
        return created_once(
            request,
            lambda now: deal_made(
                contact,
                deal,
                lead=lead,
                stage=stage,
                product_ids=products,
                reason=said.get("reason", ""),
                by=actor,
                now=now,
            ),
            lambda pk: opportunity_detail(viewer_of(request), pk),
            OpportunityDetailOut,
        )


class OpportunityDetail(DetailResource):
    """One of them, with what it is about and how it came to where it is."""

    access = {"GET": TALKS_READ, "PATCH": TALKS_WRITE}
    serializer_class = OpportunityDetailOut

    def get_object(self) -> Opportunity:
        return _found(self.request, self.kwargs["pk"])

    @extend_schema(
        summary="Change an opportunity, or move it to a stage",
        description="All of it, or nothing.",
        parameters=[IF_MATCH],
        request=OpportunityChangeBody,
        responses={
            200: OpportunityDetailOut,
            404: ErrorsBody,
            412: OpenApiResponse(ErrorsBody, "It was changed meanwhile."),
        },
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        _found(request, pk)
        body = OpportunityChangeBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        values, stage, products = _values(request, said), _stage(said), _products(said)
        if "reason" in said and stage is None:
            raise Refused([refusal("reason", "needless", _("A reason goes with a stage."))])

        def change(held: Opportunity) -> DealChange:
            names = ("name", "amount", "currency", "expected_on", "note", "owner_id")
            before = {name: getattr(held, name) for name in names}
            return DealChange(Deal(**(before | values)), products, stage, said.get("reason", ""))

        return _changed(request, pk, change)


class OpportunityEnd(Resource):
    """To the end of the pipeline, or back into it, by what that means."""

    access = {"POST": TALKS_WRITE}

    @extend_schema(
        summary="Win, lose or reopen an opportunity",
        description="The same again changes nothing. A lost one needs its reason.",
        parameters=[IF_MATCH],
        request=EndBody,
        responses={
            200: OpportunityDetailOut,
            404: ErrorsBody,
            412: OpenApiResponse(ErrorsBody, "It was changed meanwhile."),
        },
    )
    def post(self, request: Request, pk: UUID) -> Response:
        _found(request, pk)
        body = EndBody(data=request.data)
        body.is_valid(raise_exception=True)
        kind, reason = body.validated_data["kind"], body.validated_data["reason"]
        stage = opportunity_stage_first(kind)
        if stage is None:
            raise Refused([refusal("kind", "no_such_stage", _("The pipeline has no such stage."))])

        def change(held: Opportunity) -> DealChange:
            stays = held.stage is not None and held.stage.kind == kind
            return DealChange(stage=None if stays else stage, reason=reason)

        return _changed(request, pk, change)


class OpportunityStageList(ListResource):
    """The stages of the pipeline; `position` is their order."""

    access = {"GET": TALKS_READ}
    serializer_class = DealStageOut

    def rows(self) -> QuerySet[OpportunityStage]:
        return opportunity_stage_rows()


def _found(request: Request, pk: UUID) -> Opportunity:
    deal = opportunity_detail(viewer_of(request), pk)
    if deal is None:
        raise Http404
    return deal


def _changed(request: Request, pk: UUID, change: Any) -> Response:
    def apply() -> None:
        held = _found(request, pk)
        deal_updated(held, change(held), by=actor_of(request), now=moment_of(request))

    return changed_as_read(
        request,
        lambda: hold_opportunity(opportunity_id=pk),
        apply,
        lambda: opportunity_detail(viewer_of(request), pk),
        OpportunityDetailOut,
    )


def _values(request: Request, said: dict[str, Any]) -> dict[str, Any]:
    """What the body says of the deal itself."""
    values: dict[str, Any] = {
        name: said[name] for name in ("name", "amount", "currency", "expected_on", "note") if name in said
    }
    if "owner" in said:
        owner = owner_named(request, said["owner"])
        values["owner_id"] = owner.pk if owner else None
    return values


def _stage(said: dict[str, Any]) -> OpportunityStage | None:
    return named("stage", said.get("stage"), opportunity_stage_get)


def _products(said: dict[str, Any]) -> list[UUID] | None:
    if "products" not in said:
        return None
    for index, pk in enumerate(said["products"]):
        named(f"products.{index}", pk, product_get)
    return list(said["products"])
