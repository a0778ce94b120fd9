"""What the board, the flow view and "as of" cost, beside SQL that one would write by hand, in the same process.

bin/bench stages [CONTACTS]: everybody in one lifecycle of six stages, with a year of moves. Prints milliseconds and the
ratio to the hand-written statement; for a person who sees everything, and one who sees a twentieth.
"""

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from benchmarks.stack import Stack

ROUNDS: Final = 7
REPS: Final = 20
_ID: Final = "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
_PEOPLE: Final = f"""
INSERT INTO contacts_contact (id, owner_id, {{columns}})
SELECT {_ID}, (%(users)s::uuid[])[1 + n %% {REPS}], {{columns}}
FROM generate_series(1, %(count)s) AS n, (SELECT {{columns}} FROM contacts_contact WHERE id = %(one)s) AS one
"""
# Each goes from the first stage to the one that their number says, the last of which is a loss.
_MOVED: Final = f"""
INSERT INTO lifecycle_stagetransition (contact_id, lifecycle_id, from_stage_id, to_stage_id, at, seconds_before, source,
    reason, version)
SELECT {_ID}, %(lifecycle)s, (%(stages)s::uuid[])[step - 1], (%(stages)s::uuid[])[step],
    %(now)s::timestamptz - interval '1 day' * ((n * 7 %% 330) + 30 - 5 * step),
    CASE WHEN step > 1 THEN 432000 END, 'rule', '', 1
FROM generate_series(1, %(count)s) AS n, generate_series(1, 1 + n %% 6) AS step
ORDER BY 5
"""
_PLACED: Final = f"""
INSERT INTO lifecycle_position (contact_id, lifecycle_id, stage_id, since)
SELECT {_ID}, %(lifecycle)s, (%(stages)s::uuid[])[1 + n %% 6],
    %(now)s::timestamptz - interval '1 day' * ((n * 7 %% 330) + 30 - 5 * (1 + n %% 6))
FROM generate_series(1, %(count)s) AS n
"""


def main(count: int) -> None:
    with Stack("bench-stages") as stack:
        stack.enter_django()
        from django_tenants.utils import tenant_context

        from scrm.flows.opening import tenant_opened
        from tenants.services import create_template

        create_template()
        tenant = tenant_opened(schema_name="bench", domain="bench.localhost", language="en", zone="UTC")
        with tenant_context(tenant):
            began = time.perf_counter()
            ops, rep, lifecycle = _lay(count)
            moves = _rows("SELECT count(*) FROM lifecycle_stagetransition")[0][0]
            print(f"{count:,} contacts, {moves:,} moves in {time.perf_counter() - began:.0f} s", flush=True)
            for title, reader in (("who sees everything", ops), ("who sees a twentieth", rep)):
                print(f"\n{title}")
                _board(reader, lifecycle)
                _flow(reader, lifecycle)


