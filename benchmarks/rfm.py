"""Puts a business's customers into the tiers of an RFM scheme, beside hand-written SQL that does no more than count.

    bin/bench rfm [CUSTOMERS]

Prints seconds and ratios in the same process: of a night in which few move against a CREATE TABLE ... AS SELECT of
scores and tiers, of the first filling against an INSERT of them into a table with the keys that places have.
"""

import sys
import time
from typing import Any, Final

from benchmarks.stack import Stack

ROUNDS: Final = 2
HAND: Final = """
    WITH base AS (
        SELECT contact_id, count(DISTINCT (ordered_at AT TIME ZONE 'UTC')::date) AS f,
            %(today)s::date - (max(ordered_at) AT TIME ZONE 'UTC')::date AS r, sum(amount - refunded) AS m
        FROM commerce_order
        WHERE contact_id IS NOT NULL AND status = 'paid' AND currency = %(currency)s AND ordered_at <= %(now)s
        GROUP BY contact_id
    ), cuts AS (
        SELECT percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY r) AS rs,
            percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY f) AS fs,
            percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY m) AS ms
        FROM base
    ), scored AS (
        SELECT contact_id, 5 - (r > rs[1])::int - (r > rs[2])::int - (r > rs[3])::int - (r > rs[4])::int AS r,
            1 + (f > fs[1])::int + (f > fs[2])::int + (f > fs[3])::int + (f > fs[4])::int AS f,
            1 + (m > ms[1])::int + (m > ms[2])::int + (m > ms[3])::int + (m > ms[4])::int AS m
        FROM base, cuts
    )
    SELECT contact_id, r, f, m, (r >= 3)::int * 4 + (f >= 3)::int * 2 + (m >= 3)::int AS tier,
        %(now)s::timestamptz AS since FROM scored
"""
_KEPT: Final = f"""
    INSERT INTO kept_by_hand (scheme_id, contact_id, since, recency, frequency, money)
    SELECT gen_random_uuid(), contact_id, since, r, f, m FROM ({HAND}) AS found
"""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with Stack("bench-rfm") as stack:
        stack.enter_django()
        from django_tenants.utils import tenant_context

        from scrm.flows.opening import tenant_opened
        from tenants.services import create_template

        create_template()
        tenant = tenant_opened(schema_name="bench", domain="bench.localhost", language="en", zone="UTC")
        with tenant_context(tenant):
            fill(count)
            measure(count)


def fill(count: int) -> None:
    """Customers with one to seven orders of the last two years."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO contacts_contact (id, name, city, country, zone, language, note, job_title, fields,
                search_keys, created_at, updated_at)
            SELECT uuidv7(), 'C' || n, '', '', '', '', '', '', '{}', '{}', now(), now()
            FROM generate_series(1, %s) n
            """,
            [count],
        )
        cursor.execute(
            """
            INSERT INTO commerce_order
                (id, contact_id, platform, number, status, amount, currency, ordered_at, updated_at)
            SELECT uuidv7(), c.id, 'shop', c.name || ':' || n, 'paid', round((random() * 900 + 10)::numeric, 2), 'CNY',
                now() - random() * interval '730 days', now()
            FROM contacts_contact c, generate_series(1, 1 + (hashtext(c.name) & 7) % 7) n
            """
        )
        cursor.execute("VACUUM ANALYZE contacts_contact")
        cursor.execute("VACUUM ANALYZE commerce_order")
        cursor.execute("SELECT count(*) FROM commerce_order")
        print(f"{count:,} customers, {cursor.fetchone()[0]:,} orders", flush=True)


def measure(count: int) -> None:
    from django.db import connection

    from commerce.models import TierScheme
    from commerce.tier_presets import CUTS
    from scheduler.budget import Budget
    from scrm.core import clock
    from scrm.flows.tiers import scheme_saved, tiers_due

    now = clock.now()
    scheme = scheme_saved(None, name="RFM", kind="rfm", cutting="quantile", cuts=CUTS, by=None, now=now)
    names = ("by hand", "by hand, kept", "first filling", "another night")
    times: dict[str, list[float]] = {name: [] for name in names}
    values: dict[str, Any] = {"today": now.date(), "now": now, "currency": scheme.currency}

    def timed(name: str, work: Any) -> None:
        began = time.perf_counter()
        work()
        times[name].append(time.perf_counter() - began)

    def run(text: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(text, values)

    def refresh() -> None:
        TierScheme.objects.update(due_at=now)
        assert not tiers_due(Budget(600))

    for round_number in range(ROUNDS):
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS by_hand, kept_by_hand")
            cursor.execute("CREATE TABLE kept_by_hand (LIKE commerce_tierplace INCLUDING ALL)")
            cursor.execute("ALTER TABLE kept_by_hand ADD FOREIGN KEY (contact_id) REFERENCES contacts_contact (id)")
            cursor.execute("DELETE FROM commerce_tiermove")
            cursor.execute("DELETE FROM commerce_tierplace")
        timed("by hand", lambda: run(f"CREATE TEMPORARY TABLE by_hand AS {HAND}"))
        timed("by hand, kept", lambda: run(_KEPT))
        TierScheme.objects.update(refreshed_at=None)
        timed("first filling", refresh)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE commerce_tierplace")
        timed("another night", refresh)
        print(f"round {round_number + 1}: " + ", ".join(f"{name} {each[-1]:.2f} s" for name, each in times.items()))
    for name, base in (("first filling", "by hand, kept"), ("another night", "by hand")):
        hand = min(times[base])
        print(f"{name}: {min(times[name]):.2f} s, {min(times[name]) / hand:.2f} times {base}", flush=True)


if __name__ == "__main__":
    main()
