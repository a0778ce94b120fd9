"""Counts of related rows as a column: one statement for a list and its numbers."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce


def count_of(rows: QuerySet[Any], by: str, distinct: str = "") -> Coalesce:
    """How many of `rows` point by the field `by` at the row at hand; `distinct` counts a field's values.

    A subquery rather than a join, so that several counts beside each other don't multiply.
    """
    counted = Count(distinct, distinct=True) if distinct else Count("pk")
    of_one = rows.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(found=counted).values("found")
    return Coalesce(Subquery(of_one, output_field=IntegerField()), 0)


def sum_of(rows: QuerySet[Any], by: str, of: str) -> Coalesce:
    """The sum of a field of the `rows` that point by the field `by` at the row at hand."""
    of_one = rows.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(found=Sum(of)).values("found")
    return Coalesce(Subquery(of_one, output_field=IntegerField()), 0)
