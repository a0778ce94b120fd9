"""What came of it: the funnel and the table by source, for the leads that a user may see."""

from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.enums import Scope
from accounts.models import User
from accounts.selectors import visible_to
from analytics import queries
from analytics.funnel import FunnelDay, FunnelStep, ReportFilters, SourceRow, steps_from
from leads.models import Lead
from tenants.selectors import tenant_current, tenant_zone

_EMPTY_AT_MOST: Final = timedelta(days=731)
"""So many days without leads are shown before the first that has some, and after the last."""


def funnel(user: User, filters: ReportFilters) -> list[FunnelStep]:
    """Captured, assigned, touched, engaged, won: of the leads captured in the period, by now."""
    return steps_from(queries.funnel_counts(leads_within(user, filters)))


def funnel_per_day(user: User, filters: ReportFilters) -> list[FunnelDay]:
    """The same by day of capture, days without leads included, but not ages of them."""
    found = [FunnelDay(*row) for row in queries.funnel_counts_per_day(leads_within(user, filters), str(tenant_zone()))]
    if not found:
        return []
    by_day = {day.on: day for day in found}
    first, last = found[0].on, found[-1].on
    if filters.since:
        first = first - min(first - filters.since, _EMPTY_AT_MOST)
    if filters.until:
        last = last + min(filters.until - last, _EMPTY_AT_MOST)
    return [by_day.get(day) or FunnelDay(day, 0, 0, 0, 0) for day in _days(first, last)]


def source_table(user: User, filters: ReportFilters) -> list[SourceRow]:
    """One row per source, the one with most leads first.

    A cost belongs to a whole source, so it is told only to those who see all of its leads.
    """
    currency = tenant_current().currency
    whole = user.data_scope == Scope.ALL and filters.owner_id is None
    rows = queries.source_counts(
        leads_within(user, filters),
        currency=currency,
        since=filters.since,
        until=filters.until,
        sources=None if filters.source_ids is None else list(filters.source_ids),
    )
    return [
        SourceRow(
            source_id=source_id,
            name=name or _("No source"),
            leads=leads,
            valid=valid,
            assigned=assigned,
            touched=touched,
            engaged=engaged,
            won=won,
            cost=cost if whole else None,
            currency=currency,
        )
        for source_id, name, leads, valid, assigned, touched, engaged, won, cost in rows
        if whole or leads
    ]


def leads_within(user: User, filters: ReportFilters) -> QuerySet[Lead]:
    """The leads that a report is about and the user may see."""
    leads = visible_to(user, Lead.objects.all())
    zone = tenant_zone()
    if filters.since:
        leads = leads.filter(captured_at__gte=datetime.combine(filters.since, time(), zone))
    if filters.until and filters.until < date.max:
        leads = leads.filter(captured_at__lt=datetime.combine(filters.until + timedelta(days=1), time(), zone))
    if filters.source_ids is not None:
        leads = leads.filter(source__in=filters.source_ids)
    if filters.owner_id:
        leads = leads.filter(owner=filters.owner_id)
    return leads


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=index) for index in range((last - first).days + 1)]
