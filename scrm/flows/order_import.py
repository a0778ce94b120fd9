"""The story of a file of orders: uploaded, looked at, tried, and taken in batch by batch under a checkpoint."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Final, cast
from uuid import UUID

from django.db import DataError, transaction
from django.utils import translation
from django.utils.translation import gettext

import exchange.selectors
from accounts.models import User
from commerce.files.guessing import guess_order_mapping, header_is_data
from commerce.files.mapping import OrderMapping, parse_order_mapping
from commerce.files.readings import plain_cell
from commerce.services import group_products
from commerce.services_orders import CREATED, UPDATED, KeptOrder
from contacts.custom.kinds import OwnKind
from contacts.selectors.kinds import own_kinds
from exchange.job_changes import Change, note_again, note_changes
from exchange.job_errors import JobErrors
from exchange.marked_rows import mark_rows, shown_columns
from exchange.models import Job
from exchange.problems import Problem
from exchange.reader import Row, Table
from exchange.spreadsheets import opened_table
from leads.inputs import REJECTED
from leads.mapping import InvalidMapping
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock, failpoints
from scrm.core.ids import uuid7
from scrm.flows.file_import import COUNTED, DryRun, begin_import, for_bulk, keep_draft, language_of, note_batch
from scrm.flows.lead_mappings import columns_digest
from scrm.flows.order_rows import OrderBatch, OrderReader, Told, order_batches, order_reader, told_by
from scrm.flows.own_fields import kinds_of
from scrm.flows.purchase import Purchase, Reported, orders_brought
from tenants.selectors import tenant_current

KIND: Final = "order_import"
SAMPLE_ROWS: Final = 200
SHOWN_ROWS: Final = 5
# What is older was bought before its file: nobody is to be thanked for it today.
RECENT: Final = timedelta(days=2)
ORDER, CONTACT = "order", "contact"
"""Kinds of what a job made, for it to be taken back."""
STATES_SHOWN: Final = 30
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OrderPreview:
    """What a file looks like and what its columns probably are; `states` are the words in the column of states."""

    headers: list[str]
    samples: list[dict[str, str]]
    mapping: OrderMapping
    encoding: str
    delimiter: str
    header: bool
    rows: list[dict[str, str]]
    kinds: list[OwnKind]
    """The business's own kinds of identity, of which a column may be."""

    @property
    def form(self) -> dict[str, Any]:
        """How the file is to be read: the options of a `Table`."""
        return {"encoding": self.encoding, "delimiter": self.delimiter, "header": self.header}

    def states(self, mapping: OrderMapping) -> list[str]:
        """The words that the first rows have for an order's status."""
        name = next((name for name, column in mapping.columns.items() if column.to == "status"), None)
        words = dict.fromkeys(plain_cell(row.get(name, "")) for row in self.rows) if name else {}
        return list(filter(None, words))[:STATES_SHOWN]


def preview(file: BinaryIO) -> OrderPreview:
    """Look at a file; UnreadableFile says in one line why nothing can be read."""
    with opened_table(file) as table:
        return _look(table)


def _look(file: BinaryIO) -> OrderPreview:
    table = Table(file)
    header = not header_is_data(table.columns)
    if not header:
        table = Table(file, header=False, encoding=table.encoding, delimiter=table.delimiter)
    rows = []
    for item in table:
        if isinstance(item, Row):
            rows.append(item.values)
        if len(rows) >= SAMPLE_ROWS:
            break
    region, kinds = tenant_current().region, own_kinds()
    mapping = guess_order_mapping(table.columns, rows, region=region, platform=_platform_before(), kinds=kinds)
    form = (table.encoding, table.delimiter, header)
    return OrderPreview(table.columns, rows[:SHOWN_ROWS], mapping, *form, rows, kinds)


def _platform_before() -> str:
    """Where the last file was from."""
    job = exchange.selectors.job_done_with(KIND)
    return str(job.options.get("mapping", {}).get("platform", "")) if job else ""


def check_mapping(mapping: OrderMapping, look: OrderPreview) -> None:
    """InvalidMapping when it speaks of a column that the file lacks, or of no moment."""
    for name in mapping.missing_columns(look.headers):
        message = gettext("The file has no column of this name; it has %(columns)s.")
        raise InvalidMapping(f"columns.{name}", message % {"columns": ", ".join(look.headers)})
    if mapping.targets.isdisjoint({"ordered_at", "paid_at"}):
        raise InvalidMapping("columns", gettext("Say which column holds the date of the order."))
    kinds_of(mapping.kinds)


def dry_run(file: BinaryIO, mapping: OrderMapping | None = None, limit: int = 20, rows: int | None = None) -> DryRun:
    """What an import of the file, or of its first `rows`, would do: it is done, and undone."""
    with opened_table(file) as table:
        look = _look(table)
        mapping = mapping or look.mapping
        check_mapping(mapping, look)
        problems: list[Problem] = []
        cells: dict[int, list[str]] = {}
        counts: Counter[str] = Counter(dict.fromkeys((*COUNTED, "orders", "contacts"), 0))
        reader, job_id, complete = order_reader(mapping), uuid7(), True
        with transaction.atomic(), closing(order_batches(Table(table, **look.form), reader, "")) as batches:
            for batch in batches:
                counts.update(_taken(batch, reader, job_id, clock.now(), start=False).counts)
                counts["rows"] += batch.rows
                counts[REJECTED] += batch.rejected
                first = batch.problems[: max(limit - len(problems), 0)]
                problems += first
                cells |= {each.row: batch.cells[each.row] for each in first if each.row in batch.cells}
                if rows is not None and counts["rows"] >= rows and not batch.is_last:
                    complete = False
                    break
            transaction.set_rollback(True)
        columns = shown_columns(look.headers, problems)
        return DryRun(problems, dict(counts), complete, columns, mark_rows(look.headers, problems, cells))


