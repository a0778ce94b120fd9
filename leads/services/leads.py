"""Writes about enquiries: keep them, close them as won or lost, hand them over."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import F, Q

from accounts.passing import Passed
from leads import queries
from leads.arrivals import LeadValues, changes_of, status_of_new
from leads.enums import OPEN_STATUSES, LeadOrigin, LeadStatus
from leads.models import Lead
from leads.services.responses import end_clocks
from scrm.core.bulk import insert_columns, update_columns
from scrm.core.ids import uuid7s

_SAID: Final = ("source_id", "form_id", "form_version", "rating", "origin", "attributes", "utm")
_CHANGEABLE: Final = (*_SAID, "status", "captured_at", "won_at", "lost_at", "updated_at")
_FIELDS: Final = ("fields",)
"""Written only where an arrival speaks of them: a file without any costs what it did."""


@dataclass(frozen=True, slots=True)
class KnownLead:
    """A lead that is here already, as far as an arrival of it must know."""

    id: UUID
    contact_id: UUID
    digest: bytes


class NewLead(NamedTuple):
    """A lead to keep."""

    contact_id: UUID
    dedupe_key: str
    came_by: LeadOrigin
    values: LeadValues
    digest: bytes
    owner_id: UUID | None = None


def find_leads(*, dedupe_keys: Collection[str]) -> dict[str, KnownLead]:
    """The leads that are here already, by their key."""
    rows = queries.leads_by_key(dedupe_keys)
    return {key: KnownLead(pk, contact_id, bytes(digest or b"")) for key, pk, contact_id, digest in rows}


def hold_lead(*, lead_id: UUID) -> None:
    """Let nobody change the lead until the transaction ends. Its contact is locked."""
    Lead.objects.select_for_update(no_key=True).filter(pk=lead_id).values_list("pk").first()


def add_leads(*, leads: Sequence[NewLead], now: datetime) -> list[UUID]:
    """Keep new leads; gives their ids in order."""
    ids, values = uuid7s(len(leads)), [lead.values for lead in leads]
    states = [status_of_new(lead.values, lead.owner_id) for lead in leads]
    columns: dict[str, list[Any]] = {
        "id": ids,
        "contact_id": [lead.contact_id for lead in leads],
        "dedupe_key": [lead.dedupe_key for lead in leads],
        "input_digest": [lead.digest for lead in leads],
        "came_by": [lead.came_by.value for lead in leads],
        "captured_at": [said.captured_at or now for said in values],
        "status": states,
        "owner_id": [lead.owner_id for lead in leads],
        "assigned_at": [now if lead.owner_id else None for lead in leads],
        "won_at": [now if state == LeadStatus.WON else None for state in states],
        "lost_at": [now if state == LeadStatus.LOST else None for state in states],
    }
    for name in (*_SAID, *_FIELDS) if any(said.fields for said in values) else _SAID:
        columns[name] = list(map(attrgetter(name), values))
    insert_columns(Lead, columns, {"updated_at": now})
    return ids


def change_leads(*, wanted: Mapping[UUID, tuple[LeadValues, bytes]], now: datetime) -> dict[UUID, dict[str, Any]]:
    """Write what arrivals of the same leads say; gives what changed of each. Their contacts are locked."""
    if not wanted:
        return {}
    rows = Lead.objects.filter(pk__in=wanted).select_for_update(no_key=True).order_by("pk")
    names = (*_CHANGEABLE, *_FIELDS) if any(values.fields for values, _digest in wanted.values()) else _CHANGEABLE
    states = {row.pop("pk"): row for row in rows.values("pk", *names)}
    changed = {pk: changes_of(states[pk], values, now) for pk, (values, _digest) in wanted.items()}
    changed = {pk: {**changes, "updated_at": now} for pk, changes in changed.items() if changes}
    columns: dict[str, list[Any]] = {"id": list(states), "input_digest": [wanted[pk][1] for pk in states]}
    for name in names:
        columns[name] = [changed.get(pk, state).get(name, state[name]) for pk, state in states.items()]
    update_columns(Lead, columns)
    for answered, status in ((True, LeadStatus.WORKING), (True, LeadStatus.WON), (False, LeadStatus.LOST)):
        ended = [pk for pk, changes in changed.items() if changes.get("status") == status]
        if ended:
            end_clocks(lead_ids=ended, answered=answered, now=now)
    return changed


def mark_won(*, lead_ids: Collection[UUID], now: datetime) -> list[UUID]:
    """Close leads as won; gives those that were not. Their contacts are locked."""
    rows = Lead.objects.filter(pk__in=list(lead_ids)).exclude(status=LeadStatus.WON)
    return _close(list(rows.order_by("pk").values_list("pk", flat=True)), LeadStatus.WON, "", now)


def mark_lost(*, lead_ids: Collection[UUID], reason: str, now: datetime) -> list[UUID]:
    """Close open leads as lost; gives those that were open. Their contacts are locked."""
    rows = Lead.objects.filter(pk__in=list(lead_ids), status__in=OPEN_STATUSES)
    return _close(list(rows.order_by("pk").values_list("pk", flat=True)), LeadStatus.LOST, reason, now)


def hand_over(*, to: Mapping[UUID, UUID | None], of: Collection[UUID] | None = None, now: datetime) -> list[Passed]:
    """Give each of these leads to somebody, or to nobody; gives those that changed hands. Their contacts are locked.

    With `of` only those that are one of these people's still.
    """
    rows = Lead.objects.filter(pk__in=list(to)).select_for_update(no_key=True, of=("self",)).order_by("pk")
    if of is not None:
        rows = rows.filter(owner__in=list(of))
    states: dict[UUID, str] = {}
    handed = []
    for pk, contact_id, before, status in rows.values_list("pk", "contact_id", "owner_id", "status"):
        if before != to[pk]:
            handed.append(Passed(pk, contact_id, before, to[pk]))
            states[pk] = _status_in_hands(status, to[pk])
    columns: dict[str, list[Any]] = {
        "id": list(states),
        "status": list(states.values()),
        "owner_id": [each.after for each in handed],
        "assigned_at": [now if each.after else None for each in handed],
    }
    update_columns(Lead, columns, {"updated_at": now})
    return handed


def release_leads(*, lead_ids: Collection[UUID], now: datetime) -> int:
    """Open leads become nobody's; gives how many were somebody's. Their contacts are locked."""
    rows = Lead.objects.filter(pk__in=list(lead_ids), status__in=OPEN_STATUSES, owner__isnull=False)
    rows.filter(status=LeadStatus.ASSIGNED).update(status=LeadStatus.NEW)
    return rows.update(owner=None, assigned_at=None, updated_at=now)


def contact_ids_of(lead_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The contact of each lead."""
    return dict(Lead.objects.filter(pk__in=list(lead_ids)).values_list("pk", "contact_id"))


