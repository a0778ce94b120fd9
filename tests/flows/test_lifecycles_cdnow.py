"""Customers whom rules bring into a lifecycle by what they buy: its counts are those that plain SQL gives."""

import random
from datetime import date, timedelta

import pytest
from django.db import connection

from commerce.files.mapping import parse_order_mapping
from lifecycle.models import Lifecycle, Position
from lifecycle.selectors import stage_sizes
from lifecycle.selectors_flow import standing_as_of
from lifecycle.services_rules import save_stage_rule
from scrm.core import clock
from tests.factories import make_stage, make_user
from tests.flows.ordering import bring
from tests.flows.test_order_import_cdnow import MAPPING, SAMPLE
from tests.flows.test_purchase import declare_orders
from tests.outside import data_file

STEPS = {"bought": 1, "came-back": 2, "regular": 5}
PLAIN = """
    WITH bought AS (SELECT contact_id, count(*) AS orders FROM commerce_order GROUP BY contact_id)
    SELECT CASE WHEN orders >= 5 THEN 'regular' WHEN orders >= 2 THEN 'came-back' ELSE 'bought' END, count(*)
    FROM bought GROUP BY 1
"""


@pytest.fixture
def shop(acme) -> Lifecycle:
    declare_orders()
    life = Lifecycle.objects.create(name="Shoppers")
    for name in STEPS:
        stage = make_stage(life, name, "won")
        condition = {"fact": "orders.count", "op": "gte", "value": STEPS[name]}
        save_stage_rule(
            name=name, to_stage=stage, event_type="order_paid", condition=condition, by=None, now=clock.now()
        )
    return life


def made_up() -> bytes:
    """Sixty buyers, from one order to eight, in no order."""
    draw = random.Random(50)
    rows = []
    for buyer in range(1, 61):
        for order in range(1 + draw.randrange(8)):
            day = date(1997, 1, 1) + timedelta(draw.randrange(500))
            rows.append(f" {buyer:05d} {buyer:04d} {day:%Y%m%d}  {1 + buyer % 3} {order + 5}.50")
    draw.shuffle(rows)
    return "\r\n".join(rows).encode() + b"\r\n"


def test_counts_of_stages_are_those_of_plain_sql(shop):
    agree(shop, made_up(), 60)


def test_counts_of_real_purchases_are_those_of_plain_sql(shop):
    agree(shop, data_file(SAMPLE).read_bytes(), 2357)


def agree(life: Lifecycle, content: bytes, buyers: int) -> None:
    bring(content, "purchases.txt", mapping=parse_order_mapping(MAPPING))

    with connection.cursor() as cursor:
        cursor.execute(PLAIN)
        expected = dict(cursor.fetchall())
    olga = make_user("olga", "ops")
    sizes = {stage.code: size for stage, size in stage_sizes(olga, life)}
    then = standing_as_of(olga, life, clock.now() + timedelta(seconds=1))
    assert sizes == expected
    assert {stage.code: then[stage.pk] for stage in life.stages.all()} == expected
    assert Position.objects.filter(lifecycle=life).count() == sum(expected.values()) == buyers
