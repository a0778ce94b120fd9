"""What it takes to count and to refresh a segment, beside the ways that one would write by hand, in the same process.

bin/bench segments [CONTACTS]: a business with ten tags and ten events for each contact. Prints milliseconds and, where
there is a baseline, the ratio to it. Statements in turns, so that a busy neighbour meets all of them.
"""

import statistics
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from benchmarks.segments_ground import Ground, lay
from benchmarks.stack import Stack

ROUNDS = 3
REACHES = 60
CHANGED = 1_000
WINDOW = 30


def main(count: int) -> None:
    with Stack("bench-segments") as stack:
        stack.enter_django()
        from django_tenants.utils import tenant_context

        from scrm.flows.opening import tenant_opened
        from tenants.services import create_template

        create_template()
        tenant = tenant_opened(schema_name="bench", domain="bench.localhost", language="en", zone="UTC")
        with tenant_context(tenant):
            began = time.perf_counter()
            ground = lay(count)
            print(f"{count:,} contacts in {time.perf_counter() - began:.0f} s", flush=True)
            _make_rivals(ground)
            _make_bits()
            _compare_counts(ground)
            _reach(ground)
            _changed(ground)
            _refresh(ground)
            _rule_for_everybody(ground)
            _cost_of_noting(ground)
            _one_event(ground)


def _make_rivals(ground: Ground) -> None:
    """The tags of a contact as an array with a GIN index, and a bit string over everybody for each of four tags."""
    _run("CREATE TABLE plain_tag AS SELECT id, row_number() OVER (ORDER BY id)::int AS number FROM tagging_tag")
    _run(
        "CREATE TABLE plain_array AS SELECT a.contact_id, array_agg(t.number) AS tags "
        "FROM tagging_tagassignment a JOIN plain_tag t ON t.id = a.tag_id GROUP BY a.contact_id"
    )
    _run("CREATE INDEX ON plain_array USING gin (tags)")
    _run(
        "CREATE TABLE plain_bits AS SELECT t.id AS tag_id, "
        "string_agg((a.tag_id IS NOT NULL)::int::text, '' ORDER BY c.id)::varbit AS bits "
        "FROM contacts_contact c CROSS JOIN unnest(%s::uuid[]) AS t(id) "
        "LEFT JOIN tagging_tagassignment a ON a.contact_id = c.id AND a.tag_id = t.id GROUP BY t.id",
        [ground.tag_ids[:4]],
    )
    _run("VACUUM ANALYZE plain_array")


def _make_bits() -> None:
    from audiences.services_bits import begin_bits, fold_bits, rebuild_bits
    from scrm.core import clock

    assert begin_bits()
    first = _seconds(lambda: fold_bits(now=clock.now()))
    again = _seconds(lambda: rebuild_bits(now=clock.now()))
    for table in ("audiences_bitplace", "audiences_bitchunk"):
        _run(f"VACUUM ANALYZE {table}")
    size = _rows(
        "SELECT pg_total_relation_size('audiences_bitchunk') / 1e6, pg_total_relation_size('audiences_bitplace') / 1e6"
    )
    print(f"bits made in {first:.1f} s, anew in {again:.1f} s; {size[0][0]:.0f} MB, and {size[0][1]:.0f} MB of places")


