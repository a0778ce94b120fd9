"""Which products an opportunity is about."""

from uuid import UUID

from commerce.models import OpportunityItem


def product_ids_of_opportunity(opportunity_id: UUID) -> list[UUID]:
    rows = OpportunityItem.objects.filter(opportunity=opportunity_id).order_by("product__name")
    return list(rows.values_list("product", flat=True))
