"""How somebody fills in a hosted form: their lead and the event, kept together."""

from datetime import datetime

from events.inputs import Happening
from leads.inputs import Arrival, ArrivalOutcome
from leads.models import Form
from scheduler.services import due_work
from scrm.flows.arrival import lead_arrived
from scrm.flows.engagement import take_in


def form_submitted(form: Form, arrival: Arrival, *, now: datetime) -> ArrivalOutcome:
    """A form was sent: its lead is kept once, however often they press the button."""
    with due_work():
        outcome = lead_arrived([arrival], now=now)[0]
        if outcome.contact_id is not None:
            said = {"form": form.title, "source": form.source.name}
            key = f"form_submitted:{outcome.lead_id}"
            take_in([Happening(outcome.contact_id, "form_submitted", now, key, said)], now=now)
        return outcome
