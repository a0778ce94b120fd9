"""What an arrival owes to the link that it came through: source, parameters, and whose it is."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from accounts.selectors import department_stand_in
from leads.inputs import Arrival
from leads.models import EntryLink
from leads.selectors import link_through


def through_link(arrival: Arrival, link_id: UUID, at: datetime) -> Arrival:
    """The arrival as it stands when its person opened this link at that time; a link that is gone says nothing.

    A lead through a representative's link is theirs, through a dealer's one of the dealer's people, unless
    somebody is in charge of the contact already; through a customer's link, of whoever looks after that customer.
    """
    link = link_through(link_id)
    if link is None:
        return arrival
    lead = replace(arrival.lead, source=link.source.name) if link.source else arrival.lead
    rep_id = _rep_of(link)
    department_id = link.department_id
    if rep_id is None and department_id is not None:
        rep_id = department_stand_in(department_id)
    return replace(
        arrival,
        lead=lead,
        utm={**arrival.utm, **link.utm},
        link_id=link.pk,
        touched_at=at,
        suggested_owner_id=rep_id or arrival.suggested_owner_id,
        department_id=department_id or arrival.department_id,
    )


def _rep_of(link: EntryLink) -> UUID | None:
    """The link's representative, else who looks after the customer whose link it is."""
    rep = link.rep
    if rep is None and hasattr(link, "referral") and link.referral.contact is not None:
        rep = link.referral.contact.owner
    return rep.pk if rep is not None and rep.is_active else None
