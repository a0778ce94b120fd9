"""Costs spread over days lose no cent; files of them say what is wrong where."""

import io
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.problems import UnreadableFile
from leads.cost_file import check_cost_file
from leads.costs import CENT, Cost, per_day, spread

DAY = date(2026, 11, 1)
FAIR = UUID(int=7)
AMOUNTS = st.decimals(0, 10**9, places=2)


@given(AMOUNTS, st.integers(1, 731))
def test_spread_keeps_the_sum_and_differs_by_a_cent_at_most(amount, days):
    parts = spread(amount, days)

    assert (len(parts), sum(parts)) == (days, amount)
    assert max(parts) - min(parts) <= CENT
    assert all(part == part.quantize(CENT) and part >= 0 for part in parts)


@given(AMOUNTS, st.integers(1, 400), st.decimals("0.00000001", 9_999, places=8))
def test_another_currency_loses_no_cent_in_either(amount, days, rate):
    cost = Cost(DAY, DAY + timedelta(days=days - 1), amount, "EUR", rate)

    parts = per_day(cost, "CNY")

    assert [part.on for part in parts] == [DAY + timedelta(days=index) for index in range(days)]
    assert sum(part.stated_amount for part in parts) == amount
    assert sum(part.amount for part in parts) == (amount * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)


def check(text: str):
    return check_cost_file(io.BytesIO(text.encode()), sources={"fair": FAIR}, currency="CNY")


def test_file_is_read_by_its_headings_in_either_language():
    found = check('渠道,日期,结束日期,金额,币种,汇率,项目\nFAIR,2026-11-01,2026/11/30,"¥1,000.50",eur,7.8,代理费\n')

    assert found.problems == []
    assert found.made == [(FAIR, Cost(DAY, date(2026, 11, 30), Decimal("1000.50"), "EUR", Decimal("7.8"), "代理费"))]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("Nobody,2026-11-01,,1,,", "source"),
        ("Fair,soon,,1,,", "day"),
        ("Fair,2026-11-02,2026-11-01,1,,", "to"),
        ("Fair,2026-11-02,2046-11-01,1,,", "to"),
        ("Fair,1026-11-02,,1,,", "day"),
        ("Fair,2026-11-02,,-1,,", "amount"),
        ("Fair,2026-11-02,,1.005,,", "amount"),
        ("Fair,2026-11-02,,NaN,,", "amount"),
        ("Fair,2026-11-02,,99999999999999999,,", "amount"),
        ("Fair,2026-11-02,,1,EUR,", "rate"),
        ("Fair,2026-11-02,,1,CNY,2", "rate"),
        ("Fair,2026-11-02,,1,EUR,0", "rate"),
        ("Fair,2026-11-02,,1,Euro,2", "currency"),
    ],
)
def test_file_names_row_and_column_of_what_is_wrong_and_takes_the_rest(row, column):
    found = check(f"source,day,to,amount,currency,rate\n{row}\nFair,2026-11-02,,1,,\n")

    assert [(problem.row, problem.column) for problem in found.problems] == [(2, column)]
    assert len(found.made) == found.bad_rows == 1


def test_file_without_a_needed_column_is_refused_as_a_whole():
    with pytest.raises(UnreadableFile, match="amount"):
        check("source,day\nFair,2026-11-01\n")
