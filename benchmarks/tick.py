"""A tick with nothing due, beside one empty SELECT in the same process, for more and more tenants.

bin/bench tick [ROUNDS]: the tenants have only what a tick reads, their public rows. Time is the
database's, summed over the tick's statements; both are measured in turns, and medians are shown.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.stack import Stack

SIZES = (1, 100, 1000)


def main(rounds: int) -> None:
    with Stack("bench-tick") as stack:
        stack.enter_django()

        from scrm.core import clock
        from scrm.worker.tasks import tick

        made = 0
        print(f"{'tenants':>8} {'tick, ms':>9} {'p99':>6} {'SELECT, ms':>11} {'ratio':>6} {'statements':>11}")
        for size in SIZES:
            _add_tenants(made, size, clock.now())
            made = size
            pairs = [(_database_time(tick.run), _database_time(_select)) for _ in range(rounds)]
            ticks = sorted(one[0] for one, _ in pairs)
            tick_ms = statistics.median(ticks)
            select_ms = statistics.median(one[0] for _, one in pairs)
            p99 = ticks[int(len(ticks) * 0.99)]
            print(
                f"{size:>8} {tick_ms:>9.2f} {p99:>6.2f} {select_ms:>11.3f} {tick_ms / select_ms:>6.1f}"
                f" {pairs[-1][0][1]:>11}"
            )


def _add_tenants(begin: int, end: int, now: Any) -> None:
    from django.db import connection

    from scheduler.models import WakeUp
    from scheduler.queries import FAR_FUTURE
    from tenants.models import Tenant

    tenants = Tenant.objects.bulk_create(
        Tenant(schema_name=f"bench{number}", name=f"Bench {number}", created_at=now) for number in range(begin, end)
    )
    WakeUp.objects.bulk_create(WakeUp(tenant=tenant, due_at=FAR_FUTURE) for tenant in tenants)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _select() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _database_time(work: Callable[[], Any]) -> tuple[float, int]:
    """Milliseconds in the database, and in how many statements."""
    from django.db import connection

    taken: list[float] = []

    def timed(execute: Any, *given: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*given)
        finally:
            taken.append(time.perf_counter() - began)

    with connection.execute_wrapper(timed):
        work()
    return sum(taken) * 1000, len(taken)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
