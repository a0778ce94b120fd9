"""Reads of how leads came in."""

from typing import Final
from uuid import UUID

from accounts.enums import Scope
from accounts.models import User
from leads.models import LeadArrival
from leads.models.arrivals import CREATED_BY_JOB

_SHOWN: Final = 10


def arrivals_of_lead(lead_id: UUID) -> list[LeadArrival]:
    """How a lead came in and was told of again, the latest first; for a lead that the reader may see."""
    rows = LeadArrival.objects.filter(lead=lead_id).select_related("owner", "rule", "job", "message__endpoint")
    return list(rows.order_by("-taken_at", "-pk")[:_SHOWN])


def arrival_of_lead(lead_id: UUID, arrival_id: UUID) -> LeadArrival | None:
    return LeadArrival.objects.filter(pk=arrival_id, lead=lead_id).select_related("lead", "message").first()


def payload_is_readable(viewer: User, arrival: LeadArrival) -> bool:
    """Whether what was sent is still kept, and tells the viewer of nobody but this lead or of whom they may see."""
    if arrival.payload is not None:
        return True
    message = arrival.message
    if message is None or message.payload is None:
        return False
    told = message.outcome
    alone = told.get("leads") == 1 and not told.get("rejected")
    return alone or viewer.data_scope == Scope.ALL


def lead_count_by_job(job_id: UUID) -> int:
    """How many leads that are there a file brought."""
    return LeadArrival.objects.filter(CREATED_BY_JOB, job=job_id, lead__isnull=False).count()
