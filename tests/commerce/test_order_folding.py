"""Reports of an order come to one state, in whatever order and however often they come."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from commerce.enums import OrderStatus
from commerce.order_folding import Line, OrderState, fold
from commerce.order_states import facts_of
from commerce.services_orders import report_of

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
MOMENTS = st.integers(0, 4).map(lambda hours: MONDAY + timedelta(hours=hours))
AMOUNTS = st.sampled_from([Decimal("0.00"), Decimal("19.80"), Decimal("20.00"), Decimal("100.00")])
LINES = st.lists(
    st.builds(
        Line,
        product=st.sampled_from(["CUP", "TEA"]),
        quantity=st.integers(1, 2),
        amount=AMOUNTS,
        refunded=AMOUNTS,
        name=st.sampled_from(["", "Cup"]),
    ),
    max_size=3,
)
SAID = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(list(OrderStatus)),
        "amount": AMOUNTS,
        "refunded": AMOUNTS,
        "currency": st.sampled_from(["CNY", "EUR"]),
        "ordered_at": MOMENTS,
        "paid_at": MOMENTS,
    },
)
REPORTS = st.builds(
    lambda at, said, lines, whole: report_of("tmall", "1", at=at, said=said, lines=lines, whole=whole).state,
    MOMENTS,
    SAID,
    st.none() | LINES,
    st.booleans(),
)


def folded(states: list[OrderState]) -> OrderState:
    return reduce(fold, states)


@given(st.lists(REPORTS, min_size=1, max_size=6), st.data())
def test_any_order_and_repetition_gives_the_same_state(states, data):
    told = data.draw(st.permutations(states + data.draw(st.lists(st.sampled_from(states), max_size=4))))

    assert folded(told) == folded(states)
    assert facts_of(folded(told), "CNY") == facts_of(folded(states), "CNY")


@given(REPORTS, REPORTS, REPORTS)
def test_parts_may_be_folded_first(one, two, three):
    assert fold(fold(one, two), three) == fold(one, fold(two, three))


@given(st.lists(st.tuples(MOMENTS, st.sampled_from(list(OrderStatus))), min_size=1, max_size=6))
def test_the_last_word_on_a_status_holds(told):
    """Independently: by moment, and of one moment the one that goes further."""
    going = [OrderStatus.PLACED, OrderStatus.PAID, OrderStatus.REFUNDED, OrderStatus.CANCELLED]
    states = [report_of("tmall", "1", at=at, said={"status": status}).state for at, status in told]

    last = sorted(told, key=lambda each: (each[0], going.index(each[1])))[-1][1]
    assert folded(states).value("status") == last


def state(hour: int, lines: list[Line] | None = None, whole: bool = True, **said: object) -> OrderState:
    return report_of("tmall", "1", at=MONDAY + timedelta(hours=hour), said=said, lines=lines, whole=whole).state


def test_a_refund_that_overtakes_its_payment_stays_a_refund():
    refund, payment = state(2, status=OrderStatus.REFUNDED), state(1, status=OrderStatus.PAID, amount=Decimal(20))

    facts = facts_of(folded([refund, payment]), "CNY")

    assert (facts.status, facts.amount, facts.refunded) == (OrderStatus.REFUNDED, 20, 20)


def test_lines_that_a_later_whole_report_lacks_are_gone():
    both, one = (
        state(1, [Line("CUP", 1, Decimal(5)), Line("TEA", 1, Decimal(3))]),
        state(2, [Line("TEA", 1, Decimal(3))]),
    )

    assert [said.value.product for said in fold(both, one).lines.values()] == ["TEA"]
    assert facts_of(fold(one, both), "CNY").amount == 3


def test_rows_of_a_file_add_lines_to_each_other():
    cup, tea = state(1, [Line("CUP", 1, Decimal(5))], whole=False), state(1, [Line("TEA", 2, Decimal(6))], whole=False)

    assert facts_of(fold(cup, tea), "CNY").amount == 11


def test_equal_lines_are_two():
    assert facts_of(state(1, [Line("CUP", 1, Decimal(5))] * 2), "CNY").amount == 10


def test_what_went_back_in_parts_is_a_refund_once_it_is_all():
    part = state(
        1, [Line("CUP", 1, Decimal(5)), Line("TEA", 1, Decimal(3), refunded=Decimal(3))], status=OrderStatus.PAID
    )
    rest = state(2, refunded=Decimal(8))

    assert (facts_of(part, "CNY").status, facts_of(part, "CNY").refunded) == (OrderStatus.PAID, 3)
    assert facts_of(fold(part, rest), "CNY").status == OrderStatus.REFUNDED


def test_an_order_of_which_nobody_told_the_moment_is_of_the_first_word():
    early, late = state(1, status=OrderStatus.PAID), state(3, status=OrderStatus.REFUNDED)

    assert facts_of(fold(late, early), "CNY").ordered_at == MONDAY + timedelta(hours=1)
    assert facts_of(fold(late, state(2, ordered_at=MONDAY)), "CNY").ordered_at == MONDAY
