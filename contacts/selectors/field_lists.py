"""Lists of contacts, leads and companies by what their fields hold: narrowed, sorted."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.db.models.expressions import OrderBy

from contacts.enums import FieldSubject
from contacts.models import CustomField
from contacts.queries import field_rule_holds, value_of_field
from scrm.core.conditions import Condition

Row = TypeVar("Row", bound=Model)


def rows_where(
    rows: QuerySet[Row], conditions: Iterable[Condition], now: datetime, *, of: FieldSubject = FieldSubject.CONTACT
) -> QuerySet[Row]:
    """Those for whom all of the conditions hold; `of` is what the rows are."""
    return rows.filter(*(field_rule_holds(condition, of, now) for condition in conditions))


def rows_by_field(rows: QuerySet[Row], field: CustomField, *, descending: bool) -> QuerySet[Row]:
    """By what a field holds, who says nothing last; the key settles equal ones."""
    value = value_of_field(field.code, field.shape)
    return rows.order_by(OrderBy(value, descending=descending, nulls_last=True), "-pk" if descending else "pk")