def receive_file(*, user: User | None, file: BinaryIO, name: str) -> Job:
    """Keep an uploaded file as a draft, for its mapping to be seen to; UnreadableFile when it is none.

    It begins with the mapping of the last file that had the same columns, else with a guess.
    """
    with opened_table(file) as table:
        look = _look(table)
        mapping, remembered = look.mapping, None
        digest = columns_digest(look.headers) if look.header else ""
        if digest:
            remembered = exchange.selectors.job_done_with(KIND, columns=digest)
        if remembered is not None:
            mapping = mapping_of(remembered)
        options = {
            **look.form,
            "columns": digest,
            "mapping": mapping.as_json(),
            "mapping_from": remembered.title if remembered else "",
            "start_sops": False,
        }
        return keep_draft(kind=KIND, user=user, file=table, name=name, options=options, header=look.header)


def start_import(
    *, user: User | None, file: BinaryIO, name: str, mapping: OrderMapping | None = None, start_sops: bool = False
) -> Job:
    """Take in a file of orders, by the mapping or the guess. UnreadableFile or InvalidMapping says what is wrong."""
    with opened_table(file) as table:
        check_mapping(mapping or _look(table).mapping, _look(table))
    job = receive_file(user=user, file=file, name=name)
    begin_import(job, mapping=mapping, start_sops=start_sops)
    return job


def mapping_of(job: Job) -> OrderMapping:
    """The mapping that a job goes by, or would."""
    return parse_order_mapping(job.options["mapping"])


def work(job: Job, budget: Budget | None = None, tell: Callable[[Job], None] | None = None) -> bool:
    """Go on with an import until it is done or the budget is spent, one batch at least; True when it is done.

    Each batch is one transaction with its checkpoint: a killed worker's batch is as if it had never been.
    """
    form = {name: job.options[name] for name in ("encoding", "delimiter", "header")}
    with translation.override(language_of(job)), job.file.open("rb") as file, for_bulk():
        table = Table(cast(BinaryIO, file.file), **form)
        reader = order_reader(mapping_of(job))
        batches = order_batches(table, reader, job.checkpoint.get("place", ""))
        with JobErrors(job, table.columns) as errors, closing(batches):
            for batch in batches:
                _take_in(job, batch, reader, errors)
                failpoints.passed("import.batch_committed")
                if tell is not None:
                    tell(job)
                if batch.is_last or (budget is not None and budget.spent):
                    return batch.is_last
    return True


@dataclass(slots=True)
class _Taken:
    """What came of a batch: of its rows, of its orders, and who is new."""

    counts: Counter[str] = field(default_factory=Counter)
    orders: list[KeptOrder] = field(default_factory=list)
    newcomers: set[UUID] = field(default_factory=set)


def _take_in(job: Job, batch: OrderBatch, reader: OrderReader, errors: JobErrors) -> None:
    now = clock.now()
    with due_work():
        taken = _taken(batch, reader, job.pk, now, start=bool(job.options["start_sops"]))
        made = [Change(ORDER, each.id, None, None) for each in taken.orders if each.outcome == CREATED]
        made += [Change(CONTACT, contact_id, None, None) for contact_id in sorted(taken.newcomers)]
        if made:
            note_changes(job_id=job.pk, changes=made, now=now)
        again = [each.id for each in taken.orders if each.outcome == UPDATED]
        if again:
            note_again(job_id=job.pk, kind=ORDER, subjects=again, now=now)
        note_batch(job, batch, errors, taken.counts, {"place": batch.place})


def _taken(batch: OrderBatch, reader: OrderReader, job_id: UUID, now: datetime, *, start: bool) -> _Taken:
    """Take a batch in, inside a transaction; rows that the database refuses are refused."""
    told = told_by(batch, reader, job_id)
    taken = _Taken()
    since = now - RECENT if start else _NEVER
    for reported in _let_in(told.purchases, told, batch, now, since):
        taken.orders += reported.orders
        taken.newcomers |= set(reported.newcomers)
    group_products(groups=told.groups)
    for order in taken.orders:
        taken.counts[order.outcome] += len(told.rows[order.name])
        taken.counts["orders"] += order.outcome == CREATED
    taken.counts["contacts"] += len(taken.newcomers)
    return taken


def _let_in(
    purchases: Sequence[Purchase], told: Told, batch: OrderBatch, now: datetime, since: datetime
) -> list[Reported]:
    """What the database refuses is found by halving, so that the good orders still go in."""
    try:
        with transaction.atomic():
            return [orders_brought(purchases, now=now, since=since)]
    except DataError:
        if len(purchases) > 1:
            middle = len(purchases) // 2
            parts = (purchases[:middle], purchases[middle:])
            return [each for part in parts for each in _let_in(part, told, batch, now, since)]
        reason, fix = gettext("A value of this row can't be kept."), gettext("Look for special characters in it.")
        for row in told.rows[purchases[0].report.name]:
            batch.refuse([Problem(row, "", "", reason, fix)])
        return []
