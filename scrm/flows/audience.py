"""The story of segments: people come and go by themselves, and what counts them fast is kept up."""

from audiences.services import refresh_stalest
from audiences.services_bits import fold_bits
from scheduler.budget import Budget
from scrm.core import clock


def segments_due(budget: Budget) -> bool:
    """Refresh the segments that have become stale, the stalest first; True when more may be waiting."""
    while refresh_stalest(now=clock.now()):
        if budget.spent:
            return True
    return False


def bits_due(budget: Budget) -> bool:
    """Bring the bit strings up to what changed; True when more may be waiting."""
    while fold_bits(now=clock.now()):
        if budget.spent:
            return True
    return False
