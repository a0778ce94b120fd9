"""The end of what was sent with leads: a week later it is forgotten."""

from leads.services import forget_arrival_payloads
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock


def arrival_payloads_due(budget: Budget) -> bool:
    """Forget what was kept long enough; True when more is waiting."""
    while True:
        with due_work():
            more = forget_arrival_payloads(now=clock.now())
        if not more or budget.spent:
            return more
