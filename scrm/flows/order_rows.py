"""Reads the rows of a file of orders in batches, and puts the rows of one order together."""

from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from commerce.enums import OrderStatus
from commerce.files.mapping import OrderMapping
from commerce.files.reading import OrderRow, read_order_row
from commerce.order_folding import Line, OrderState, Said, fold, line_key
from commerce.services_orders import Name, OrderReport, report_of
from contacts.custom.kinds import OwnKinds
from contacts.inputs import PersonInput
from contacts.sealing import known_of
from contacts.selectors import forgotten_keys
from exchange import jobs
from exchange.problems import Problem
from exchange.reader import Row, Table
from leads.file_keys import row_digest
from leads.inputs import names_somebody
from scrm.core.crypto import TenantKeys, blind_indexes
from scrm.flows.own_fields import kinds_of
from scrm.flows.purchase import Purchase
from tenants.models import Tenant
from tenants.selectors import tenant_current, tenant_keys

BATCH_ROWS: Final = 2_000
# Rows of one order that stand together go in together, unless a file has nothing else.
_LONGEST: Final = 2 * BATCH_ROWS
_BACK: Final = frozenset({OrderStatus.REFUNDED, OrderStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class OrderReader:
    """How a business's rows are read."""

    mapping: OrderMapping
    tenant: Tenant
    keys: TenantKeys
    kinds: OwnKinds

    def read(self, row: Row) -> "tuple[OrderRow, bytes] | list[Problem]":
        """What a row says, with its digest where it names no order."""
        said: dict[str, Any] = {"region": self.tenant.region, "zone": ZoneInfo(self.tenant.zone)}
        found = read_order_row(self.mapping, row, **said, kinds=self.kinds)
        if isinstance(found, list):
            return found
        return found, b"" if found.number else row_digest(row.values, keys=self.keys)


@dataclass(slots=True)
class OrderBatch:
    """Rows that go in together; and those that can't, with their cells."""

    read: list[tuple[OrderRow, bytes]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    cells: dict[int, list[str]] = field(default_factory=dict)
    rows: int = 0
    rejected: int = 0
    place: str = ""
    is_last: bool = False

    def refuse(self, problems: Sequence[Problem], cells: Sequence[str] = ()) -> None:
        """One row that does not go in."""
        self.problems += problems
        self.rejected += 1
        if cells:
            self.cells[problems[0].row] = list(cells)


def order_reader(mapping: OrderMapping) -> OrderReader:
    return OrderReader(mapping, tenant_current(), tenant_keys(), kinds_of(mapping.kinds, kept=True))


def order_batches(table: Table, reader: OrderReader, after: str) -> Generator[OrderBatch, None, None]:
    """The rows after a place, in batches; there is always a last one.

    A batch ends where reading can go on later, and not between two rows of one order that stand together.
    """
    batch, number, place = OrderBatch(), "", ""
    moments: dict[tuple[str, str], bool] = {}
    for item in table.rows(after):
        found = reader.read(item) if isinstance(item, Row) else [item]
        row = found[0] if isinstance(found, tuple) else None
        goes_on = row is not None and row.number != "" and row.number == number and batch.rows < _LONGEST
        if place and not goes_on:
            batch.place = place
            yield batch
            batch, moments = OrderBatch(), {}
        batch.rows += 1
        cells = list(item.values.values()) if isinstance(item, Row) else []
        if isinstance(found, list):
            batch.refuse(found, cells)
        elif _is_dated(found[0], moments):
            batch.read.append(found)
            batch.cells[found[0].row] = cells
        else:
            reason, fix = gettext("Nothing says when this was ordered."), gettext("Fill in the date of the order.")
            batch.refuse([Problem(found[0].row, "", "", reason, fix)], cells)
        number = row.number if row is not None else ""
        place = table.place if batch.rows >= BATCH_ROWS else ""
    batch.is_last = True
    yield batch


def _is_dated(row: OrderRow, moments: dict[tuple[str, str], bool]) -> bool:
    """Whether it names a moment, or an earlier row of its order did: exports say it in the first row alone."""
    name = (row.platform, row.number)
    if row.moment is not None:
        moments[name] = True
        return True
    return bool(row.number) and name in moments


@dataclass(frozen=True, slots=True)
class Told:
    """What a batch tells: each order once, with the rows that do; and groups of products by their codes."""

    purchases: list[Purchase]
    rows: dict[Name, list[int]]
    groups: dict[str, str]


def told_by(batch: OrderBatch, reader: OrderReader, job_id: UUID) -> Told:
    """The orders of a batch. Equal rows that name no order, and lines of one product, are numbered over the whole job:
    part of the batch's transaction."""
    ordinals = iter(jobs.tally(job_id=job_id, digests=[digest for _row, digest in batch.read if digest]))
    orders: defaultdict[Name, list[OrderRow]] = defaultdict(list)
    for row, digest in batch.read:
        number = row.number or f"row:{digest.hex()}:{next(ordinals)}"
        orders[row.platform, number].append(row)
    numbered = _numbered_lines(orders, reader, job_id)
    buyers = {name: _buyer_of(rows, reader.kinds) for name, rows in orders.items()}
    barred = _forgotten(buyers, reader.keys)
    purchases = [
        Purchase(_report_of(name, rows, numbered[name]), None if name in barred else buyers[name])
        for name, rows in orders.items()
    ]
    groups = {row.line.product: row.group for row, _digest in batch.read if row.line and row.group}
    return Told(purchases, {name: [row.row for row in rows] for name, rows in orders.items()}, groups)


def _report_of(name: Name, rows: Sequence[OrderRow], lines: Mapping[str, Line]) -> OrderReport:
    at = max(moment for row in rows if (moment := row.moment) is not None)
    states = [report_of(*name, at=at, said=row.said).state for row in rows if row.said]
    state = reduce(fold, states) if states else OrderState()
    fields = dict(state.fields)
    if _is_mixed(rows):
        # Some lines went back, and the others did not: the order stands.
        fields["status"] = Said(at, OrderStatus.PAID)
    return OrderReport(*name, OrderState(fields, {key: Said(at, line) for key, line in lines.items()}))


def _numbered_lines(
    orders: Mapping[Name, Sequence[OrderRow]], reader: OrderReader, job_id: UUID
) -> dict[Name, dict[str, Line]]:
    """The lines of each order by their keys, those of one product the cheapest first."""
    found: list[tuple[Name, Line]] = []
    for name, rows in orders.items():
        mixed = _is_mixed(rows)
        lines = [_line_of(row, mixed) for row in rows if row.line is not None]
        found += [(name, line) for line in sorted(lines, key=lambda each: (each.product, each.quantity, each.amount))]
    names = ["\0".join((*name, line.product)) for name, line in found]
    # A row that is an order of its own has one line.
    shared = [place for place, (name, _line) in enumerate(found) if not name[1].startswith("row:")]
    digests = blind_indexes([names[place] for place in shared], keys=reader.keys, purpose="order.line")
    ordinals = dict(zip(shared, jobs.tally(job_id=job_id, digests=digests), strict=True))
    numbered: dict[Name, dict[str, Line]] = {name: {} for name in orders}
    for place, (name, line) in enumerate(found):
        numbered[name][line_key(line.product, ordinals.get(place, 0) + 1)] = line
    return numbered


def _line_of(row: OrderRow, mixed: bool) -> Line:
    assert row.line is not None
    if mixed and row.said.get("status") in _BACK and not row.line.refunded:
        return Line(row.line.product, row.line.quantity, row.line.amount, row.line.name, row.line.amount)
    return row.line


def _is_mixed(rows: Sequence[OrderRow]) -> bool:
    states = {row.said["status"] for row in rows if "status" in row.said}
    return OrderStatus.PAID in states and not states.isdisjoint(_BACK)


def _buyer_of(rows: Sequence[OrderRow], kinds: OwnKinds) -> PersonInput | None:
    identities = tuple(dict.fromkeys(each for row in rows for each in row.identities))
    name = next((row.name for row in rows if row.name), "")
    return PersonInput(identities, name=name, provenance="order_file") if names_somebody(identities, kinds) else None


def _forgotten(buyers: Mapping[Name, PersonInput | None], keys: TenantKeys) -> set[Name]:
    """Orders of people who asked never to be brought in again: they stay without a buyer."""
    named = [(name, buyer) for name, buyer in buyers.items() if buyer is not None]
    known = known_of([buyer for _name, buyer in named], keys)
    barred = forgotten_keys({way for each in known for way in each}) if known else set()
    return {name for (name, _buyer), each in zip(named, known, strict=True) if not barred.isdisjoint(each)}
