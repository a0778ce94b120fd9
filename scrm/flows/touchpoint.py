"""The story of due touchpoints: recover, claim lane by lane, carry out."""

from campaigns.selectors import lanes_with_due_rows
from campaigns.services.delivery import deliver
from campaigns.services.ledger import claim_batch, recover
from scheduler.budget import Budget
from scrm.core import clock


def touchpoints_due(budget: Budget) -> bool:
    """Work off what is due until nothing is left or the budget is spent; True when more is waiting.

    Lanes take turns, a batch each, so that a long one does not hold up a short one.
    """
    recover(now=clock.now())
    while True:
        lanes = lanes_with_due_rows(clock.now())
        if not lanes:
            return False
        worked = False
        for lane in lanes:
            if budget.spent:
                return True
            batch = claim_batch(lane=lane)
            if batch is None:
                continue
            worked = True
            if batch.messages:
                deliver(batch)
        if not worked:
            return False
