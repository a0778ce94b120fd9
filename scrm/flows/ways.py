"""By which way each arrival came: its touch is kept, and whoever brought a new lead is credited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import leads.services
from leads.enums import LeadOrigin
from leads.inputs import Arrival
from leads.services import NewReferral, NewTouch


@dataclass(frozen=True, slots=True)
class Way:
    """One arrival with the lead that it made or told more of."""

    contact_id: UUID
    lead_id: UUID
    arrival: Arrival
    is_new: bool
    was_known: bool
    is_won: bool


def note_ways(ways: Sequence[Way], now: datetime) -> None:
    """Keep the touches of these arrivals, and refer new leads to whoever brought them. Their contacts are locked."""
    touches = [
        NewTouch(
            contact_id=way.contact_id,
            lead_id=way.lead_id,
            at=way.arrival.touched_at or way.arrival.lead.captured_at or now,
            link_id=way.arrival.link_id,
            utm=way.arrival.utm,
            brought=way.is_new,
        )
        for way in ways
        if is_touch(way.arrival)
    ]
    if touches:
        leads.services.note_touches(touches=touches)
    brought = [
        NewReferral(way.arrival.link_id, way.contact_id, way.lead_id, was_known=way.was_known)
        for way in ways
        if way.is_new and way.arrival.link_id is not None
    ]
    if brought:
        leads.services.attribute_referrals(brought=brought, now=now)
    # A new lead that came by no link was brought by nobody.
    won = [way.lead_id for way in ways if way.is_won and (way.arrival.link_id is not None or not way.is_new)]
    if won:
        leads.services.reward_deals(lead_ids=won, now=now)


def is_touch(arrival: Arrival) -> bool:
    """Whether the arrival says by what its person came."""
    # A file tells of the past in bulk: its parameters stay on its leads.
    return arrival.link_id is not None or bool(arrival.utm and arrival.came_by != LeadOrigin.IMPORT)