def lead_ids_of(contact_id: UUID) -> list[UUID]:
    return list(Lead.objects.filter(contact=contact_id).order_by("pk").values_list("pk", flat=True))


def open_lead_ids(contact_ids: Collection[UUID], *, newest: bool = False) -> list[UUID]:
    """The open leads of these contacts: all, or the newest of each."""
    rows = Lead.objects.filter(contact_id__in=list(contact_ids), status__in=OPEN_STATUSES)
    if newest:
        rows = rows.order_by("contact_id", "-captured_at", "-pk").distinct("contact_id")
    return list(rows.values_list("pk", flat=True))


def open_lead_ids_with_owner(contact_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The open leads that are nobody's or of whoever is in charge of their contact, each with its contact."""
    rows = Lead.objects.filter(contact_id__in=list(contact_ids), status__in=OPEN_STATUSES)
    rows = rows.filter(Q(owner=None) | Q(owner=F("contact__owner")))
    return dict(rows.values_list("pk", "contact_id"))


def _status_in_hands(status: str, owner_id: UUID | None) -> str:
    """Whether an open lead that nobody works on has an owner is its status."""
    if status in (LeadStatus.NEW, LeadStatus.ASSIGNED):
        return LeadStatus.ASSIGNED if owner_id else LeadStatus.NEW
    return status


def open_lead_ids_without_owner(contact_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The open leads of these contacts that are nobody's, each with its contact."""
    rows = Lead.objects.filter(contact_id__in=list(contact_ids), status__in=OPEN_STATUSES, owner=None)
    return dict(rows.values_list("pk", "contact_id"))


def _close(lead_ids: list[UUID], status: LeadStatus, reason: str, now: datetime) -> list[UUID]:
    end = {LeadStatus.WON: "won_at", LeadStatus.LOST: "lost_at"}[status]
    if lead_ids:
        end_clocks(lead_ids=lead_ids, answered=status == LeadStatus.WON, now=now)
    Lead.objects.filter(pk__in=lead_ids).update(status=status, lost_reason=reason[:80], updated_at=now, **{end: now})
    return lead_ids
