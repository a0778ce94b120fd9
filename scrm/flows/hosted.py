"""How somebody fills in a hosted form: their lead, whose it is, its tags, SOP and event, kept together."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from campaigns.form_models import FormRoute
from campaigns.form_selectors import form_route
from campaigns.services.enrolment import enroll
from campaigns.services.form_routes import save_form_route
from events.inputs import Happening
from leads.enums import OwnerRule
from leads.inputs import CREATED, UNCHANGED, Arrival, ArrivalOutcome
from leads.models import Form, Source
from leads.services import update_form
from leads.services.pages import SentPage, spend_page
from scheduler.services import due_work
from scrm.flows.arrival import lead_arrived
from scrm.flows.engagement import starts_for, take_in
from tagging.selectors import tag_ids_active


def form_submitted(
    form: Form, arrival: Arrival, tag_ids: Collection[str] = (), *, page: SentPage | None = None, now: datetime
) -> ArrivalOutcome:
    """A form was sent: its lead is kept once, however often they press the button.

    `tag_ids` are what the chosen answers give; those that are gone give nothing. Whoever is in
    charge of the customer stays so, whatever the form's rule. `page` is spent in the same transaction;
    PageSpent when it was before, and said something else.
    """
    with due_work():
        if page is not None and not spend_page(page):
            return ArrivalOutcome(arrival.lead.row, UNCHANGED)
        route = form_route(form.pk)
        outcome = lead_arrived([_routed(form, arrival, tag_ids, route)], now=now)[0]
        if outcome.contact_id is not None:
            if outcome.outcome == CREATED and route.sop is not None:
                starts = starts_for({outcome.contact_id: outcome.lead_id}, now)
                enroll(sop=route.sop, starts=list(starts.values()))
            said = {"form": form.title, "source": form.source.name}
            key = f"form_submitted:{outcome.lead_id}"
            take_in([Happening(outcome.contact_id, "form_submitted", now, key, said)], now=now)
        return outcome


@transaction.atomic
def form_settings_saved(
    form: Form, *, title: str, source: Source, sites: Sequence[str], by: User, now: datetime, **route: Any
) -> None:
    """A form's name, source, sites and what it begins, as one; `route` is what `save_form_route` takes."""
    update_form(form=form, title=title, source=source, sites=sites, by=by, now=now)
    save_form_route(form_id=form.pk, **route, by=by, now=now)


def _routed(form: Form, arrival: Arrival, tag_ids: Collection[str], route: FormRoute) -> Arrival:
    person = route.person if route.owner_rule == OwnerRule.PERSON else None
    return replace(
        arrival,
        suggested_owner_id=arrival.suggested_owner_id or (person.pk if person and person.is_active else None),
        department_id=arrival.department_id or route.department_id,
        tag_ids=tuple(tag_ids_active(tag_ids)),
        evidence=form.title,
    )
