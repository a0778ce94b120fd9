"""/tiers: how valuable customers are, by what they bought or by rules."""

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from commerce.models import Tier
from commerce.tier_selectors import tier_rows
from scrm.api.access import ORDERS_READ
from scrm.api.authentication import viewer_of
from scrm.api.base import ListResource


class TierOut(serializers.ModelSerializer):
    scheme = serializers.CharField(source="scheme.name")
    kind = serializers.CharField(source="scheme.kind", help_text="What its scheme is made of: rfm, activity or rule.")
    condition = serializers.JSONField(
        help_text="Of a scheme made of rules: whom the tier holds; empty for everybody else."
    )
    customers = serializers.IntegerField(help_text="Those within reach.")

    class Meta:
        model = Tier
        fields: tuple[str, ...] = (
            *(
                "id",
                "code",
                "name",
                "scheme",
                "kind",
                "condition",
                "position",
                "recency_from",
                "recency_to",
                "frequency_from",
            ),
            *("frequency_to", "money_from", "money_to", "customers"),
        )


class TierFilter(django_filters.FilterSet):
    code = django_filters.CharFilter()
    scheme = django_filters.CharFilter(field_name="scheme__name")

    class Meta:
        model = Tier
        fields: tuple[str, ...] = ()


class TierList(ListResource):
    """Tiers of all schemes, with how many customers are in each."""

    access = {"GET": ORDERS_READ}
    serializer_class = TierOut
    filterset_class = TierFilter

    def rows(self) -> QuerySet[Tier]:
        return tier_rows(viewer_of(self.request)).order_by("scheme__name", "position", "pk")
