"""Writes about how leads came in: each arrival is kept, what was sent is forgotten after a week."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import transaction

from accounts.models import User
from contacts.services import count_reveal
from exchange.services import open_message
from leads.arrival_payloads import in_lines, open_payload, seal_again, seal_payloads
from leads.enums import AssignedBy
from leads.inputs import Arrival
from leads.models import LeadArrival
from scheduler.services import note_due
from scrm.core.bulk import insert_columns
from scrm.core.crypto import CryptoError
from scrm.core.ids import uuid7s

KEPT_FOR: Final = timedelta(days=7)
"""How long what was sent is kept, sealed."""
_AT_ONCE: Final = 1000


class NewArrival(NamedTuple):
    """One arrival of a lead, and what became of it."""

    lead_id: UUID
    arrival: Arrival
    outcome: str
    matched_by: str
    assigned_by: AssignedBy
    owner_id: UUID | None
    rule_id: UUID | None = None
    method: str = ""
    fields_set: Mapping[str, Any] | None = None


def keep_arrivals(*, arrivals: Sequence[NewArrival], starts_sops: bool, now: datetime) -> None:
    """Note how leads came in, in the transaction that takes them in. Inside `due_work`."""
    ids = uuid7s(len(arrivals))
    payloads = seal_payloads([(pk, each.arrival.payload) for pk, each in zip(ids, arrivals, strict=True)])
    columns: dict[str, list[Any]] = {
        "id": ids,
        "lead_id": [each.lead_id for each in arrivals],
        "came_by": [each.arrival.came_by.value for each in arrivals],
        "outcome": [each.outcome for each in arrivals],
        "matched_by": [each.matched_by for each in arrivals],
        "assigned_by": [each.assigned_by.value for each in arrivals],
        "owner_id": [each.owner_id for each in arrivals],
        "rule_id": [each.rule_id for each in arrivals],
        "method": [each.method for each in arrivals],
        "job_id": [each.arrival.job_id for each in arrivals],
        "row": [each.arrival.lead.row if each.arrival.job_id else None for each in arrivals],
        "message_id": [each.arrival.message_id for each in arrivals],
        "payload": payloads,
        "arrived_at": [each.arrival.received_at or now for each in arrivals],
    }
    if any(each.fields_set for each in arrivals):
        columns["fields_set"] = [each.fields_set for each in arrivals]
    insert_columns(LeadArrival, columns, {"starts_sops": starts_sops, "taken_at": now})
    kept = [at for at, payload in zip(columns["arrived_at"], payloads, strict=True) if payload is not None]
    if kept:
        note_due(min(kept) + KEPT_FOR)


def forget_arrival_payloads(*, now: datetime) -> bool:
    """Payloads that were kept long enough go; True when there may be more."""
    old = LeadArrival.objects.filter(payload__isnull=False, arrived_at__lte=now - KEPT_FOR).order_by("arrived_at")
    ids = list(old.values_list("pk", flat=True)[:_AT_ONCE])
    LeadArrival.objects.filter(pk__in=ids).update(payload=None)
    return len(ids) == _AT_ONCE


def reveal_payload(*, arrival: LeadArrival, by: User, now: datetime) -> str:
    """What was sent, in clear, or empty when it is forgotten; who asked is counted and in the trail. RevealsSpent."""
    details = {"arrival": str(arrival.pk)}
    shown: dict[str, Any] = {"subject": arrival.pk, "kind": "payload", "details": details, "action": "payload.revealed"}
    count_reveal(contact=arrival.lead.contact, about=arrival.lead, by=by, now=now, **shown)
    if arrival.payload is None and arrival.message is not None:
        return in_lines(open_message(arrival.message))
    return open_payload(arrival)


def reseal_payloads() -> tuple[int, int]:
    """Seal with the master key of now what is not: how many were, and how many can't be opened."""
    after, changed, lost = None, 0, 0
    while True:
        with transaction.atomic():
            rows = LeadArrival.objects.select_for_update(no_key=True).only("pk", "payload").order_by("pk")
            rows = rows.filter(payload__isnull=False)
            batch = list((rows.filter(pk__gt=after) if after else rows)[:_AT_ONCE])
            anew = []
            for row in batch:
                try:
                    sealed = seal_again(row)
                except CryptoError:
                    lost += 1
                    continue
                if sealed is not None:
                    row.payload = sealed
                    anew.append(row)
            LeadArrival.objects.bulk_update(anew, ["payload"])
            changed += len(anew)
        if not batch:
            return changed, lost
        after = batch[-1].pk
