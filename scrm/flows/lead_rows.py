"""Reads the rows of a lead file in batches, each row as an arrival with its key or as a problem."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import translation

from exchange import jobs
from exchange.problems import Problem
from exchange.reader import Row, Table
from leads.enums import LeadOrigin
from leads.file_keys import identity_key, row_digest, row_key
from leads.inputs import Arrival, LeadInput
from leads.mapping import Mapping
from leads.row_reading import Spellings, apply
from scrm.core.crypto import TenantKeys
from tenants.models import Tenant
from tenants.selectors import tenant_current, tenant_keys

# What a batch costs whatever its size, its commit before all, is small beside so many rows; they are a few megabytes.
BATCH_ROWS: Final = 4_000
BATCH_BYTES: Final = 4_000_000
_CELL_BYTES: Final = 50
# A column full of names whose case is folded must not fill memory and checkpoint.
_SPELLINGS_MAX: Final = 1_000


@dataclass(slots=True)
class Batch:
    """Rows that go in together, each with its key or, where it names nobody, its digest; and those that can't."""

    leads: list[tuple[LeadInput, str | bytes]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    cells: dict[int, list[str]] = field(default_factory=dict)
    rows: int = 0
    rejected: int = 0
    place: str = ""
    spellings: list[tuple[str, str, str]] = field(default_factory=list)
    is_last: bool = False

    def refuse(self, problems: list[Problem]) -> None:
        """One row that does not go in."""
        self.problems += problems
        self.rejected += 1


class FewSpellings(Spellings):
    """The first spellings of what folds case, as many as a checkpoint may carry."""

    def setdefault(self, key: tuple[str, str], default: str) -> str:
        if key in self or len(self) < _SPELLINGS_MAX:
            return super().setdefault(key, default)
        return default


def batches(table: Table, mapping: Mapping, after: str, spellings: Spellings) -> Generator[Batch, None, None]:
    """The rows after a place in the file. A batch ends where reading can go on later; there is always a last one."""
    return _batches(table, mapping, after, spellings, tenant_current(), tenant_keys())


def read_ahead(coming: Generator[Batch, None, None], language: str) -> Generator[Batch, None, None]:
    """The same batches, the next one read by another thread while PostgreSQL works on this one."""
    try:
        with ThreadPoolExecutor(1, initializer=translation.activate, initargs=(language,)) as reader:
            following = reader.submit(next, coming, None)
            while (batch := following.result()) is not None:
                following = reader.submit(next, coming, None)
                yield batch
    finally:
        coming.close()


def _batches(
    table: Table, mapping: Mapping, after: str, spellings: Spellings, tenant: Tenant, keys: TenantKeys
) -> Generator[Batch, None, None]:
    # Without the database: a thread's connection would stand in no tenant.
    zone = ZoneInfo(tenant.zone)
    batch, size = Batch(), 0
    for item in table.rows(after):
        if batch.place:
            yield batch
            batch, size = Batch(), 0
        batch.rows += 1
        if isinstance(item, Row):
            size += sum(map(len, item.values.values())) + _CELL_BYTES * len(item.values)
            read = apply(mapping, item, region=tenant.region, zone=zone, spellings=spellings)
            if isinstance(read, LeadInput):
                batch.leads.append((read, identity_key(read, keys=keys) or row_digest(item.values, keys=keys)))
            else:
                batch.refuse(read)
                batch.cells[item.number] = list(item.values.values())
        else:
            batch.refuse([item])
        if batch.rows >= BATCH_ROWS or size >= BATCH_BYTES:
            batch.place = table.place
            batch.spellings = [(*key, spelling) for key, spelling in spellings.items()]
    batch.is_last = True
    yield batch


def arrivals_of(batch: Batch, job_id: UUID, received_at: datetime | None = None) -> list[Arrival]:
    """What a batch brings. Equal rows that name nobody are numbered over all batches of the job."""
    digests = [key for _lead, key in batch.leads if isinstance(key, bytes)]
    ordinals = iter(jobs.tally(job_id=job_id, digests=digests))
    return [
        Arrival(
            lead=lead,
            came_by=LeadOrigin.IMPORT,
            dedupe_key=key if isinstance(key, str) else row_key(key, next(ordinals)),
            job_id=job_id,
            received_at=received_at,
        )
        for lead, key in batch.leads
    ]
