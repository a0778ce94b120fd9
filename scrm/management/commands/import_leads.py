"""Takes in a file of leads in the foreground: the same story as in the dashboard, without a worker."""

import json
import shutil
import sys
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django_tenants.utils import tenant_context

from exchange import jobs
from exchange.enums import JobState
from exchange.models import Job
from exchange.problems import Problem, UnreadableFile
from leads.mapping import InvalidMapping, Mapping
from leads.mapping_json import parse_mapping
from scrm.core import clock
from scrm.flows import lead_import
from scrm.flows.jobs import work_on
from scrm.worker import bell
from tenants.enums import OPEN
from tenants.selectors import tenant_by_name

# Before a worker may take the job over; then it is claimed here.
_HEAD_START = timedelta(seconds=60)
_SHOWN_PROBLEMS = 10
_BAR = 30


class Command(BaseCommand):
    # They load every page's code, which takes longer than a thousand rows.
    requires_system_checks = ()
    help = "Take in a CSV file of leads. The last line printed is a JSON summary."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a CSV file in any usual encoding, with any usual delimiter")
        parser.add_argument("--tenant", required=True, help="short name of the tenant, such as acme")
        parser.add_argument("--mapping", metavar="FILE", help="JSON that says what each column becomes")
        parser.add_argument("--guess", action="store_true", help="guess the mapping, as without --mapping")
        parser.add_argument("--print-mapping", action="store_true", help="print the guess as JSON, to edit it")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        parser.add_argument("--no-sops", action="store_true", help="start no SOPs with these leads")
        parser.add_argument("--error-file", metavar="FILE", help="where to put the rows that did not go in")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = tenant_by_name(options["tenant"])
        if tenant is None or tenant.status not in OPEN:
            raise CommandError(f"--tenant: there is no active tenant “{options['tenant']}”.")
        if options["mapping"] and options["guess"]:
            raise CommandError("Give either --mapping or --guess.")
        path = Path(options["file"])
        with tenant_context(tenant):
            try:
                mapping = _mapping(options["mapping"])
                with path.open("rb") as file:
                    self._run(file, path, mapping, options)
            except OSError as error:
                raise CommandError(f"{error.filename or path}: {error.strerror}.") from error
            except UnreadableFile as error:
                raise CommandError(f"{path}: {error.message}") from error
            except InvalidMapping as error:
                raise CommandError(f"{options['mapping'] or 'mapping'}: {error}") from error

    def _run(self, file: BinaryIO, path: Path, mapping: Mapping | None, options: dict[str, Any]) -> None:
        if options["print_mapping"]:
            guess = lead_import.preview(file).mapping
            self.stdout.write(json.dumps(guess.as_json(), indent=2, ensure_ascii=False))
        elif options["dry_run"]:
            found = lead_import.dry_run(file, mapping, limit=_SHOWN_PROBLEMS)
            self._show(found.problems)
            self.stdout.write(json.dumps(found.counts | {"dry_run": True}))
        else:
            self._import(file, path, mapping, options)

    def _import(self, file: BinaryIO, path: Path, mapping: Mapping | None, options: dict[str, Any]) -> None:
        error_path = Path(options["error_file"]) if options["error_file"] else None
        if error_path is not None:
            # Better now than after the import.
            error_path.touch()
        bell.prepare()
        start = clock.boot_seconds()
        job = lead_import.start_import(
            user=None,
            file=file,
            name=path.name,
            mapping=mapping,
            start_sops=not options["no_sops"],
            head_start=_HEAD_START,
        )
        held = jobs.claim_job(kinds=[lead_import.KIND], now=clock.now(), job_id=job.pk)
        if held is None:
            raise CommandError("A worker has taken this import over; see the dashboard.")
        bar = _Bar()
        try:
            work_on(held, lambda held: lead_import.work(held, tell=bar.show), patient=False)
        except KeyboardInterrupt:
            lead_import.cancel_import(held)
            bar.end()
            raise CommandError(f"Stopped after {held.done} rows; those are in.") from None
        bar.end()
        if held.state != JobState.DONE:
            raise CommandError(f"{path}: {held.error or 'the import was cancelled.'}")
        seconds = clock.boot_seconds() - start
        self._give_errors(held, error_path)
        speed = {"seconds": round(seconds, 2), "rows_per_second": round(held.done / seconds) if seconds else 0}
        self.stdout.write(json.dumps(held.result | speed))

    def _give_errors(self, job: Job, path: Path | None) -> None:
        if path is not None:
            with path.open("wb") as target:
                if job.error_file:
                    with job.error_file.open("rb") as source:
                        shutil.copyfileobj(source, target)
        elif job.error_file:
            self.stderr.write("Some rows have problems; --error-file FILE lists them. The dashboard does for 7 days.")

    def _show(self, problems: list[Problem]) -> None:
        for problem in problems:
            where = f"row {problem.row}" + (f", {problem.column}" if problem.column else "")
            self.stderr.write(f"{where}: {problem.reason} {problem.fix}")


class _Bar:
    """A line on the terminal that fills; silent elsewhere."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def show(self, job: Job) -> None:
        if self._shown:
            total = max(job.total or 0, job.done, 1)
            full = _BAR * job.done // total
            line = f"\r[{'#' * full}{'.' * (_BAR - full)}] {100 * job.done // total:3} %  {job.done:,} rows"
            print(line, end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._shown:
            print(file=sys.stderr)


def _mapping(path: str | None) -> Mapping | None:
    if path is None:
        return None
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise InvalidMapping("", f"This is not JSON: {error}.") from error
    return parse_mapping(data)