def _compare_counts(ground: Ground) -> None:
    """Three common tags and not a fourth; then two tags, a stage and an event in a window."""
    from audiences.bit_queries import count_by_bits
    from contacts.queries import count_matching
    from scrm.core import clock

    now = clock.now()
    four, mixed = _condition(_four(ground)), _condition(_mixed(ground))
    a, b, c, d = ground.tag_ids[:4]
    joins = (
        "SELECT count(*) FROM contacts_contact c JOIN tagging_tagassignment x ON x.contact_id = c.id AND x.tag_id = %s "
        "JOIN tagging_tagassignment y ON y.contact_id = c.id AND y.tag_id = %s "
        "JOIN tagging_tagassignment z ON z.contact_id = c.id AND z.tag_id = %s "
        "WHERE NOT EXISTS (SELECT FROM tagging_tagassignment n WHERE n.contact_id = c.id AND n.tag_id = %s)"
    )
    numbers = "SELECT array_agg(number) FROM plain_tag WHERE id = ANY(%s::uuid[])"
    array = f"SELECT count(*) FROM plain_array WHERE tags @> ({numbers}) AND NOT tags @> ({numbers})"
    bits = (
        "SELECT bit_count(x.bits & y.bits & z.bits & ~n.bits) "
        "FROM plain_bits x, plain_bits y, plain_bits z, plain_bits n "
        "WHERE x.tag_id = %s AND y.tag_id = %s AND z.tag_id = %s AND n.tag_id = %s"
    )
    _table(
        "three tags and not a fourth",
        {
            "tables joined": lambda: _rows(joins, [a, b, c, d])[0][0],
            "int[] with GIN": lambda: _rows(array, [[a, b, c], [d]])[0][0],
            "one varbit a tag": lambda: _rows(bits, [a, b, c, d])[0][0],
            "the rule as SQL": lambda: count_matching(four, now),
            "by bits, with a sample": lambda: _first(count_by_bits(four, now, 5)),
        },
    )
    windowed = (
        "SELECT count(*) FROM lifecycle_position p "
        "JOIN tagging_tagassignment x ON x.contact_id = p.contact_id AND x.tag_id = %s "
        "JOIN tagging_tagassignment y ON y.contact_id = p.contact_id AND y.tag_id = %s "
        "WHERE p.stage_id = (SELECT id FROM lifecycle_stage WHERE code = %s) AND p.contact_id IN ("
        "SELECT e.contact_id FROM events_event e JOIN events_eventtype t ON t.id = e.type_id AND t.code = %s "
        "WHERE e.occurred_at BETWEEN %s::timestamptz - interval '30 days' AND %s)"
    )
    _table(
        f"two tags, a stage, an event in {WINDOW} days",
        {
            "tables joined": lambda: _rows(windowed, [a, b, ground.stages[0], ground.types[1], now, now])[0][0],
            "the rule as SQL": lambda: count_matching(mixed, now),
            "by bits, with a sample": lambda: _first(count_by_bits(mixed, now, 5)),
        },
    )


