"""The demo's first answers: how fast new leads were answered, and two customers who asked to wait."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from accounts.models import User
from leads.enums import LeadStatus, PauseReason
from leads.models import Lead, ResponseRule
from leads.services import NewClock, start_clocks
from scrm.demo.queries import answer_leads
from scrm.flows.response_pauses import response_paused

_ASKED_TO_WAIT: Final = 2


def answer(users: Mapping[str, User], *, now: datetime) -> None:
    rule = ResponseRule.objects.get(source=None)
    answer_leads(rule.pk, minutes=rule.minutes, since=now - timedelta(days=56), now=now)
    rep = users["rep"]
    waiting = Lead.objects.filter(owner=rep, status=LeadStatus.ASSIGNED).order_by("-captured_at", "pk")
    chosen = list(waiting.select_related("contact")[:_ASKED_TO_WAIT])
    due = now + timedelta(minutes=rule.minutes)
    start_clocks(clocks=[NewClock(lead.pk, rule.pk, due, None) for lead in chosen], now=now)
    for lead, reason, days in zip(chosen, PauseReason, (2, 5), strict=False):
        response_paused(lead, reason=reason, until=now + timedelta(days=days), by=rep, now=now)
