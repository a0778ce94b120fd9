"""Tiers: everybody where what they bought puts them, at once with an order, and told of as an event."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django_tenants.utils import tenant_context

from commerce.files.mapping import parse_order_mapping
from commerce.models import Order, TierMove, TierPlace, TierScheme
from commerce.services_tiers import save_tier
from commerce.tier_presets import CUTS
from commerce.tier_selectors import movement, rfm_grid
from contacts.queries import contact_ids_matching
from events.models import Event
from scheduler.budget import Budget
from scrm.core import clock
from scrm.core.conditions import facts, parse
from scrm.flows.tiers import scheme_saved, tiers_due
from tests.factories import make_contact, make_user
from tests.flows.ordering import bring
from tests.flows.test_order_import_cdnow import MAPPING, SAMPLE
from tests.flows.test_purchase import buyer, declare_orders, purchase, report
from tests.outside import data_file


@pytest.fixture
def shop(acme):
    declare_orders()
    return acme


def make_scheme(name: str = "Activity", kind: str = "activity", cutting: str = "fixed") -> TierScheme:
    scheme = scheme_saved(None, name=name, kind=kind, cutting=cutting, cuts=CUTS, by=None, now=clock.now())
    tiers_due(Budget(60))
    scheme.refresh_from_db()
    return scheme


def order(contact, days_ago: int, number: str, amount: str = "10", status: str = "paid") -> Order:
    at = clock.now() - timedelta(days=days_ago)
    said = {"ordered_at": at, "updated_at": at, "status": status, "amount": Decimal(amount)}
    return Order.objects.create(contact=contact, platform="shop", number=number, **said)


def tiers() -> dict[str, str | None]:
    rows = TierPlace.objects.order_by().values_list("contact__name", "tier__code")
    return {name: code and code.removeprefix("activity-") for name, code in rows}


def test_customers_are_new_active_dormant_or_lost(shop):
    for name, days in [("Ada", [3]), ("Ben", [3, 40]), ("Cy", [100]), ("Di", [400, 300])]:
        contact = make_contact(name)
        for day in days:
            order(contact, day, f"{name}{day}")
    order(make_contact("Eve"), 1, "unpaid", status="placed")

    scheme = make_scheme()

    assert tiers() == {"Ada": "new", "Ben": "active", "Cy": "dormant", "Di": "lost"}
    # Placed for the first time, nobody moved.
    assert not Event.objects.exists()
    assert scheme.due_at > clock.now()


def test_an_order_moves_its_buyer_at_once_and_tells_it(shop):
    make_scheme()
    report(purchase("1", who=buyer(), at=clock.now(), ordered_at=clock.now() - timedelta(days=200)))
    assert list(tiers().values()) == ["lost"]

    report(purchase("2", who=buyer(), at=clock.now(), ordered_at=clock.now()))

    assert list(tiers().values()) == ["active"]
    said = Event.objects.filter(type__code="tier_changed").order_by("pk").values_list("properties", flat=True)
    assert [(each["before"], each["after"]) for each in said] == [
        ("", "activity-lost"),
        ("activity-lost", "activity-active"),
    ]
    report(purchase("2", who=buyer(), at=clock.now(), ordered_at=clock.now()))
    assert TierMove.objects.count() == 2


def test_days_pass_without_an_order(shop, monkeypatch):
    lin = make_contact("Lin")
    order(lin, 80, "1")
    scheme = make_scheme()
    since = TierPlace.objects.get().since
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=30))

    assert tiers_due(Budget(60)) is False

    assert tiers() == {"Lin": "dormant"}
    assert TierPlace.objects.get().since > since
    olga = make_user("olga", "ops")
    assert [tuple(flow) for flow in movement(olga, scheme, since=real())] == [
        ("Active customer", "Dormant customer", 1)
    ]


def test_who_gives_everything_back_is_in_no_tier(shop):
    make_scheme()
    report(purchase("1", who=buyer(), at=clock.now(), ordered_at=clock.now()))

    report(purchase("1", who=buyer(), at=clock.now() + timedelta(hours=1), status="refunded", ordered_at=clock.now()))

    assert not TierPlace.objects.exists()
    assert TierMove.objects.order_by("-pk").first().after is None


def test_rules_ask_for_tiers(shop):
    lin, mo = make_contact("Lin"), make_contact("Mo")
    order(lin, 3, "1")
    order(mo, 300, "2")
    scheme = make_scheme()

    def asked(**rule):
        return contact_ids_matching(parse(rule, facts), clock.now())

    assert asked(fact="tiers", op="has", value="activity-new") == [lin.pk]
    assert asked(fact="tiers.ever", op="has", value="activity-lost") == [mo.pk]
    score = {"op": "gte", "value": 4, "args": {"scheme": str(scheme.pk)}}
    assert asked(fact="tiers.recency", **score) == [lin.pk]
    assert asked(fact="tiers.since", op="within_last", value=1, args={"tier": "activity-new"}) == [lin.pk]


def test_bounds_that_cannot_be_are_refused(shop):
    scheme = make_scheme("RFM", "rfm")
    with pytest.raises(ValidationError):
        scheme_saved(
            scheme, name="RFM", cutting="fixed", cuts={**CUTS, "money": ["1", "2", "2", "3"]}, by=None, now=clock.now()
        )
    tier = scheme.tiers.first()
    with pytest.raises(ValidationError):
        save_tier(tier=tier, by=None, now=clock.now(), recency_from=5, recency_to=1)

    scheme.refresh_from_db()
    assert scheme.cuts == CUTS


def test_and_cai_has_none_of_it(acme, globex):
    with tenant_context(acme):
        order(make_contact("Lin"), 3, "1")
        make_scheme()
        assert TierPlace.objects.count() == 1
    with tenant_context(globex):
        assert not TierScheme.objects.exists()
        make_scheme()
        assert not TierPlace.objects.exists()


def test_tiers_of_real_purchases_are_those_that_plain_sql_counts(shop):
    bring(data_file(SAMPLE).read_bytes(), mapping=parse_order_mapping(MAPPING))
    scheme = make_scheme("RFM", "rfm", "quantile")

    with connection.cursor() as cursor:
        cursor.execute(PLAIN)
        expected = {(r, f): count for r, f, count in cursor.fetchall()}
    olga = make_user("olga", "ops")
    found = {(cell.recency, cell.frequency): cell.customers for row in rfm_grid(olga, scheme) for cell in row}

    assert {key: count for key, count in found.items() if count} == expected
    assert sum(expected.values()) == 2357


PLAIN = """
    WITH base AS (
        SELECT contact_id, count(DISTINCT (ordered_at AT TIME ZONE 'Asia/Shanghai')::date) AS f,
            (now() AT TIME ZONE 'Asia/Shanghai')::date - max((ordered_at AT TIME ZONE 'Asia/Shanghai')::date) AS r
        FROM commerce_order GROUP BY contact_id
    ), cuts AS (
        SELECT percentile_disc(0.2) WITHIN GROUP (ORDER BY r) AS r1,
            percentile_disc(0.4) WITHIN GROUP (ORDER BY r) AS r2,
            percentile_disc(0.6) WITHIN GROUP (ORDER BY r) AS r3,
            percentile_disc(0.8) WITHIN GROUP (ORDER BY r) AS r4,
            percentile_disc(0.2) WITHIN GROUP (ORDER BY f) AS f1,
            percentile_disc(0.4) WITHIN GROUP (ORDER BY f) AS f2,
            percentile_disc(0.6) WITHIN GROUP (ORDER BY f) AS f3,
            percentile_disc(0.8) WITHIN GROUP (ORDER BY f) AS f4
        FROM base
    )
    SELECT CASE WHEN r <= r1 THEN 5 WHEN r <= r2 THEN 4 WHEN r <= r3 THEN 3 WHEN r <= r4 THEN 2 ELSE 1 END AS recency,
        1 + (f > f1)::int + (f > f2)::int + (f > f3)::int + (f > f4)::int AS frequency, count(*)
    FROM base, cuts GROUP BY 1, 2
"""
