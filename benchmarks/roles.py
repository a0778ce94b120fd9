"""What a PostgreSQL role per tenant costs: with it and without it, in turns, in one process.

bin/bench roles [ROUNDS]: a switch of tenant with one statement; a lead that arrives; and a log-in role that is no
superuser and a member of 5,000 tenants' roles, whose first switch has PostgreSQL look at them all.
"""

import statistics
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

from benchmarks.stack import Stack

MEMBERSHIPS = 5_000


def main(rounds: int) -> None:
    with Stack("bench-roles") as stack:
        stack.manage("migrate_all")
        stack.enter_django()
        from scrm.core.postgres.base import DatabaseWrapper
        from tenants.services import create_tenant

        began = time.perf_counter()
        tenants = [create_tenant(schema_name=name, domain=f"{name}.test") for name in ("one", "two")]
        print(f"a tenant is made in {(time.perf_counter() - began) / 2 * 1000:.0f} ms")
        print(f"{'':<28} {'with, ms':>9} {'without':>9} {'ratio':>6}")
        for name, work in (("switch and one statement", _switch), ("wake-up lowered", _lower)):
            taken: dict[bool, list[float]] = {True: [], False: []}
            for number in range(rounds):
                for with_roles in (True, False) if number % 2 else (False, True):
                    off = nullcontext() if with_roles else patch.object(DatabaseWrapper, "tenant_role", None)
                    with off:
                        taken[with_roles].append(_seconds(work, tenants))
            given, bare = (statistics.median(taken[key]) * 1000 for key in (True, False))
            print(f"{name:<28} {given:>9.3f} {bare:>9.3f} {given / bare:>6.2f}")
        first, later = _many_memberships(tenants[0])
        print(f"{MEMBERSHIPS} memberships: first switch {first:.1f} ms, later ones {later:.3f} ms")


def _switch(tenants: list[Any]) -> None:
    from django.db import connection
    from django_tenants.utils import tenant_context

    for tenant in tenants:
        with tenant_context(tenant), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM contacts_contact LIMIT 1")


def _lower(tenants: list[Any]) -> None:
    from django.db import transaction
    from django_tenants.utils import tenant_context

    from scheduler.queries import FAR_FUTURE, lower_wake_up

    for tenant in tenants:
        with tenant_context(tenant), transaction.atomic():
            lower_wake_up(tenant.pk, FAR_FUTURE)


def _seconds(work: Callable[[list[Any]], None], tenants: list[Any]) -> float:
    began = time.perf_counter()
    work(tenants)
    return time.perf_counter() - began


def _many_memberships(tenant: Any) -> tuple[float, float]:
    """Milliseconds of the first and of a later switch, for a log-in role as in production; all of it is undone."""
    from django.db import connection, transaction

    from scrm.core.postgres.roles import role_name

    role = role_name(tenant.uuid)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE bench_login NOLOGIN")
        cursor.execute(f'GRANT "{role}" TO bench_login')
        cursor.execute(
            f"DO $$ BEGIN FOR n IN 1..{MEMBERSHIPS} LOOP EXECUTE format('CREATE ROLE bench_%s', n); "
            "EXECUTE format('GRANT bench_%s TO bench_login', n); END LOOP; END $$"
        )
        cursor.execute("SET SESSION AUTHORIZATION bench_login")
        taken = []
        for _ in range(50):
            began = time.perf_counter()
            cursor.execute(f'SET ROLE "{role}"')
            taken.append((time.perf_counter() - began) * 1000)
            cursor.execute("SET ROLE NONE")
        cursor.execute("RESET SESSION AUTHORIZATION")
        transaction.set_rollback(True)
    return taken[0], statistics.median(taken[1:])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
