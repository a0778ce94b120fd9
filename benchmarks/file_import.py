"""A file of many leads, taken in by the product's own command: rows a second, memory, and a plain COPY beside it.

    bin/bench file_import [ROWS]

Writes a file of ROWS different people (100,000 unless told) with twenty sources and thirteen columns, imports it with
the real `manage.py import_leads` into a fresh tenant with four representatives (encrypted, deduplicated, assigned,
placed, with its event), imports it again, and copies the same file into a bare table of text columns.
"""

import csv
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.stack import Stack
from scrm.embedded.paths import ROOT

TENANT, COUNTED = "bench", "counted"
COLUMNS = (
    *("name", "phone", "email", "city", "source", "status"),
    *("interest", "budget", "size", "visits", "score", "utm_source", "utm_campaign"),
)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰萍红建文"
_CITIES = ("北京", "上海", "广州", "深圳", "成都", "杭州", "武汉", "西安", "南京", "重庆")
_STATUSES = ("new", "new", "new", "working", "won", "lost")
_PREFIXES = ("138", "139", "150", "159", "186", "188", "199")
_SEED = 2026


def write_file(path: Path, rows: int) -> None:
    """The same rows each time: no two people alike."""
    drawn = random.Random(_SEED)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number in range(rows):
            name = drawn.choice(_SURNAMES) + drawn.choice(_GIVEN) + drawn.choice(_GIVEN)
            phone = f"{_PREFIXES[number % 7]}{number:08d}"
            writer.writerow(
                (
                    *(name, phone, f"person{number}@example.invalid", drawn.choice(_CITIES)),
                    *(f"Source {drawn.randrange(20)}", drawn.choice(_STATUSES)),
                    *(drawn.choice(("sedan", "suv", "van")), drawn.randrange(50, 500) * 1000, drawn.choice("SML")),
                    *(drawn.randrange(30), drawn.random(), "ads", f"autumn-{drawn.randrange(5)}"),
                )
            )


def prepare(name: str) -> Any:
    """A fresh tenant with four reps who take leads."""
    from django_tenants.utils import tenant_context

    from accounts.services import create_user
    from scrm.flows.opening import tenant_opened

    tenant = tenant_opened(schema_name=name, domain=f"{name}.localhost", language="en", zone="UTC")
    with tenant_context(tenant):
        for username in ("ada", "ben", "eva", "max"):
            create_user(username=username, password=None, takes_leads=True)
    return tenant


def bring(stack: Stack, file: Path) -> dict[str, Any]:
    """The real command in a process of its own: what it says, its processor time and its greatest memory."""
    command = [sys.executable, str(ROOT / "manage.py"), "import_leads", str(file), "--tenant", TENANT]
    started = time.monotonic()
    with subprocess.Popen(command, env=stack.env, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        printed = child.stdout.read()
        _pid, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"The import failed with {child.returncode}.")
    summary: dict[str, Any] = json.loads(printed.strip().splitlines()[-1])
    return summary | {
        "seconds of the whole command": round(time.monotonic() - started, 2),
        "seconds of Python's processor time": round(used.ru_utime + used.ru_stime, 2),
        "greatest memory of the process, MB": round(used.ru_maxrss / 1024),
    }


def copy_plainly(file: Path) -> float:
    """Seconds to COPY the same file into a table of text columns, without an index."""
    from django.db import connection, transaction

    columns = ", ".join(f"{name} text" for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE public.bench_plain ({columns})")
    started = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor, file.open("rb") as source:
        cursor.cursor.copy_expert("COPY public.bench_plain FROM STDIN (FORMAT csv, HEADER)", source)
    seconds = time.monotonic() - started
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE public.bench_plain")
    return seconds


def statements_per_batch(folder: Path) -> float:
    """Statements of an import of five batches, counted in this process, by batch."""
    from django.db import connection
    from django_tenants.utils import tenant_context

    from exchange import jobs
    from scrm.core import clock
    from scrm.flows import lead_import, lead_rows

    counted = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal counted
        counted += 1
        return execute(*arguments)

    file = folder / "small.csv"
    write_file(file, 5 * lead_rows.BATCH_ROWS)
    with tenant_context(prepare(COUNTED)), file.open("rb") as source:
        job = lead_import.start_import(user=None, file=source, name=file.name)
        held = jobs.claim_job(kinds=[lead_import.KIND], now=clock.now(), job_id=job.pk)
        assert held is not None
        with connection.execute_wrapper(count):
            lead_import.work(held)
    return round(counted / 5, 1)


def main(rows: int) -> None:
    with Stack("bench-file-import") as stack:
        stack.enter_django()

        from tenants.services import create_template

        create_template()
        file = stack.folder / "leads.csv"
        write_file(file, rows)
        prepare(TENANT)
        report: dict[str, Any] = {
            "rows": rows,
            "megabytes": round(file.stat().st_size / 1e6, 1),
            "statements per batch": statements_per_batch(stack.folder),
        }
        report["import"] = first = bring(stack, file)
        report["import again"] = bring(stack, file)
        copied = copy_plainly(file)
        report["plain COPY, seconds"] = round(copied, 2)
        report["the import takes, in plain COPYs"] = round(first["seconds"] / copied, 1)
        file.unlink()
        print(json.dumps(report, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    if len(sys.argv) > 2 or not all(argument.isdigit() for argument in sys.argv[1:]):
        raise SystemExit("Name a number of rows: bin/bench file_import [ROWS]")
    main(int(sys.argv[1]) if sys.argv[1:] else 100_000)
