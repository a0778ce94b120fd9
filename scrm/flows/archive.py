"""The story of the archive: touches of people who left their SOP long ago make room."""

from campaigns.services.archive import archive_ended
from scheduler.budget import Budget
from scrm.core import clock


def archive_due(budget: Budget) -> bool:
    """Archive a batch at a time; True when more is waiting."""
    while archive_ended(now=clock.now()):
        if budget.spent:
            return True
    return False
