"""Random rules over any registry, and a scratch population whose answers are known in memory."""

import os
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from scrm.core.conditions import Argument, Fact, Registry, Type, compile_sql, compile_values, evaluate, uses
from scrm.core.conditions.evaluate import Snapshot
from scrm.core.conditions.types import SHAPES, Shape

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DEEP = bool(os.environ.get("SCRM_DEEP"))


def sampled(shallow=200, deep=100_000):
    """How many cases are drawn. The seed is fixed: a red run is red again."""
    return settings(
        max_examples=deep if DEEP else shallow,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def rules(facts, values):
    """JSON rules over the facts. `values` gives per fact, or `fact.argument`, what to compare with."""
    leaves = st.one_of([_leaf(fact, values) for fact in facts])

    def grown(inner):
        some = st.lists(inner, min_size=1, max_size=4)
        return st.one_of(
            st.builds(lambda parts: {"all": parts}, some),
            st.builds(lambda parts: {"any": parts}, some),
            st.builds(lambda part: {"not": part}, inner),
        )

    tree = leaves
    for _ in range(3):
        tree = st.one_of(leaves, grown(tree))
    return tree


@st.composite
def _leaf(draw, fact, values):
    op = draw(st.sampled_from(fact.operators))
    rule = {"fact": fact.key, "op": op}
    one = st.sampled_from(values[fact.key])
    match SHAPES[op]:
        case Shape.ONE:
            rule["value"] = draw(one)
        case Shape.MANY:
            rule["value"] = draw(st.lists(one, min_size=1, max_size=4))
        case Shape.PAIR:
            rule["value"] = sorted([draw(one), draw(one)])
        case Shape.DAYS:
            rule["value"] = draw(st.sampled_from([1, 7, 30, 400]))
    names = {argument.name for argument in fact.arguments if argument.required or draw(st.booleans())}
    names |= {argument.needs for argument in fact.arguments if argument.needs and argument.name in names}
    arguments = {name: draw(st.sampled_from(values[f"{fact.key}.{name}"])) for name in sorted(names)}
    if arguments:
        rule["args"] = arguments
    return rule


def answers(cursor, condition, subjects, table="contacts_contact"):
    """Matching ids by the predicate, by the values read in one statement, and in memory."""
    found, used = compile_sql(condition, NOW), uses(condition)
    columns = compile_values(used, NOW)
    cursor.execute(f"SELECT c.id, {found.text}, {columns.text} FROM {table} c", [*found.params, *columns.params])
    rows = [row for row in cursor.fetchall() if row[0] in subjects]

    by_sql = {row[0] for row in rows if row[1]}
    by_values = {row[0] for row in rows if evaluate(condition, Snapshot(dict(zip(used, row[2:], strict=True))), NOW)}
    in_memory = {key for key, subject in subjects.items() if evaluate(condition, subject, NOW)}
    return by_sql, by_values, in_memory


def visit_count(given):
    narrowed = " AND v.kind = %(kind)s" if "kind" in given else ""
    if "days" in given:
        narrowed += " AND v.at > %(now)s - make_interval(hours => 24 * %(days)s)"
    return f"(SELECT count(*) FROM scratch_visit v WHERE v.person_id = c.id{narrowed})"


def count_visits(subject, args, now):
    since = now - timedelta(days=args["days"]) if "days" in args else None
    return sum(
        1
        for kind, at in subject["visits"]
        if (since is None or at > since) and ("kind" not in args or kind == args["kind"])
    )


def visit_wording(given):
    return {
        frozenset(): "visits",
        frozenset({"kind"}): "visits of %(kind)s",
        frozenset({"days"}): "visits in %(days)s days",
        frozenset({"kind", "days"}): "visits of %(kind)s in %(days)s days",
    }[given]


def scratch_facts():
    registry = Registry()

    def column(key, kind, **more):
        registry.register(
            Fact(
                key=f"person.{key}",
                label=key,
                type=kind,
                sql=f"c.{key}",
                oracle=lambda subject, args, now: subject[key],
                **more,
            )
        )

    column("city", Type.TEXT)
    column("kind", Type.CHOICE, choices=lambda: [("new", "New"), ("old", "Old"), ("vip", "VIP")])
    column("score", Type.NUMBER)
    column("spent", Type.MONEY)
    column("wants", Type.BOOLEAN)
    column("blocked", Type.BOOLEAN, always_set=True)
    column("seen", Type.MOMENT)
    column("born", Type.DATE)
    registry.register(
        Fact(
            key="person.first_visit",
            label="first visit",
            type=Type.MOMENT,
            rows=True,
            sql="SELECT v.person_id, min(v.at) FROM scratch_visit v GROUP BY v.person_id",
            oracle=lambda subject, args, now: min((at for _, at in subject["visits"]), default=None),
        ),
        Fact(
            key="person.town",
            label="town",
            type=Type.TEXT,
            rows=True,
            sql="SELECT p.id, p.city FROM scratch_person p WHERE p.city IS NOT NULL",
            oracle=lambda subject, args, now: subject["city"],
        ),
        Fact(
            key="person.tags",
            label="tags",
            type=Type.KEYS,
            sql="SELECT t.person_id, t.code FROM scratch_tag t",
            oracle=lambda subject, args, now: subject["tags"],
        ),
        Fact(
            key="person.visits",
            label="visits",
            type=Type.COUNT,
            sql=visit_count,
            oracle=count_visits,
            wording=visit_wording,
            arguments=(
                Argument("kind", "kind", Type.TEXT),
                Argument("days", "days", Type.DAYS),
            ),
        ),
    )
    return registry


CITIES = ["Berlin", "berlin", "BERLIN", "上海", "上海市", "Ära", "äRA", "ＡＢＣ", "50%", "5_0", "O'Neil", "\\", '"']
MOMENTS = [NOW - timedelta(days=days) for days in (-30, -7, -1, 0, 1, 7, 30, 400)]
DATES = [moment.date() for moment in MOMENTS] + [date(2024, 2, 29)]
NUMBERS = ["0", "-1", "1", "1.5", "2.000001", "1000000"]

SCRATCH_VALUES = {
    "person.city": [*CITIES, "ß", "İ", "Σ", "ber", "BER", "市", "ａ"],
    "person.kind": ["new", "old", "vip"],
    "person.score": [0, -1, 1, 1.5, 2, 1000000],
    "person.spent": [0, 1, 19.9, 20, 100],
    "person.wants": [True, False],
    "person.blocked": [True, False],
    "person.seen": [moment.isoformat() for moment in MOMENTS],
    "person.born": [day.isoformat() for day in DATES],
    "person.first_visit": [moment.isoformat() for moment in MOMENTS],
    "person.town": [*CITIES, "ber", "市"],
    "person.tags": ["vip", "VIP", "a", "b", "c", "'; --"],
    "person.visits": [0, 1, 2, 3],
    "person.visits.kind": ["shop", "web", "call"],
    "person.visits.days": [1, 7, 30],
}


def scratch_people(count=60, seed=1):
    """Subjects full of edges: missing, empty, equal to a bound, one moment beside it."""
    draw = random.Random(seed)
    beside = [timedelta(), timedelta(microseconds=1), timedelta(microseconds=-1)]
    moments = [moment + nudge for moment in MOMENTS for nudge in beside]

    def person():
        return {
            "city": draw.choice([None, "", *CITIES, "İstanbul", "STRASSE", "straße", "ΣΑΣ"]),
            "kind": draw.choice([None, "", "new", "old", "vip"]),
            "score": draw.choice([None, *map(Decimal, NUMBERS)]),
            "spent": draw.choice([None, Decimal("0"), Decimal("19.90"), Decimal("20.00"), Decimal("100")]),
            "wants": draw.choice([None, True, False]),
            "blocked": draw.choice([True, False]),
            "seen": draw.choice([None, *moments]),
            "born": draw.choice([None, *DATES]),
            "tags": draw.sample(["vip", "VIP", "a", "b", "c", "'; --"], draw.choice([0, 0, 1, 2, 4])),
            "visits": [
                (draw.choice(["shop", "web", "call"]), draw.choice(moments)) for _ in range(draw.choice([0, 1, 3, 6]))
            ],
        }

    return {number: person() for number in range(1, count + 1)}


def store_people(cursor, people):
    cursor.execute(
        """
        CREATE TEMP TABLE scratch_person (
            id int PRIMARY KEY, city text, kind text, score numeric, spent numeric, wants boolean,
            blocked boolean NOT NULL, seen timestamptz, born date) ON COMMIT DROP;
        CREATE TEMP TABLE scratch_tag (person_id int, code text NOT NULL) ON COMMIT DROP;
        CREATE TEMP TABLE scratch_visit (person_id int, kind text, at timestamptz) ON COMMIT DROP;
        """
    )
    columns = ("city", "kind", "score", "spent", "wants", "blocked", "seen", "born")
    for key, person in people.items():
        cursor.execute(
            "INSERT INTO scratch_person VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [key, *(person[column] for column in columns)],
        )
        for code in person["tags"]:
            cursor.execute("INSERT INTO scratch_tag VALUES (%s, %s)", [key, code])
        for kind, at in person["visits"]:
            cursor.execute("INSERT INTO scratch_visit VALUES (%s, %s, %s)", [key, kind, at])
