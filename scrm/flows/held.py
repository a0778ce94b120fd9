"""What came through a form and may be a robot's: held, and a lead only when somebody says so."""

from collections.abc import Collection
from datetime import datetime

from accounts.models import User
from leads.arrivals import problems_of
from leads.inputs import CREATED, REJECTED, UNCHANGED, Arrival, ArrivalOutcome
from leads.models import Form, HeldLead
from leads.services.held import NewHeld, forget_held, hold_lead, take_held
from leads.services.pages import SentPage, forget_pages, spend_page
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.hosted import form_submitted


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
    held: HeldLead, form: Form, arrival: Arrival, tag_ids: Collection[str] = (), *, by: User, now: datetime
) -> ArrivalOutcome | None:
    """Somebody says that it is a person's: it becomes a lead as if it came now; None when it no longer waits."""
    with due_work():
        if not take_held(held_id=held.pk, by=by, now=now):
            return None
        return form_submitted(form, arrival, tag_ids, now=now)


def pages_due(budget: Budget) -> bool:
    """Forget pages and held leads whose time is over; True when more is waiting."""
    for forget in (forget_pages, forget_held):
        while forget(now=clock.now()):
            if budget.spent:
                return True
    return False
