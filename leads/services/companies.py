"""What a merge of companies moves in this room: opportunities."""

from collections.abc import Collection
from uuid import UUID

from contacts.models import Company
from leads.models import Opportunity


def move_opportunities(*, company: Company, into: Company) -> list[UUID]:
    """Give a company's opportunities to another; the ids of those that moved."""
    rows = Opportunity.objects.filter(company=company).select_for_update(no_key=True).order_by("pk")
    moved = list(rows.values_list("pk", flat=True))
    Opportunity.objects.filter(pk__in=moved).update(company=into)
    return moved


def give_opportunities_back(*, ids: Collection[UUID], company: Company, into: Company) -> None:
    """Those of them that are still the other company's become this one's again."""
    Opportunity.objects.filter(pk__in=list(ids), company=into).update(company=company)
