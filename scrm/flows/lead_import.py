"""The story of a file of leads: uploaded, looked at, tried, and taken in batch by batch under a checkpoint."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, Final, cast
from uuid import UUID

from django.db import DataError, transaction
from django.utils import translation
from django.utils.translation import gettext

import leads.services
from accounts.models import User
from contacts.custom.kinds import OwnKind
from contacts.selectors.kinds import own_kinds
from exchange import jobs
from exchange.job_errors import JobErrors
from exchange.marked_rows import mark_rows, shown_columns
from exchange.models import Job
from exchange.problems import Problem
from exchange.reader import Row, Table
from exchange.spreadsheets import opened_table
from leads.field_readings import OwnField
from leads.guessing import guess_mapping, header_is_data
from leads.inputs import CREATED, REJECTED, UNCHANGED, UPDATED, ArrivalOutcome
from leads.mapping import InvalidMapping, Mapping
from leads.mapping_json import parse_mapping
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock, failpoints
from scrm.core.copying import copying_aside
from scrm.core.ids import uuid7
from scrm.flows.arrival import prepared_arrived
from scrm.flows.file_import import (
    COUNTED,
    DryRun,
    for_bulk,
    keep_draft,
    language_of,
    note_batch,
)
from scrm.flows.file_import import begin_import as begin_import
from scrm.flows.file_import import cancel_import as cancel_import
from scrm.flows.lead_mappings import Remembered, columns_digest, mapping_remembered
from scrm.flows.lead_rows import Ahead, Batch, Bringing, FewSpellings, arrivals_of, bringing
from scrm.flows.own_fields import kinds_of, own_fields, shapes_of
from scrm.flows.prepared import Prepared, Unfit
from tenants.selectors import tenant_current

KIND: Final = "lead_import"
SAMPLE_ROWS: Final = 200
SHOWN_ROWS: Final = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file looks like and what its columns probably are."""

    headers: list[str]
    samples: list[dict[str, str]]
    mapping: Mapping
    encoding: str
    delimiter: str
    header: bool
    fields: list[OwnField]
    """What a column may become beside what every business has."""
    kinds: list[OwnKind]
    """Of which identity it may be, beside those that every business has."""

    @property
    def form(self) -> dict[str, Any]:
        """How the file is to be read: the options of a `Table`."""
        return {"encoding": self.encoding, "delimiter": self.delimiter, "header": self.header}


def preview(file: BinaryIO, user: User | None = None) -> Preview:
    """Look at a file for somebody; UnreadableFile says in one line why nothing can be read."""
    with opened_table(file) as table:
        return _look(table, user)


def _look(file: BinaryIO, user: User | None) -> Preview:
    region = tenant_current().region
    table = Table(file)
    header = not header_is_data(table.columns, region=region)
    if not header:
        table = Table(file, header=False, encoding=table.encoding, delimiter=table.delimiter)
    samples = []
    for item in table:
        if isinstance(item, Row):
            samples.append(item.values)
        if len(samples) >= SAMPLE_ROWS:
            break
    fields = own_fields(user.role if user else "")
    kinds = own_kinds()
    mapping = guess_mapping(table.columns, samples, region=region, fields=fields, kinds=kinds)
    form = (table.encoding, table.delimiter, header)
    return Preview(table.columns, samples[:SHOWN_ROWS], mapping, *form, fields, kinds)


def check_mapping(mapping: Mapping, look: Preview) -> None:
    """InvalidMapping when it speaks of a column that the file lacks, or of a field that may not be written."""
    for name in mapping.missing_columns(look.headers):
        message = gettext("The file has no column of this name; it has %(columns)s.")
        raise InvalidMapping(f"columns.{name}", message % {"columns": ", ".join(look.headers)})
    shapes_of(mapping.fields, look.fields)
    kinds_of(mapping.kinds)


def dry_run(
    file: BinaryIO,
    mapping: Mapping | None = None,
    limit: int = 20,
    rows: int | None = None,
    user: User | None = None,
) -> DryRun:
    """What an import of the file, or of its first `rows`, would do; writes nothing."""
    with opened_table(file) as table:
        return _tried(table, mapping, limit, rows, user)


def _tried(file: BinaryIO, mapping: Mapping | None, limit: int, rows: int | None, user: User | None) -> DryRun:
    look = _look(file, user)
    mapping = mapping or look.mapping
    check_mapping(mapping, look)
    problems: list[Problem] = []
    cells: dict[int, list[str]] = {}
    counts: Counter[str] = Counter(dict.fromkeys(COUNTED, 0))
    complete = True
    by, of_keys, of_words = bringing(uuid7(), mapping), uuid7(), uuid7()
    with transaction.atomic(), closing(Ahead(Table(file, **look.form), mapping, "", FewSpellings(), by)) as coming:
        for batch in coming:
            counts.update(_foreseen(batch, by, of_keys, of_words))
            counts["rows"] += batch.rows
            counts[REJECTED] += batch.rejected
            first = batch.problems[: limit - len(problems)]
            problems += first
            cells |= {each.row: batch.cells[each.row] for each in first if each.row in batch.cells}
            if rows is not None and counts["rows"] >= rows and not batch.is_last:
                complete = False
                break
        # The tallies were the only thing written.
        transaction.set_rollback(True)
    columns = shown_columns(look.headers, problems)
    return DryRun(problems, dict(counts), complete, columns, mark_rows(look.headers, problems, cells))


