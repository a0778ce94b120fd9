"""Me: how I stand, and how the app looks."""

from datetime import timedelta

from django.http import HttpResponse

from accounts.enums import Scope
from accounts.selectors_duty import leave_now
from analytics.cards import Span
from analytics.dealers import person_cards
from campaigns.task_selectors import task_numbers
from leads.selectors import lead_totals
from scrm.core import clock
from scrm.web.access import Visit
from scrm.web.rep.away import CHOICES
from scrm.web.rep.page import day_began, is_mine, on_phone, show
from tenants.selectors import tenant_current, tenant_zone


@on_phone()
def index(request: Visit) -> HttpResponse:
    now = clock.now()
    today = now.astimezone(tenant_zone()).date()
    _cards, total = person_cards(request.user, Span(today - timedelta(days=27), today), now=now)
    context = {
        "numbers": task_numbers(request.user, now=now, day_began=day_began(now), mine=is_mine(request)),
        "leads": lead_totals(request.user, day_began=day_began(now)),
        "card": total.now,
        "amount": total.now.amount(tenant_current().currency),
        "currency": tenant_current().currency,
        "leave": leave_now(request.user, now=now),
        "away_choices": CHOICES,
        "has_team": request.user.data_scope != Scope.OWN,
    }
    return show(request, "rep/me.html", "me", context)
