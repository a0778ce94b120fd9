"""The story of due touchpoints: recover, claim lane by lane, carry out."""

import structlog
from django.db import InterfaceError, OperationalError

from campaigns.enums import Closure
from campaigns.models import Lane
from campaigns.selectors import lanes_with_due_rows
from campaigns.services.delivery import deliver
from campaigns.services.lanes import close_lane_for, note_progress
from campaigns.services.ledger import claim_batches, recover
from scheduler.budget import Budget
from scrm.core import clock

log = structlog.get_logger(__name__)
_FAULT_SECONDS = 5


def touchpoints_due(budget: Budget) -> bool:
    """Work off what is due until nothing is left or the budget is spent; True when more is waiting.

    Lanes take turns, a batch each and an equal share of the time, so that a long or slow one does
    not hold up a short one.
    """
    recover(now=clock.now())
    while True:
        lanes = lanes_with_due_rows(clock.now())
        worked = False
        for place, lane in enumerate(lanes):
            if budget.spent:
                return True
            worked = _serve(lane, budget.share(len(lanes) - place)) or worked
        if not worked:
            return False


def _serve(lane: Lane, budget: Budget) -> bool:
    """A batch of one lane. A fault that is not one row's closes it for a moment: the other lanes go on."""
    worked = False
    try:
        for batch in claim_batches(lane=lane):
            worked = True
            if batch.messages:
                deliver(batch, budget)
            else:
                note_progress(lane_id=batch.lane_id, now=clock.now())
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("lane.fault", lane=lane.pk)
        close_lane_for(lane_id=lane.pk, seconds=_FAULT_SECONDS, closure=Closure.FAULT, now=clock.now())
    return worked
