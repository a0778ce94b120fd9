"""The story of bit strings: what changes is folded in, and where they are wrong they are made anew."""

from audiences.services_bits import fold_bits, rebuild_bits
from scheduler.budget import Budget
from scrm.core import clock


def bits_due(budget: Budget) -> bool:
    """Bring the bit strings up to what changed; True when more may be waiting."""
    while fold_bits(now=clock.now()):
        if budget.spent:
            return True
    return False


def bits_made_anew() -> bool:
    """Make the bit strings of the business anew; False where it keeps none."""
    return rebuild_bits(now=clock.now())
