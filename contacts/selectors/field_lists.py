"""Lists of contacts by what their fields hold: narrowed, sorted."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.expressions import OrderBy

from contacts.models import Contact, CustomField
from contacts.queries import field_rule_holds, value_of_field
from scrm.core.conditions import Condition


def contacts_where(rows: QuerySet[Contact], conditions: Iterable[Condition], now: datetime) -> QuerySet[Contact]:
    """Those for whom all of the conditions hold."""
    return rows.filter(*(field_rule_holds(condition, now) for condition in conditions))


def contacts_by_field(rows: QuerySet[Contact], field: CustomField, *, descending: bool) -> QuerySet[Contact]:
    """By what a field holds, who says nothing last; the key settles equal ones."""
    value = value_of_field(field.code, field.shape)
    return rows.order_by(OrderBy(value, descending=descending, nulls_last=True), "-pk" if descending else "pk")
