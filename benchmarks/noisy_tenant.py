"""How late quiet tenants are alone, and beside one with very much due: with real worker, beat and SMTP server.

bin/bench noisy_tenant [DUE] [QUIET]: each quiet tenant has one mail due in each of SECONDS seconds;
the noisy one has DUE of them due when that begins.
"""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.spine import free_port
from benchmarks.stack import Stack
from scrm.embedded.console import pause

SECONDS = 20
LEAD = 3
_AT_ONCE = 5000


def main(due: int, quiet: int) -> None:
    port = free_port()
    with Stack("bench-noisy", EMAIL_URL=f"smtp://127.0.0.1:{port}") as stack:
        ledger = stack.folder / "mails.tsv"
        ledger.unlink(missing_ok=True)
        sink = subprocess.Popen([sys.executable, "-m", "benchmarks.smtp_sink", str(port), str(ledger)])
        try:
            stack.manage("migrate_all")
            stack.enter_django()
            print(json.dumps(compare(stack, due, quiet, ledger), indent=2))
        finally:
            sink.terminate()
            sink.wait()


def compare(stack: Stack, due: int, quiet: int, ledger: Path) -> dict[str, Any]:
    from django_tenants.utils import tenant_context

    from scheduler.selectors import pulse_times
    from scrm.core import clock
    from scrm.flows.opening import tenant_opened

    tenants = [
        tenant_opened(schema_name=name, domain=f"{name}.localhost", language="en", zone="UTC")
        for name in ("noisy", *(f"quiet{number}" for number in range(quiet)))
    ]
    noisy, others = tenants[0], tenants[1:]
    sops = {}
    for tenant in tenants:
        with tenant_context(tenant):
            sops[tenant.pk] = (live_sop("First"), live_sop("Second"), live_sop("Warm"))
            make_people(due if tenant is noisy else SECONDS, tenant.schema_name)
    stack.start_worker()
    while "worker" not in pulse_times():
        pause(0.5)
    # A first mail each, so that processes and plans are warm.
    lateness(others, [sops[tenant.pk][2] for tenant in others], clock.now())
    alone = lateness(others, [sops[tenant.pk][0] for tenant in others], clock.now() + timedelta(seconds=LEAD))
    with tenant_context(noisy):
        flood_at = clock.now()
        put_in(sops[noisy.pk][0], lambda _place: flood_at)
        before = sent()
    began = clock.now()
    beside = lateness(others, [sops[tenant.pk][1] for tenant in others], began + timedelta(seconds=LEAD))
    with tenant_context(noisy):
        flowed, seconds = sent() - before, (clock.now() - began).total_seconds()
        left = due - sent()
    stack.stop_processes()
    return {
        "quiet tenants": quiet,
        "due at the noisy one": due,
        "still due there at the end": left,
        "its mails per second": round(flowed / seconds, 1),
        "quiet lateness p50 / p99 / max alone, s": alone,
        "quiet lateness p50 / p99 / max beside it, s": beside,
        "p99 beside : alone": round(beside[1] / alone[1], 2),
        "mails twice": doubled(ledger),
    }


def live_sop(name: str) -> Any:
    from campaigns.services import create_sop, publish_sop
    from scrm.core import clock

    mail = {"name": "Mail", "channel": "email", "offset": {"kind": "immediately"}, "subject": "Hello", "body": "Hello."}
    sop = create_sop(name=name, trigger="manual", now=clock.now(), steps=[mail])
    publish_sop(sop=sop, by=None, now=clock.now())
    return sop


def make_people(count: int, schema: str) -> None:
    from contacts.models import Contact, Identity
    from contacts.sealing import blind_of, seal_identity
    from scrm.core import clock
    from tenants.selectors import tenant_keys

    keys, now = tenant_keys(), clock.now()
    for begin in range(0, count, _AT_ONCE):
        numbers = range(begin, min(begin + _AT_ONCE, count))
        people = Contact.objects.bulk_create(Contact(name=f"C{n}", created_at=now, updated_at=now) for n in numbers)
        rows = []
        for person, number in zip(people, numbers, strict=True):
            address = f"c{number}@{schema}.invalid"
            sealed = seal_identity(kind="email", value=address, blind=blind_of("email", address, keys), keys=keys)
            rows.append(
                Identity(
                    id=sealed.id,
                    contact=person,
                    kind="email",
                    sealed=sealed.sealed,
                    blind=sealed.blind,
                    hint=sealed.hint,
                    created_at=now,
                )
            )
        Identity.objects.bulk_create(rows)


def put_in(sop: Any, due_at: Any) -> None:
    """Everybody of the current tenant; the mail of each is due at `due_at(place)`."""
    from campaigns.inputs import Start
    from campaigns.services.enrolment import enroll
    from contacts.models import Contact
    from scheduler.services import due_work

    ids = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
    for begin in range(0, len(ids), _AT_ONCE):
        part = ids[begin : begin + _AT_ONCE]
        with due_work():
            enroll(sop=sop, starts=[Start(pk, due_at(begin + place), "UTC") for place, pk in enumerate(part)])


def lateness(tenants: list[Any], sops: list[Any], first_due_at: datetime) -> list[float]:
    """Seconds between due and sent, over all quiet tenants: p50, p99, max."""
    from django_tenants.utils import tenant_context

    from campaigns.models import Touchpoint

    for tenant, sop in zip(tenants, sops, strict=True):
        with tenant_context(tenant):
            put_in(sop, lambda place: first_due_at + timedelta(seconds=place))
    pause(SECONDS + LEAD)
    late: list[float] = []
    for tenant, sop in zip(tenants, sops, strict=True):
        with tenant_context(tenant):
            while Touchpoint.objects.filter(lane__sop=sop, sent_at=None).exists():
                pause(0.2)
            rows = Touchpoint.objects.filter(lane__sop=sop).values_list("due_at", "sent_at")
            late += [(sent_at - due_at).total_seconds() for due_at, sent_at in rows if sent_at is not None]
    late.sort()
    return [round(late[len(late) // 2], 3), round(late[int(len(late) * 0.99)], 3), round(late[-1], 3)]


def sent() -> int:
    from campaigns.enums import TouchState
    from campaigns.models import Touchpoint

    return int(Touchpoint.objects.filter(state=TouchState.SENT).count())


def doubled(ledger: Path) -> int:
    lines = ledger.read_text().splitlines()
    return len(lines) - len(set(lines))


if __name__ == "__main__":
    main(*(int(given) for given in (*sys.argv[1:], *("20000", "19")[len(sys.argv) - 1 :])))
