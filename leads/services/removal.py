"""Takes leads away again that a file brought."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet

from leads.enums import MATCHED_NEW
from leads.models import Lead, LeadArrival
from leads.models.arrivals import CREATED_BY_JOB, SET_FIELDS
from scrm.core import crypto
from tenants.selectors import tenant_keys


@dataclass(frozen=True, slots=True)
class Brought:
    """A lead that a row of a file made; `of_newcomer` where its contact came with it or with another row of the file.

    `settled_at` is when the file spoke of it last, `changed_at` when anybody did; `told_again` is whether it came in
    by another way since.
    """

    lead_id: UUID
    contact_id: UUID
    of_newcomer: bool
    settled_at: datetime
    changed_at: datetime
    told_again: bool


def arrivals_by_job(*, job_id: UUID, after: UUID | None, limit: int) -> list[tuple[UUID, UUID, UUID]]:
    """(arrival, lead, contact) of the next leads that a job made and that are there, in the order of its rows."""
    rows = LeadArrival.objects.filter(CREATED_BY_JOB, job=job_id)
    rows = (rows.filter(pk__gt=after) if after else rows).order_by("pk")
    return list(rows.values_list("pk", "lead_id", "lead__contact_id")[:limit])


def fields_set_by_job(*, job_id: UUID, before: UUID | None, limit: int) -> list[tuple[UUID, UUID, dict[str, Any]]]:
    """(arrival, contact, fields) of the rows of a file that wrote fields of contacts, the last one first."""
    rows = LeadArrival.objects.filter(SET_FIELDS, job=job_id)
    rows = (rows.filter(pk__lt=before) if before else rows).order_by("-pk")
    page = rows.values_list("pk", "lead__contact_id", "fields_set")[:limit]
    return [(pk, contact_id, fields or {}) for pk, contact_id, fields in page]


def newcomers_of_job(*, job_id: UUID, contact_ids: Collection[UUID]) -> set[UUID]:
    """Those of the contacts that came with the file."""
    rows = LeadArrival.objects.filter(CREATED_BY_JOB, job=job_id, matched_by=MATCHED_NEW)
    return set(rows.filter(lead__contact_id__in=list(contact_ids)).values_list("lead__contact_id", flat=True))


def brought_by(*, job_id: UUID, contact_ids: Collection[UUID]) -> list[Brought]:
    """All that a job made of these contacts."""
    rows = LeadArrival.objects.filter(lead__contact_id__in=list(contact_ids))
    of_job = rows.filter(job=job_id)
    newcomers = newcomers_of_job(job_id=job_id, contact_ids=contact_ids)
    told_again = set(rows.exclude(pk__in=of_job.values("pk")).values_list("lead_id", flat=True))
    settled = dict(of_job.values_list("lead_id").annotate(at=Max("taken_at")))
    made = of_job.filter(CREATED_BY_JOB).values_list("lead_id", "lead__contact_id", "lead__updated_at").order_by("pk")
    return [
        Brought(lead_id, contact_id, contact_id in newcomers, settled[lead_id], changed_at, lead_id in told_again)
        for lead_id, contact_id, changed_at in made
    ]


def lead_locks(*, lead_ids: Collection[UUID]) -> list[bytes]:
    """What whoever brings one of these leads again holds, for `contacts.services`."""
    return _locks(Lead.objects.filter(pk__in=list(lead_ids)))


def lead_locks_of_contacts(*, contact_ids: Collection[UUID]) -> list[bytes]:
    """The same of all leads that these contacts have."""
    return _locks(Lead.objects.filter(contact__in=list(contact_ids)))


def _locks(rows: QuerySet[Lead]) -> list[bytes]:
    keys = tenant_keys()
    found = rows.order_by().values_list("dedupe_key", flat=True)
    return [crypto.blind_index(key, keys=keys, purpose="lead.key") for key in found]


def with_other_leads(*, contact_ids: Collection[UUID], than: Collection[UUID]) -> set[UUID]:
    """Those of the contacts that have leads beside these."""
    rows = Lead.objects.filter(contact_id__in=list(contact_ids)).exclude(pk__in=list(than))
    return set(rows.values_list("contact_id", flat=True))


def hold_leads(*, lead_ids: Sequence[UUID]) -> None:
    """Hold leads against everything until the transaction ends. Their contacts are held."""
    list(Lead.objects.filter(pk__in=lead_ids).select_for_update().order_by("pk").values_list("pk"))


def remove_leads(*, lead_ids: Collection[UUID]) -> None:
    """Delete held leads with how they came in."""
    Lead.objects.filter(pk__in=list(lead_ids)).delete()
