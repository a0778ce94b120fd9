"""What the tests of files of leads do: import in this process, and read what came of it."""

import csv
import io

from exchange import jobs
from exchange.models import Job
from leads.mapping_json import parse_mapping
from scrm.core import clock
from scrm.flows import lead_import

PHONES = parse_mapping({"columns": {"name": {"to": "name"}, "phone": {"to": "phone"}}})


def bring(content: str | bytes, **options) -> Job:
    """Import in this process, as the command does."""
    data = content if isinstance(content, bytes) else content.encode()
    job = lead_import.start_import(user=None, file=io.BytesIO(data), name="leads.csv", **options)
    held = jobs.claim_job(kinds=[lead_import.KIND], now=clock.now(), job_id=job.pk)
    lead_import.work(held)
    return Job.objects.get(pk=job.pk)


def counts(job: Job) -> tuple[int, ...]:
    return tuple(job.result[name] for name in ("rows", "created", "updated", "unchanged", "rejected"))


def errors(job: Job) -> list[list[str]]:
    with job.error_file.open("rb") as file:
        return list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"))))[1:]


def many(rows: int, start: int = 0) -> str:
    return "id,name\n" + "".join(f"{number},N{number}\n" for number in range(start, start + rows))
