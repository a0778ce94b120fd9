"""Takes a person's rows out of the files that jobs left: the refused rows of imports."""

import csv
import io
from contextlib import suppress

from exchange.jobs import replace_error_file
from exchange.selectors import job_list_with_error_files
from scrm.flows.personal.finding import Person


def rows_taken_out(person: Person) -> int:
    """Rewrite each file that names the person without the rows that do; gives how many rows went."""
    taken = 0
    for job in job_list_with_error_files() if person else ():
        with suppress(FileNotFoundError), job.error_file.open("rb") as file:
            text = file.read().decode("utf-8-sig")
            if person.is_in(text):
                head, *rows = csv.reader(io.StringIO(text, newline=""))
                kept = [row for row in rows if not person.is_in("\n".join(row))]
                taken += len(rows) - len(kept)
                replace_error_file(job=job, content=_written([head, *kept]))
    return taken


def _written(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode("utf-8-sig")
