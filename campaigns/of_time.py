"""What is known of contacts that time rules count from: a date of theirs, their next order, when they buy."""

from collections.abc import Mapping
from datetime import date, time
from uuid import UUID
from zoneinfo import ZoneInfo

from campaigns.timing.anchors import FIELD, MOMENT, NEXT_ORDER
from commerce.selectors import next_orders_of, usual_times_of
from contacts.selectors import field_dates_of


def days_of(need: str | None, zones: Mapping[UUID, str]) -> Mapping[UUID, date]:
    """The day that a rule of this need counts from, for those contacts of whom it is known; by their zones."""
    if need == NEXT_ORDER:
        expected = next_orders_of(zones)
        return {contact_id: at.astimezone(ZoneInfo(zones[contact_id])).date() for contact_id, at in expected.items()}
    if need is not None and need.startswith(FIELD):
        return field_dates_of(zones, need.removeprefix(FIELD))
    return {}


def times_of_day_of(need: str | None, zones: Mapping[UUID, str]) -> Mapping[UUID, time]:
    """When they usually buy, for those contacts of whom it is known."""
    return usual_times_of(zones) if need == MOMENT else {}