def receive_file(*, user: User | None, file: BinaryIO, name: str) -> Job:
    """Keep an uploaded file as a draft, for its mapping to be seen to; UnreadableFile when it is none.

    It begins with the mapping of the last file that had the same columns, else with a guess.
    """
    with opened_table(file) as table:
        look = _look(table, user)
        remembered = mapping_remembered(KIND, look.headers, look.fields, look.kinds) if look.header else None
        return _keep(user, table, name, look, remembered)


def start_import(
    *,
    user: User | None,
    file: BinaryIO,
    name: str,
    mapping: Mapping | None = None,
    start_sops: bool = True,
    head_start: timedelta = timedelta(0),
) -> Job:
    """Take in a file of leads, by the mapping or the guess. UnreadableFile or InvalidMapping says what is wrong."""
    with opened_table(file) as table:
        look = _look(table, user)
        if mapping is not None:
            check_mapping(mapping, look)
        job = _keep(user, table, name, look)
    begin_import(job, mapping=mapping, start_sops=start_sops, head_start=head_start)
    return job


def mapping_of(job: Job) -> Mapping:
    """The mapping that a job goes by, or would."""
    return parse_mapping(job.options["mapping"])


def work(job: Job, budget: Budget | None = None, tell: Callable[[Job], None] | None = None) -> bool:
    """Go on with an import until it is done or the budget is spent, one batch at least; True when it is done.

    Each batch is one transaction with its checkpoint: a killed worker's batch is as if it had
    never been, and whoever goes on begins exactly there.
    """
    form = {name: job.options[name] for name in ("encoding", "delimiter", "header")}
    start = job.checkpoint
    spellings = FewSpellings({(target, folded): said for target, folded, said in start.get("spellings", [])})
    with translation.override(language_of(job)), job.file.open("rb") as file, for_bulk():
        table = Table(cast(BinaryIO, file.file), **form)
        mapping = mapping_of(job)
        by = bringing(job.pk, mapping, job.created_at)
        ahead = Ahead(table, mapping, start.get("place", ""), spellings, by)
        with JobErrors(job, table.columns) as errors, closing(ahead) as coming:
            for batch in coming:
                _take_in(job, batch, by, errors, coming.read_on)
                failpoints.passed("import.batch_committed")
                if tell is not None:
                    tell(job)
                if batch.is_last or (budget is not None and budget.spent):
                    return batch.is_last
    return True


def _keep(user: User | None, file: BinaryIO, name: str, look: Preview, remembered: Remembered | None = None) -> Job:
    options = {
        **look.form,
        "columns": columns_digest(look.headers) if look.header else "",
        "mapping": (remembered.mapping if remembered else look.mapping).as_json(),
        "mapping_from": remembered.file if remembered else "",
        "start_sops": True,
    }
    return keep_draft(kind=KIND, user=user, file=file, name=name, options=options, header=look.header)


def _take_in(job: Job, batch: Batch, by: Bringing, errors: JobErrors, meanwhile: Callable[[], bool]) -> None:
    counts: Counter[str] = Counter()
    with due_work():
        for outcome in _let_arrive(arrivals_of(batch, by), job, meanwhile):
            counts[outcome.outcome] += 1
            batch.problems += outcome.problems
        note_batch(job, batch, errors, counts, {"place": batch.place, "spellings": batch.spellings})


def _let_arrive(arrivals: Sequence[Prepared | Unfit], job: Job, meanwhile: Callable[[], bool]) -> list[ArrivalOutcome]:
    """Take in a batch; what the database refuses is found by halving, so that the good rows still go in."""
    if not arrivals:
        return []
    try:
        with transaction.atomic(), copying_aside(meanwhile):
            start = bool(job.options["start_sops"])
            return prepared_arrived(arrivals, now=clock.now(), actor=job.created_by, start_sops=start)
    except DataError:
        if len(arrivals) > 1:
            middle = len(arrivals) // 2
            return _let_arrive(arrivals[:middle], job, meanwhile) + _let_arrive(arrivals[middle:], job, meanwhile)
        row = arrivals[0].arrival.lead.row
        reason, fix = gettext("A value of this row can't be kept."), gettext("Look for special characters in it.")
        return [ArrivalOutcome(row, REJECTED, problems=(Problem(row, "", "", reason, fix),))]


def _foreseen(batch: Batch, by: Bringing, of_keys: UUID, of_words: UUID) -> Counter[str]:
    """What would become of a batch's rows that can go in; those that can't are refused."""
    fit: list[Prepared] = []
    for each in arrivals_of(batch, by):
        if isinstance(each, Unfit):
            batch.refuse(each.problems)
        else:
            fit.append(each)
    met = jobs.tally(job_id=of_keys, digests=[each.lock for each in fit])
    said = jobs.tally(job_id=of_words, digests=[each.digest for each in fit])
    known = leads.services.find_leads(dedupe_keys=[each.arrival.dedupe_key for each in fit])
    counts: Counter[str] = Counter()
    for each, met_before, said_before in zip(fit, met, said, strict=True):
        here = known.get(each.arrival.dedupe_key)
        if not met_before and here is None:
            counts[CREATED] += 1
        elif said_before or (here is not None and here.digest == each.digest):
            counts[UNCHANGED] += 1
        else:
            counts[UPDATED] += 1
    return counts