def _reach(ground: Ground) -> None:
    """What somebody waits for who builds: other rules each time, through the selector that the builder calls."""
    rules = [_four(ground, first) for first in range(REACHES)]
    mixed = [_mixed(ground, first) for first in range(REACHES // 3)]
    for name, each in (("four conditions", rules), ("with an event window", mixed)):
        times = [_seconds(partial(_preview, rule, ground)) * 1000 for rule in each]
        print(f"{name:<28} p50 {statistics.median(times):8.1f} ms  p95 {_p95(times):8.1f} ms")


def _changed(ground: Ground) -> None:
    """The same with people of whom something was noted, and what the fold takes to forget them."""
    from audiences.services_bits import fold_bits
    from scrm.core import clock

    _run(
        "UPDATE contacts_contact SET owner_id = NULL WHERE id IN ("
        "SELECT contact_id FROM audiences_bitplace ORDER BY md5(contact_id::text) LIMIT %s)",
        [CHANGED],
    )
    times = [_seconds(partial(_preview, _four(ground, first), ground)) * 1000 for first in range(REACHES)]
    fold = _seconds(lambda: fold_bits(now=clock.now()))
    print(f"{f'with {CHANGED:,} changed':<28} p50 {statistics.median(times):8.1f} ms  p95 {_p95(times):8.1f} ms")
    print(f"{'folded in':<28}     {fold * 1000:8.1f} ms")


def _refresh(ground: Ground) -> None:
    """A segment filled, then brought up to what a hundredth of its people changed, beside INSERT ... SELECT."""
    from audiences.models import Segment
    from audiences.queries import apply_difference
    from contacts.models import Contact
    from scrm.core import clock
    from scrm.core.conditions import compile_sql

    now, rule = clock.now(), _condition(_four(ground))
    found = compile_sql(rule, now)
    _run("CREATE TABLE plain_member (LIKE audiences_segmentmember INCLUDING ALL)")
    plain = (
        "INSERT INTO plain_member (segment_id, contact_id, entered_at) "
        f"SELECT %s, c.id, %s FROM contacts_contact c WHERE c.erased_at IS NULL AND {found.text}"
    )

    def hand() -> None:
        _run(plain, [uuid.uuid4(), now, *found.params])

    def ours() -> None:
        segment = Segment.objects.create(name=str(uuid.uuid4()), condition={}, created_at=now)
        apply_difference(segment.pk, rule, now, told=False)

    _table("a segment filled", {"INSERT ... SELECT": hand, "with its difference": ours}, rounds=2)
    segment = Segment.objects.create(name="kept", condition={}, created_at=now)
    apply_difference(segment.pk, rule, now, told=False)
    _run(
        "DELETE FROM tagging_tagassignment WHERE tag_id = %s "
        "AND contact_id IN (SELECT id FROM contacts_contact ORDER BY id LIMIT %s)",
        [ground.tag_ids[0], Contact.objects.count() // 100],
    )
    _table(
        "the same brought up",
        {"INSERT ... SELECT": hand, "with its difference": lambda: apply_difference(segment.pk, rule, now, told=False)},
        rounds=2,
    )


def _rule_for_everybody(ground: Ground) -> None:
    """Whom a tag rule would give its tag, and from whom it would take it: by the rule as SQL, and by bits."""
    from contacts import queries
    from scrm.core import clock
    from tagging.models import Tag, TagRule
    from tagging.rule_queries import ids_counted
    from tagging.standing import rule_asked

    now, tag = clock.now(), Tag.objects.get(code=ground.tags[-1])
    rule = TagRule(name="all", tag=tag, condition=_four(ground), takes=True, over_hand=True, created_at=now)

    def counted() -> tuple[int, ...]:
        return tuple(ids_counted(ids) for ids in rule_asked(rule, now).values())

    def by_sql() -> tuple[int, ...]:
        ways = list(queries._quicker)
        queries._quicker.clear()
        try:
            return counted()
        finally:
            queries._quicker.extend(ways)

    _table("a tag rule, for everybody", {"the rule as SQL": by_sql, "by bits": counted}, rounds=2)


def _cost_of_noting(ground: Ground) -> None:
    """What triggers cost who writes: tags given by hand in turns, with notes, without, and without triggers."""
    from audiences.models import BitFold

    ids = [row[0] for row in _rows("SELECT id FROM contacts_contact ORDER BY id DESC LIMIT 2000")]
    _run("CREATE TABLE plain_assignment (LIKE tagging_tagassignment INCLUDING ALL)")
    give = (
        "INSERT INTO {table} (contact_id, tag_id, source, evidence, at) "
        "SELECT unnest(%s::uuid[]), %s, 'hand', '', now() ON CONFLICT DO NOTHING"
    )
    takes: dict[str, list[float]] = {}
    for size in (1, 2_000):
        for _round in range(ROUNDS * (50 if size == 1 else 3)):
            for name in ("no triggers", "nothing kept", "noted"):
                with _undone():
                    _run(
                        "DELETE FROM tagging_tagassignment WHERE tag_id = %s AND contact_id = ANY(%s)",
                        [ground.tag_ids[-1], ids],
                    )
                    table = "plain_assignment" if name == "no triggers" else "tagging_tagassignment"
                    if name == "nothing kept":
                        BitFold.objects.all().delete()
                    one = _seconds(partial(_run, give.format(table=table), [ids[:size], ground.tag_ids[-1]]))
                    takes.setdefault(f"{size:,} tags, {name}", []).append(one * 1000)
    for name, times in takes.items():
        print(f"{name:<28} {statistics.median(times):10.3f} ms")


def _one_event(ground: Ground) -> None:
    """One event with fifty tag rules and fifty segments on its type, and beside it one that nothing is on.

    The segments are looked at right after the commit: both are counted.
    """
    from audiences.models import Segment
    from audiences.services import save_segment
    from events.inputs import Happening
    from scheduler.budget import Budget
    from scrm.core import clock
    from scrm.flows.audience import checks_due
    from scrm.flows.engagement import events_happened
    from tagging.models import Tag, TagRule

    now = clock.now()
    tags = list(Tag.objects.filter(code__in=ground.tags).order_by("code"))
    for number in range(50):
        rule = {
            "all": [
                {"fact": "events.count", "op": "gte", "value": 1 + number, "args": {"days": WINDOW}},
                _has(ground.tags[5]),
            ]
        }
        TagRule.objects.create(
            name=str(number), tag=tags[number % len(tags)], event_type=ground.types[0], condition=rule, created_at=now
        )
        window = {"type": ground.types[0], "days": WINDOW}
        rule["all"][0] = {"fact": "events.count", "op": "gte", "value": 20 + number, "args": window}
        save_segment(name=f"of {number}", kind="dynamic", condition=rule, by=None, now=now)
    print(f"{Segment.objects.exclude(watches=[]).count()} segments", flush=True)
    ids = [row[0] for row in _rows("SELECT id FROM contacts_contact ORDER BY id LIMIT %s", [REACHES])]
    for kind in (ground.types[1], ground.types[0]):
        happenings = [Happening(pk, kind, now, f"bench:{kind}:{pk}") for pk in ids]
        followed: dict[str, list[float]] = {"one event": [], "its segments": []}
        for each in happenings:
            followed["one event"].append(_seconds(partial(events_happened, [each], now=now)) * 1000)
            followed["its segments"].append(_seconds(partial(checks_due, Budget(5))) * 1000)
        followed["both"] = [sum(pair) for pair in zip(*followed.values(), strict=True)]
        on = 50 if kind == ground.types[0] else 0
        for name, times in followed.items():
            print(f"{f'{name}, {on} of each':<28} p50 {statistics.median(times):8.1f} ms  p95 {_p95(times):8.1f} ms")


def _four(ground: Ground, first: int = 0) -> dict[str, Any]:
    tags = [ground.tags[(first + step) % len(ground.tags)] for step in range(4)]
    return {"all": [*map(_has, tags[:3]), {"fact": "tags", "op": "has_none", "value": [tags[3]]}]}


def _mixed(ground: Ground, first: int = 0) -> dict[str, Any]:
    stage = {"fact": "stage.current", "op": "is", "value": ground.stages[first % len(ground.stages)]}
    window = {"type": ground.types[(1 + first) % len(ground.types)], "days": WINDOW}
    happened = {"fact": "events.count", "op": "gte", "value": 1, "args": window}
    tags = [_has(ground.tags[(first + step) % len(ground.tags)]) for step in range(2)]
    return {"all": [*tags, stage, happened]}


def _has(code: str) -> dict[str, Any]:
    return {"fact": "tags", "op": "has", "value": code}


def _condition(rule: dict[str, Any]) -> Any:
    from scrm.core.conditions import facts, parse

    return parse(rule, facts)


def _preview(rule: dict[str, Any], ground: Ground) -> Any:
    from audiences.selectors import segment_preview
    from scrm.core import clock

    return segment_preview(_condition(rule), ground.ops, clock.now())


def _table(title: str, works: Mapping[str, Callable[[], Any]], rounds: int = ROUNDS) -> None:
    """Medians, taken in turns; the first is the baseline, and all give the same."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    given = set()
    for _round in range(rounds):
        for name, work in works.items():
            began = time.perf_counter()
            given.add(work() if "INSERT" not in next(iter(works)) else (work(), None)[1])
            taken[name].append((time.perf_counter() - began) * 1000)
    assert len(given) == 1, given
    print(f"{title}: {given.pop() or ''}")
    base = statistics.median(next(iter(taken.values())))
    for name, times in taken.items():
        print(f"  {name:<26} {statistics.median(times):10.1f} ms  {statistics.median(times) / base:8.4f}", flush=True)


def _first(found: tuple[int, Any] | None) -> int:
    assert found is not None
    return found[0]


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _undone() -> Any:
    from benchmarks.archive import _undone as undone

    return undone()


def _run(sql: str, values: Sequence[Any] = ()) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


def _rows(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall()


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
