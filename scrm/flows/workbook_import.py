"""The story of an uploaded workbook: turned into text by a job, which leaves the draft of an import behind.

A small one is turned into text at once: whoever uploads it waits less than for a job.
"""

from collections.abc import Callable, Mapping
from typing import BinaryIO, Final, cast

from django.utils import translation

from accounts.models import User
from exchange import jobs
from exchange.models import Job
from exchange.problems import UnreadableFile
from exchange.sheets import Limits
from exchange.spreadsheets import looks_like_workbook, opened_table
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows import lead_import, order_import
from tenants.selectors import tenant_current

KIND: Final = "lead_workbook"
AT_ONCE: Final = 256 * 1024
"""So many bytes of a workbook, and what these limits say of its inside, are read while somebody waits."""
AT_ONCE_INSIDE: Final = Limits(table_characters=2 * 1024**2, part_bytes=16 * 1024**2)
LEADS, ORDERS = "leads", "orders"
"""What may be in a file."""
_TOLD_EVERY: Final = 1.0
_RECEIVE: Final[Mapping[str, Callable[..., Job]]] = {
    LEADS: lead_import.receive_file,
    ORDERS: order_import.receive_file,
}


def file_received(*, user: User | None, file: BinaryIO, name: str, size: int, of: str = LEADS) -> Job:
    """Keep an uploaded file: as the draft of an import, or as the job that will leave one behind.

    UnreadableFile when it is clear already that it is no table.
    """
    if not looks_like_workbook(file):
        return _RECEIVE[of](user=user, file=file, name=name)
    if size <= AT_ONCE:
        try:
            with opened_table(file, AT_ONCE_INSIDE) as table:
                return _RECEIVE[of](user=user, file=table, name=name)
        except UnreadableFile as error:
            if error.code != "too_large":
                raise
    return _read_later(user, file, name, of)


def work(job: Job, _budget: Budget) -> bool:
    """Read the workbook; at its end the draft stands and the job is done, both or neither. It begins anew if killed."""
    language = (job.created_by.language if job.created_by else "") or tenant_current().language
    with (
        translation.override(language),
        job.file.open("rb") as file,
        opened_table(cast(BinaryIO, file.file), tell=_telling(job)) as table,
    ):
        _leave_draft(job, table)
    return True


def draft_of(job: Job) -> str:
    """The id of the import that it left behind; empty before."""
    return str(job.result.get("import", ""))


def _read_later(user: User | None, file: BinaryIO, name: str, of: str) -> Job:
    now = clock.now()
    with due_work() as due:
        file.seek(0)
        by_id = user.pk if user else None
        job = jobs.create_job(kind=KIND, title=name, options={"of": of}, file=file, total=None, by_id=by_id, now=now)
        jobs.queue_job(job=job, options=job.options, due_at=now)
        due.at(now)
    return job


def _leave_draft(job: Job, table: BinaryIO) -> None:
    draft: Job | None = None
    try:
        with due_work():
            draft = _RECEIVE[job.options.get("of", LEADS)](user=job.created_by, file=table, name=job.title)
            job.result = {"import": str(draft.pk)}
            jobs.finish_job(job=job, now=clock.now())
    except BaseException:
        if draft is not None:
            jobs.remove_file(job=draft)
        raise


def _telling(job: Job) -> Callable[[int], None]:
    """Writes down how far it is and renews the lease, once a second; JobLost ends the reading."""
    told_at = clock.boot_seconds()

    def tell(rows: int) -> None:
        nonlocal told_at
        if clock.boot_seconds() - told_at >= _TOLD_EVERY:
            told_at = clock.boot_seconds()
            job.done = rows
            jobs.save_progress(job=job, now=clock.now())

    return tell
