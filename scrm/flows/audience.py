"""The story of segments: people come and go by themselves."""

from audiences.services import refresh_stalest
from scheduler.budget import Budget
from scrm.core import clock


def segments_due(budget: Budget) -> bool:
    """Refresh the segments that have become stale, the stalest first; True when more may be waiting."""
    while refresh_stalest(now=clock.now()):
        if budget.spent:
            return True
    return False
