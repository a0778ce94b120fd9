"""The story of long jobs: claimed under a lease, worked on in slices, tried again when they fail."""

import traceback
from collections.abc import Callable
from typing import Final

import structlog
from django.utils.translation import gettext

from exchange import jobs
from exchange.enums import JobState
from exchange.models import Job
from exchange.problems import UnreadableFile
from scheduler.budget import Budget
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows import (
    erasure_job,
    handover_job,
    handover_undo,
    import_undo,
    lead_import,
    lifecycle_versions,
    order_import,
    order_undo,
    person_copy,
    segment_start,
    tagging_job,
    tagging_undo,
    workbook_import,
)

log = structlog.get_logger(__name__)

Work = Callable[[Job, Budget], bool]
_WORK: Final[dict[str, Work]] = {
    lead_import.KIND: lead_import.work,
    workbook_import.KIND: workbook_import.work,
    import_undo.KIND: import_undo.work,
    order_import.KIND: order_import.work,
    order_undo.KIND: order_undo.work,
    segment_start.KIND: segment_start.work,
    handover_job.KIND: handover_job.work,
    handover_undo.KIND: handover_undo.work,
    person_copy.KIND: person_copy.work,
    erasure_job.KIND: erasure_job.work,
    tagging_job.KIND: tagging_job.work,
    tagging_undo.KIND: tagging_undo.work,
    lifecycle_versions.KIND: lifecycle_versions.work,
}


def jobs_due(budget: Budget) -> bool:
    """Bring the jobs that are due a slice on, each in turn; True when more is waiting.

    One slice at least, so that mass sending can't starve them.
    """
    jobs.tidy_files(now=clock.now())
    while True:
        job = jobs.claim_job(kinds=_WORK, now=clock.now())
        if job is None:
            return False
        work_on(job, lambda job: _WORK[job.kind](job, budget))
        if budget.spent:
            return True


def work_on(job: Job, work: Callable[[Job], bool], *, patient: bool = True) -> None:
    """Work on a job that we hold; afterwards it is done, given back, or given up.

    What breaks is tried again later; where nobody is `patient`, it is given up at once.
    """
    try:
        try:
            if not work(job):
                _put_back(job)
        except (UnreadableFile, FileNotFoundError) as error:
            reason = error.message if isinstance(error, UnreadableFile) else gettext("The file is no longer there.")
            jobs.finish_job(job=job, state=JobState.FAILED, error=reason, now=clock.now())
        except jobs.JobLost:
            raise
        except Exception as error:
            # Not the message: a database's may quote the row.
            place = traceback.extract_tb(error.__traceback__)[-1]
            name = type(error).__name__
            log.error("job.broke", job=str(job.pk), error=name, at=f"{place.filename}:{place.lineno}")
            with due_work() as due:
                due.at(jobs.try_again(job=job, error=name, now=clock.now(), patient=patient))
    except jobs.JobLost:
        log.info("job.lost", job=str(job.pk))


def _put_back(job: Job) -> None:
    with due_work() as due:
        now = clock.now()
        jobs.put_back(job=job, due_at=now)
        due.at(now)
