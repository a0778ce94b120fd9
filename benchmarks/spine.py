"""The whole chain in one go: a lead file, an SOP of three steps, a real SMTP server, and the figures.

    bin/bench spine FILE

Starts servers of its own and imports FILE with the real `manage.py import_leads`: into a fresh
tenant with nothing else running, then twice into another, while a real worker and beat send its
T+0 and T+2 min mails and T+3 min tasks. Then it compares what the SMTP server took with the
ledger, and funnel and source table with plain SQL.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.stack import Stack
from scrm.embedded.console import pause

TENANT, QUIET = "bench", "quiet"
MAPPING: dict[str, Any] = {
    "columns": {
        "Prospect ID": {"to": "external_id"},
        "Lead Source": {"to": "source"},
        "Lead Origin": {"to": "origin"},
        "Do Not Email": {"to": "do_not_email"},
        "Do Not Call": {"to": "do_not_call"},
        "Converted": {"to": "converted"},
        "City": {"to": "city"},
        "Country": {"to": "country"},
    },
    "values": {"email": {"template": "{Prospect ID}@example.invalid"}},
    "empty": ["Select"],
    "fold_case": ["source"],
}
STEPS = [
    {
        "name": "Welcome",
        "channel": "email",
        "offset": {"kind": "immediately"},
        "subject": "Welcome",
        "body": 'Hello {{contact.name|"there"}}, good to have you with {{business.name}}.',
    },
    {
        "name": "Second mail",
        "channel": "email",
        "offset": {"kind": "minutes", "n": 2},
        "subject": "One more thing",
        "body": "Did you find what you were looking for?",
    },
    {"name": "Call", "channel": "rep_task", "offset": {"kind": "minutes", "n": 3}, "body": "Call and ask."},
]
PATIENCE = 1200.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare(name: str) -> Any:
    """A fresh tenant with four reps and the SOP, live and without an exit."""
    from django_tenants.utils import tenant_context

    from accounts.services import create_user
    from campaigns.services import create_sop, publish_sop
    from scrm.core import clock
    from scrm.flows.opening import tenant_opened
    from tenants.services import create_template

    create_template()
    tenant = tenant_opened(schema_name=name, domain=f"{name}.localhost", language="en", zone="UTC")
    with tenant_context(tenant):
        for username in ("ada", "ben", "eva", "max"):
            create_user(username=username, password=None, takes_leads=True)
        now = clock.now()
        sop = create_sop(name="Bench", trigger="lead_captured", exit_when_won=False, now=now, steps=STEPS)
        publish_sop(sop=sop, by=None, now=now)
    return tenant


def bring(stack: Stack, file: Path, tenant: str) -> dict[str, Any]:
    """What `manage.py import_leads` says of one import, and how long the whole command took."""
    mapping = stack.folder / "mapping.json"
    mapping.write_text(json.dumps(MAPPING))
    started = time.monotonic()
    printed = stack.manage("import_leads", str(file), "--tenant", tenant, "--mapping", str(mapping))
    summary: dict[str, Any] = json.loads(printed.strip().splitlines()[-1])
    return summary | {"seconds of the whole command": round(time.monotonic() - started, 2)}


def wait_until_done(expected: int) -> float:
    """Seconds until every touchpoint has left the waiting states."""
    from django.db import connection

    started = time.monotonic()
    while time.monotonic() - started < PATIENCE:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FILTER (WHERE state IN (3, 4, 6)), count(*) FROM {TENANT}.campaigns_touchpoint"
            )
            done, planned = cursor.fetchone()
        print(f"\r  {done} of {expected} touches done ({planned} planned)", end="", file=sys.stderr, flush=True)
        if done >= expected:
            print(file=sys.stderr)
            return time.monotonic() - started
        pause(1)
    raise SystemExit(f"Not done after {PATIENCE:.0f} s.")


def one(sql: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return row[0] if len(row) == 1 else row


def figures(mail_ledger: Path) -> dict[str, Any]:
    """What came of it: by our ledger, and by the SMTP server's own."""
    lines = [line.split("\t") for line in mail_ledger.read_text().splitlines()]
    by_message = Counter(message for _to, message in lines)
    t = f"{TENANT}.campaigns_touchpoint"
    blocked = one(f"SELECT count(DISTINCT contact_id) FROM {TENANT}.contacts_donotcontact WHERE channel = 'email'")
    return {
        "mails taken by the SMTP server": len(lines),
        "of them twice": sum(count - 1 for count in by_message.values()),
        "mails to do-not-email contacts": one(
            f"SELECT count(*) FROM {t} touch JOIN {TENANT}.campaigns_step step ON step.id = touch.step_id "
            f"JOIN {TENANT}.contacts_donotcontact closed ON closed.contact_id = touch.contact_id "
            "AND closed.channel = 'email' WHERE step.channel = 'email' AND touch.state = 4"
        ),
        "do-not-email contacts": blocked,
        "mails sent by our ledger": one(
            f"SELECT count(*) FROM {t} touch JOIN {TENANT}.campaigns_step step ON step.id = touch.step_id "
            "WHERE step.channel = 'email' AND touch.state = 4"
        ),
        "rep tasks": one(f"SELECT count(*) FROM {TENANT}.campaigns_reptask"),
        "rep tasks twice": one(f"SELECT count(*) - count(DISTINCT contact_id) FROM {TENANT}.campaigns_reptask"),
        "unknown": one(f"SELECT count(*) FROM {t} WHERE state = 9"),
        "mail lateness p50 / p99 / max, s": [
            round(float(value), 3)
            for value in one(
                "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY late), "
                "percentile_cont(0.99) WITHIN GROUP (ORDER BY late), max(late) "
                f"FROM (SELECT extract(epoch FROM sent_at - due_at) AS late FROM {t} WHERE sent_at IS NOT NULL) s"
            )
        ],
        # Step by step: between two steps nobody is due.
        "mails per second while sending": float(
            one(
                "SELECT round(sum(mails) / sum(seconds), 1) FROM (SELECT count(*) AS mails, "
                f"extract(epoch FROM max(sent_at) - min(sent_at)) AS seconds FROM {t} touch "
                f"JOIN {TENANT}.campaigns_step step ON step.id = touch.step_id "
                "WHERE sent_at IS NOT NULL AND step.channel = 'email' GROUP BY step.id) of_step"
            )
        ),
    }


