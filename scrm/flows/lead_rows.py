"""Reads the rows of a lead file in batches, each row as an arrival with its key or as a problem."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from contacts.custom.kinds import OwnKinds
from exchange import jobs
from exchange.problems import Problem
from exchange.reader import Row, Table
from leads.enums import LeadOrigin
from leads.field_readings import Shapes
from leads.file_keys import identity_key, row_digest, row_key
from leads.inputs import Arrival, LeadInput
from leads.mapping import Mapping
from leads.row_reading import Spellings, apply
from scrm.core.crypto import TenantKeys
from scrm.flows.own_fields import kinds_of, shapes_of
from scrm.flows.prepared import Prepared, Unfit, prepare
from tenants.models import Tenant
from tenants.selectors import tenant_current, tenant_keys

# What a batch costs whatever its size, its commit before all, is small beside so many rows; they are a few megabytes.
BATCH_ROWS: Final = 4_000
BATCH_BYTES: Final = 4_000_000
_CELL_BYTES: Final = 50
# Read in about a millisecond.
_BIT_ROWS: Final = 25
# A column full of names whose case is folded must not fill memory and checkpoint.
_SPELLINGS_MAX: Final = 1_000


@dataclass(slots=True)
class Batch:
    """Rows that go in together: as arrivals or, where one names nobody, with its digest; and those that can't."""

    leads: list[Prepared | Unfit | tuple[LeadInput, bytes]] = field(default_factory=list)
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


@dataclass(frozen=True, slots=True)
class Bringing:
    """By which job the rows come, and since when it has them; whose they become."""

    job_id: UUID
    received_at: datetime | None
    tenant: Tenant
    keys: TenantKeys
    shapes: Shapes
    kinds: OwnKinds

    def arrival(self, lead: LeadInput, key: str) -> Arrival:
        return Arrival(lead, LeadOrigin.IMPORT, key, job_id=self.job_id, received_at=self.received_at)


def bringing(job_id: UUID, mapping: Mapping, received_at: datetime | None = None) -> Bringing:
    """What the rows of a job have in common, in the current tenant."""
    return Bringing(
        job_id,
        received_at,
        tenant_current(),
        tenant_keys(),
        shapes_of(mapping.fields),
        kinds_of(mapping.kinds, kept=True),
    )


class Ahead:
    """The batches of a file after a place in it, each of which can be read bit by bit before it is asked for.

    Without the database: bits are read while PostgreSQL works on the batch before.
    """

    def __init__(self, table: Table, mapping: Mapping, after: str, spellings: Spellings, by: Bringing) -> None:
        self._bits = _read(table, mapping, after, spellings, by)
        self._ready: Batch | None = None
        self._failed: Exception | None = None

    def read_on(self) -> bool:
        """Read a bit; False when the next batch is there or can't be had."""
        if self._ready is not None or self._failed is not None:
            return False
        try:
            self._ready = next(self._bits)
        except Exception as failure:
            # Whoever asks for the batch hears of it, not whoever had time to read.
            self._failed = failure
        return self._ready is None and self._failed is None

    def close(self) -> None:
        """Read no more of the file."""
        self._bits.close()

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        while self.read_on():
            pass
        if self._failed is not None:
            raise self._failed
        batch, self._ready = cast(Batch, self._ready), None
        return batch


def _read(
    table: Table, mapping: Mapping, after: str, spellings: Spellings, by: Bringing
) -> Generator[Batch | None, None, None]:
    """The rows after a place, in batches, with None between bits of a batch.

    A batch ends where reading can go on later; there is always a last one.
    """
    region, zone = by.tenant.region, ZoneInfo(by.tenant.zone)
    read: list[tuple[LeadInput, str | bytes]] = []
    batch, size = Batch(), 0
    for item in table.rows(after):
        if batch.place:
            yield batch
            batch, size = Batch(), 0
        batch.rows += 1
        if isinstance(item, Row):
            size += len("".join(item.values.values())) + _CELL_BYTES * len(item.values)
            lead = apply(mapping, item, region=region, zone=zone, spellings=spellings, shapes=by.shapes, kinds=by.kinds)
            if isinstance(lead, LeadInput):
                read.append(
                    (lead, identity_key(lead, keys=by.keys, kinds=by.kinds) or row_digest(item.values, keys=by.keys))
                )
            else:
                batch.refuse(lead)
                batch.cells[item.number] = list(item.values.values())
        else:
            batch.refuse([item])
        if batch.rows % _BIT_ROWS == 0:
            batch.leads += _prepared(read, by)
            read.clear()
            yield None
        if batch.rows >= BATCH_ROWS or size >= BATCH_BYTES:
            batch.place = table.place
            if batch.place:
                batch.leads += _prepared(read, by)
                read.clear()
                batch.spellings = [(*key, spelling) for key, spelling in spellings.items()]
    batch.leads += _prepared(read, by)
    batch.is_last = True
    yield batch


def _prepared(
    read: Sequence[tuple[LeadInput, str | bytes]], by: Bringing
) -> list[Prepared | Unfit | tuple[LeadInput, bytes]]:
    named = iter(prepare([by.arrival(lead, key) for lead, key in read if isinstance(key, str)], by.keys))
    return [next(named) if isinstance(key, str) else (lead, key) for lead, key in read]


def arrivals_of(batch: Batch, by: Bringing) -> list[Prepared | Unfit]:
    """What a batch brings. Equal rows that name nobody are numbered over all batches of the job."""
    unnamed = [each for each in batch.leads if isinstance(each, tuple)]
    ordinals = jobs.tally(job_id=by.job_id, digests=[digest for _lead, digest in unnamed])
    numbered = [
        by.arrival(lead, row_key(digest, ordinal)) for (lead, digest), ordinal in zip(unnamed, ordinals, strict=True)
    ]
    ready = iter(prepare(numbered, by.keys))
    return [next(ready) if isinstance(each, tuple) else each for each in batch.leads]