def _lay(count: int) -> tuple[Any, Any, Any]:
    from django.db import connection

    from accounts.services import create_user
    from contacts.models import Contact
    from lifecycle.models import Lifecycle, Stage
    from scrm.core import clock

    now = clock.now()
    reps = [create_user(username=f"rep{n}", password=None, role="rep") for n in range(REPS)]
    ops = create_user(username="ops", password=None, role="ops")
    lifecycle = Lifecycle.objects.create(name="bench")
    stages = [
        Stage.objects.create(
            lifecycle=lifecycle, code=f"b{n}", name=str(n), position=n, kind="lost" if n == 5 else "open"
        )
        for n in range(6)
    ]
    one = Contact.objects.create(name="P", created_at=now, updated_at=now)
    columns = ", ".join(str(each.column) for each in one._meta.concrete_fields if each.column not in ("id", "owner_id"))
    values: dict[str, Any] = {"count": count, "now": now, "one": one.pk, "lifecycle": lifecycle.pk}
    values |= {"users": [each.pk for each in reps], "stages": [each.pk for each in stages]}
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        # Without the checks of references: what is filled in is whole.
        cursor.execute("SET session_replication_role = replica")
        for statement in (_PEOPLE.format(columns=columns), _MOVED, _PLACED):
            cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = origin")
        for table in ("contacts_contact", "lifecycle_stagetransition", "lifecycle_position"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    return ops, reps[0], lifecycle


def _board(reader: Any, lifecycle: Any) -> None:
    from lifecycle.selectors import stage_list
    from lifecycle.selectors_board import board_cards, board_sizes, position_list

    rows, stages = position_list(reader, lifecycle), list(stage_list(lifecycle))
    mine, own = _within(reader, "p")
    by_hand = f"SELECT stage_id, count(*) FROM lifecycle_position p WHERE p.lifecycle_id = %s{mine} GROUP BY 1"
    _table(
        "how many stand in each stage",
        {
            "by hand": lambda: _counted(_rows(by_hand, [lifecycle.pk, *own])),
            "board_sizes": lambda: _counted(
                (pk, size) for pk, (size, _worth) in board_sizes(reader, rows, "CNY").items()
            ),
        },
    )
    newest = (
        f"SELECT p.id FROM lifecycle_position p WHERE p.stage_id = %s{mine} ORDER BY p.since DESC, p.id DESC LIMIT 20"
    )
    _table(
        "the newest twenty of each",
        {
            "by hand": lambda: sum(len(_rows(newest, [each.pk, *own])) for each in stages),
            "board_cards": lambda: sum(len(cards) for cards in board_cards(rows, stages, 20).values()),
        },
    )


def _flow(reader: Any, lifecycle: Any) -> None:
    from lifecycle.selectors_flow import FlowFilter, cohorts, flow_of, moves_counted, standing_as_of, times_in_stages
    from scrm.core import clock

    now = clock.now()
    asked = FlowFilter(now - timedelta(days=30), now)
    mine, own = _within(reader, "m")
    said = [lifecycle.pk, asked.since, asked.until, *own]
    period = f"FROM lifecycle_stagetransition m WHERE m.lifecycle_id = %s AND m.at >= %s AND m.at < %s{mine}"
    ways = f"SELECT from_stage_id, to_stage_id, count(*) {period} GROUP BY 1, 2"
    _table(
        "who went from where to where in thirty days",
        {
            "by hand": lambda: len(_rows(ways, said)),
            "moves_counted": lambda: len(moves_counted(reader, lifecycle, asked)),
        },
    )
    then = (
        "SELECT to_stage_id, count(*) FROM (SELECT DISTINCT ON (m.contact_id) m.to_stage_id FROM "
        f"lifecycle_stagetransition m WHERE m.lifecycle_id = %s AND m.at < %s{mine} "
        "ORDER BY m.contact_id, m.at DESC, m.id DESC) AS last GROUP BY 1"
    )
    _table(
        "who stood where thirty days ago",
        {
            "by hand": lambda: _counted(_rows(then, [lifecycle.pk, asked.since, *own])),
            "standing_as_of": lambda: _counted(standing_as_of(reader, lifecycle, now - timedelta(days=30)).items()),
        },
    )
    for name, work in (
        ("times in the stages", lambda: len(times_in_stages(reader, lifecycle, asked))),
        ("what became of who came", lambda: len(cohorts(reader, lifecycle, asked))),
        ("the flow page's reading", lambda: len(flow_of(reader, lifecycle, asked, now).stages)),
    ):
        _table(name, {"the product": work}, rounds=3)


def _within(reader: Any, table: str) -> tuple[str, list[Any]]:
    """Narrowed to whom the reader is in charge of, by hand."""
    if reader.role != "rep":
        return "", []
    return f" AND {table}.contact_id IN (SELECT id FROM contacts_contact WHERE owner_id = %s)", [reader.pk]


def _counted(rows: Any) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((str(pk), count) for pk, count in rows))


def _table(title: str, works: Mapping[str, Callable[[], Any]], rounds: int = ROUNDS) -> None:
    """Medians and the slowest, taken in turns; the first is the baseline, and all give the same."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    given = set()
    for _round in range(rounds):
        for name, work in works.items():
            began = time.perf_counter()
            given.add(work())
            taken[name].append((time.perf_counter() - began) * 1000)
    assert len(given) == 1, given
    print(title)
    base = statistics.median(next(iter(taken.values())))
    for name, times in taken.items():
        middle = statistics.median(times)
        print(f"  {name:<20} {middle:9.1f} ms  slowest {max(times):9.1f}  {middle / base:7.2f}", flush=True)


def _rows(sql: str, values: Any = None) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
