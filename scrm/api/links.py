"""/links, /referrals, /rewards: entry links with what they brought, who brought whom, and the ledger."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leads.enums import LinkKind, RewardState
from leads.models import EntryLink, Referral, Reward
from leads.selectors import link_get, link_list, link_results, referral_list, reward_list
from scrm.api.access import LINKS_READ
from scrm.api.authentication import viewer_of
from scrm.api.base import ListResource, Resource, refuse_unknown_parameters
from scrm.api.errors import ErrorsBody
from scrm.core import clock
from scrm.web.qr import address_of
from tenants.selectors import tenant_current, tenant_zone

_DAYS_MOST = 400


class EntryLinkOut(serializers.ModelSerializer):
    address: Any = serializers.SerializerMethodField()
    visits = serializers.IntegerField()
    visitors = serializers.IntegerField()
    leads = serializers.IntegerField(source="brought")
    source: Any = serializers.UUIDField(source="source_id", allow_null=True)
    rep = serializers.UUIDField(source="rep_id", allow_null=True)
    department = serializers.UUIDField(source="department_id", allow_null=True)
    form = serializers.UUIDField(source="form_id", allow_null=True)
    utm = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = EntryLink
        fields: tuple[str, ...] = (
            *("id", "name", "kind", "address", "source", "rep", "department", "place", "form", "url", "utm"),
            *("active", "expires_at", "visits", "visitors", "leads", "created_at"),
        )

    def get_address(self, link: EntryLink) -> str:
        return address_of(tenant_current(), link)


class EntryLinkFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=LinkKind.choices)
    active = django_filters.BooleanFilter()

    class Meta:
        model = EntryLink
        fields: tuple[str, ...] = ()


class EntryLinkList(ListResource):
    """Entry links with what they brought since they were made."""

    access = {"GET": LINKS_READ}
    serializer_class = EntryLinkOut
    filterset_class = EntryLinkFilter

    def rows(self) -> QuerySet[EntryLink]:
        return link_list(viewer_of(self.request))


class ResultsQuery(serializers.Serializer):
    since = serializers.DateField(required=False, default=None)
    until = serializers.DateField(required=False, default=None)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        today = clock.now().astimezone(tenant_zone()).date()
        until = said["until"] or today
        since = said["since"] or until - timedelta(days=27)
        if not 0 <= (until - since).days < _DAYS_MOST or until > today:
            raise serializers.ValidationError({"since": f"Ask for at most {_DAYS_MOST} days, up to today."})
        return {"since": since, "until": until}


class LinkDayOut(serializers.Serializer):
    on = serializers.DateField()
    visits = serializers.IntegerField()
    visitors = serializers.IntegerField()
    leads = serializers.IntegerField()


class ResultsOut(serializers.Serializer):
    visits = serializers.IntegerField()
    visitors = serializers.IntegerField()
    machines = serializers.IntegerField(help_text="Openings by crawlers and previews; no visits.")
    leads = serializers.IntegerField()
    won = serializers.IntegerField()
    days = LinkDayOut(many=True)
    hours: Any = serializers.ListField(child=serializers.IntegerField(), help_text="Visits per hour of the local day.")


class EntryLinkResults(Resource):
    access = {"GET": LINKS_READ}

    @extend_schema(
        summary="What an entry link brought",
        parameters=[
            OpenApiParameter("since", OpenApiTypes.DATE, description="First day; else 28 days up to the last."),
            OpenApiParameter("until", OpenApiTypes.DATE, description="Last day, included; else today."),
        ],
        responses={200: ResultsOut, 400: ErrorsBody},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        refuse_unknown_parameters(request, None, also=ResultsQuery().fields)
        query = ResultsQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        link = link_get(viewer_of(request), pk)
        if link is None:
            raise Http404
        said = query.validated_data
        found = link_results(viewer_of(request), link, first=said["since"], last=said["until"], zone=tenant_zone())
        days = [
            {"on": day, "visits": visits, "visitors": visitors, "leads": leads}
            for day, (visits, visitors, leads) in found.days.items()
        ]
        totals = {name: getattr(found, name) for name in ("visits", "visitors", "machines", "leads", "won", "hours")}
        return Response(ResultsOut({**totals, "days": days}).data)


class ReferralOut(serializers.ModelSerializer):
    program = serializers.UUIDField(source="program_id")
    lead = serializers.UUIDField(source="lead_id")
    contact = serializers.UUIDField(source="contact_id", help_text="Who was brought.")
    by_contact = serializers.UUIDField(source="by.contact_id", allow_null=True)
    by_rep = serializers.UUIDField(source="by.rep_id", allow_null=True)
    counts = serializers.SerializerMethodField()

    class Meta:
        model = Referral
        fields: tuple[str, ...] = (
            "id",
            "program",
            "lead",
            "contact",
            "by_contact",
            "by_rep",
            "counts",
            "refusal",
            "at",
        )

    def get_counts(self, referral: Referral) -> bool:
        return not referral.refusal


class ReferralFilter(django_filters.FilterSet):
    program = django_filters.UUIDFilter(field_name="program_id")

    class Meta:
        model = Referral
        fields: tuple[str, ...] = ()


class ReferralList(ListResource):
    """Who brought whom."""

    access = {"GET": LINKS_READ}
    serializer_class = ReferralOut
    filterset_class = ReferralFilter

    def rows(self) -> QuerySet[Referral]:
        return referral_list(viewer_of(self.request))


class RewardOut(serializers.ModelSerializer):
    program = serializers.UUIDField(source="program_id")
    referral = serializers.UUIDField(source="referral_id")

    class Meta:
        model = Reward
        fields: tuple[str, ...] = (
            *("id", "program", "referral", "earned_for", "amount", "unit", "currency", "state", "reason", "created_at"),
        )


class RewardFilter(django_filters.FilterSet):
    program = django_filters.UUIDFilter(field_name="program_id")
    state = django_filters.ChoiceFilter(choices=RewardState.choices)

    class Meta:
        model = Reward
        fields: tuple[str, ...] = ()


class RewardList(ListResource):
    """The ledger of rewards."""

    access = {"GET": LINKS_READ}
    serializer_class = RewardOut
    filterset_class = RewardFilter

    def rows(self) -> QuerySet[Reward]:
        return reward_list(viewer_of(self.request))