def numbers_agree() -> dict[str, Any]:
    """Funnel and source table as the dashboard shows them, beside plain SQL."""
    from django_tenants.utils import schema_context

    from benchmarks.plain_numbers import plain_funnel, plain_sources, shown_funnel, shown_sources

    with schema_context(TENANT):
        funnel, sources = shown_funnel(), shown_sources()
        return {
            "funnel": funnel,
            "funnel agrees with plain SQL": funnel == plain_funnel(),
            "source table rows": len(sources),
            "source table agrees with plain SQL": sources == plain_sources(),
        }


def main(file: Path) -> None:
    mail_port = free_port()
    with Stack("bench-spine", EMAIL_URL=f"smtp://127.0.0.1:{mail_port}") as stack:
        mail_ledger = stack.folder / "mails.tsv"
        mail_ledger.unlink(missing_ok=True)
        sink = subprocess.Popen([sys.executable, "-m", "benchmarks.smtp_sink", str(mail_port), str(mail_ledger)])
        try:
            stack.enter_django()

            from tenants.standing import suspend_tenant

            quiet = prepare(QUIET)
            report: dict[str, Any] = {"import with nothing else running": bring(stack, file, QUIET)}
            suspend_tenant(tenant=quiet)
            prepare(TENANT)
            stack.start_worker()
            report["import while its mails go out"] = bring(stack, file, TENANT)
            contacts = int(one(f"SELECT count(*) FROM {TENANT}.contacts_contact"))
            report["import again"] = bring(stack, file, TENANT)
            seconds = wait_until_done(3 * contacts)
            report["touches"] = 3 * contacts
            report["seconds from the import's end to the last touch"] = round(seconds, 1)
            report |= figures(mail_ledger)
            report["leads"] = one(f"SELECT count(*) FROM {TENANT}.leads_lead")
            report["won"] = one(f"SELECT count(*) FROM {TENANT}.leads_lead WHERE status = 'won'")
            report |= numbers_agree()
            stack.stop_processes()
            # Not before Django is entered: it reads the settings.
            from benchmarks.pages import page_times

            report["server milliseconds per page"] = page_times(TENANT, "bench.localhost")
            print(json.dumps(report, indent=2, ensure_ascii=False))
        finally:
            sink.terminate()
            sink.wait()


if __name__ == "__main__":
    if len(sys.argv) != 2 or not os.path.isfile(sys.argv[1]):
        raise SystemExit("Name the lead file: bin/bench spine FILE")
    main(Path(sys.argv[1]).resolve())
