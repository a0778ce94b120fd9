"""What the tests of files of orders do: import in this process."""

import io
from collections.abc import Callable

from exchange import jobs
from exchange.models import Job
from scheduler.budget import Budget
from scrm.core import clock
from scrm.flows import order_import


def bring(
    content: str | bytes, name: str = "orders.csv", tell: Callable[[Job], None] | None = None, **options: object
) -> Job:
    """Import in this process, from beginning to end."""
    job = begin(content, name, **options)
    held = jobs.claim_job(kinds=[order_import.KIND], now=clock.now(), job_id=job.pk)
    assert held is not None
    order_import.work(held, Budget(600), tell)
    return Job.objects.get(pk=job.pk)


def begin(content: str | bytes, name: str = "orders.csv", **options: object) -> Job:
    data = content if isinstance(content, bytes) else content.encode()
    return order_import.start_import(user=None, file=io.BytesIO(data), name=name, **options)


def counts(job: Job) -> tuple[int, ...]:
    return tuple(job.result[name] for name in ("rows", "created", "updated", "unchanged", "rejected"))
