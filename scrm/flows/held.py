"""What came through a form and may be a robot's: held, and a lead only when somebody says so."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import User
from leads.arrivals import problems_of
from leads.inputs import CREATED, REJECTED, UNCHANGED, Arrival, ArrivalOutcome
from leads.models import HeldLead
from leads.services.held import NewHeld, accept_held, forget_held, hold_lead, hold_waiting
from leads.services.pages import SentPage, forget_pages, spend_page
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.hosted import form_submitted


class StillHeld(Exception):
    """It can't become a lead and goes on waiting; `reasons` are for whoever accepted it."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class HeldEnquiry:
    """What was sent, read again: the enquiry that it makes, and the tags of its answers."""

    arrival: Arrival
    tag_ids: Collection[str] = ()


def form_held(arrival: Arrival, held: NewHeld, page: SentPage, *, now: datetime) -> ArrivalOutcome:
    """A form was sent, perhaps by a robot: no lead, no owner and no SOP yet. PageSpent as in `form_submitted`."""
    problems = problems_of(arrival)
    if problems:
        return ArrivalOutcome(arrival.lead.row, REJECTED, problems=tuple(problems))
    with due_work():
        if not spend_page(page):
            return ArrivalOutcome(arrival.lead.row, UNCHANGED)
        hold_lead(held, now=now)
    return ArrivalOutcome(arrival.lead.row, CREATED)


def held_accepted(
    held_id: UUID, read: Callable[[HeldLead], HeldEnquiry], *, by: User | None, now: datetime
) -> ArrivalOutcome | None:
    """Somebody says that it is a person's: it becomes a lead as if it came now; None when it no longer waits.

    `read` is given the locked row, so that nobody accepts what was sent before the latest. StillHeld, from it or when
    the enquiry is refused: then nothing has changed.
    """
    with due_work():
        held = hold_waiting(held_id=held_id)
        if held is None:
            return None
        enquiry = read(held)
        outcome = form_submitted(held.form, enquiry.arrival, enquiry.tag_ids, now=now)
        if outcome.outcome == REJECTED:
            raise StillHeld([problem.reason for problem in outcome.problems])
        accept_held(held=held, by=by, now=now)
        return outcome


def pages_due(budget: Budget) -> bool:
    """Forget pages and held leads whose time is over; True when more is waiting."""
    for forget in (forget_pages, forget_held):
        while forget(now=clock.now()):
            if budget.spent:
                return True
    return False
