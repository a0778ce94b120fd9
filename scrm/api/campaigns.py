"""/campaigns: pushes with their goals, and what each brought within its days."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.campaigns import campaign_figures, frozen
from campaigns.campaign_selectors import campaign_all
from campaigns.models import Campaign
from campaigns.selectors import campaign_get
from scrm.api.access import CAMPAIGNS_READ
from scrm.api.authentication import viewer_of
from scrm.api.base import ListResource, Resource
from scrm.api.errors import ErrorsBody
from scrm.core import clock
from tenants.selectors import tenant_zone


class CampaignOut(serializers.ModelSerializer):
    sources: Any = serializers.SerializerMethodField()

    class Meta:
        model = Campaign
        fields: tuple[str, ...] = (
            *("id", "name", "kind", "starts_on", "ends_on", "budget", "currency", "goal", "goal_metric"),
            *("goal_target", "goal_by", "sources", "created_at"),
        )

    def get_sources(self, campaign: Campaign) -> list[UUID]:
        return [source.pk for source in campaign.sources.all()]


class GoalOut(serializers.Serializer):
    reached = serializers.DecimalField(max_digits=16, decimal_places=2)
    target = serializers.DecimalField(max_digits=16, decimal_places=2)


class CampaignFiguresOut(serializers.Serializer):
    visits = serializers.IntegerField(help_text="Openings of its links and views of its forms.")
    leads = serializers.IntegerField()
    effective = serializers.IntegerField(help_text="Leads with an effective communication since.")
    promising = serializers.IntegerField(help_text="Leads rated A or B.")
    won = serializers.IntegerField()
    orders = serializers.IntegerField(help_text="Paid orders in the business's currency.")
    cost = serializers.CharField(allow_null=True)
    revenue = serializers.CharField(allow_null=True)
    cost_per_lead = serializers.CharField(allow_null=True)
    cost_per_deal = serializers.CharField(allow_null=True)
    roi = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    budget = serializers.CharField(allow_null=True)
    goal = GoalOut(allow_null=True)


class CampaignList(ListResource):
    """Marketing pushes with period, budget and goal."""

    access = {"GET": CAMPAIGNS_READ}
    serializer_class = CampaignOut

    def rows(self) -> QuerySet[Campaign]:
        return campaign_all()


class CampaignDetail(Resource):
    """What one of them brought."""

    access = {"GET": CAMPAIGNS_READ}

    @extend_schema(summary="What a campaign brought", responses={200: CampaignFiguresOut, 404: ErrorsBody})
    def get(self, request: Request, pk: UUID) -> Response:
        campaign = campaign_get(pk)
        if campaign is None:
            raise Http404
        today = clock.now().astimezone(tenant_zone()).date()
        found = campaign_figures(viewer_of(request), campaign, today=today)
        return Response(CampaignFiguresOut(frozen(found)).data)
