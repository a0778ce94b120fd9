"""Orders are kept once, whatever a platform repeats."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from commerce.models import Order, OrderLine, Product
from commerce.selectors import order_list, order_totals
from commerce.services import LineInput, save_order, save_product
from scrm.core import clock
from tests.factories import make_contact, make_user

CUP = LineInput("CUP", 2, Decimal("19.80"))


@pytest.fixture
def lin(acme):
    save_product(code="CUP", name="Cup", by=None, now=clock.now())
    return make_contact("Lin")


def report(contact, **fields):
    now = clock.now()
    given = {"platform": "tmall", "number": "1", "amount": Decimal("19.80"), "ordered_at": now, "lines": [CUP]}
    return save_order(contact_id=contact.pk, now=now, **{**given, **fields})


def test_an_order_is_made_with_its_lines(lin):
    outcome = report(lin)

    assert outcome.outcome == "created"
    line = OrderLine.objects.get(order=outcome.order)
    assert (line.product.code, line.quantity, line.amount) == ("CUP", 2, Decimal("19.80"))


def test_the_same_again_changes_nothing(lin):
    first = report(lin)
    again = report(lin, ordered_at=first.order.ordered_at)

    assert again.outcome == "unchanged"
    assert (Order.objects.count(), OrderLine.objects.count()) == (1, 1)


def test_a_new_status_updates_it(lin):
    first = report(lin)

    again = report(lin, ordered_at=first.order.ordered_at, status="refunded", lines=None)

    assert again.outcome == "updated"
    assert Order.objects.get().status == "refunded"
    assert OrderLine.objects.count() == 1


def test_other_lines_replace_them(lin):
    first = report(lin)

    again = report(lin, ordered_at=first.order.ordered_at, lines=[CUP, CUP])

    assert again.outcome == "updated"
    assert OrderLine.objects.count() == 2


def test_an_order_stays_with_its_contact(lin):
    first = report(lin)

    report(make_contact("Wu"), ordered_at=first.order.ordered_at + timedelta(days=1))

    assert Order.objects.get().contact == lin


def test_the_same_number_on_another_platform_is_another_order(lin):
    assert report(lin).order != report(lin, platform="jd").order


def test_a_line_of_an_unknown_product_stores_nothing(lin):
    with pytest.raises(ValidationError, match="There is no product TEA"):
        report(lin, lines=[CUP, LineInput("TEA", 1, Decimal(1))])

    assert not Order.objects.exists()


def test_a_bad_status_stores_nothing(lin):
    with pytest.raises(ValidationError):
        report(lin, status="lost")

    assert not Order.objects.exists()


def test_totals_never_add_two_currencies(lin):
    ops = make_user("olga", "ops")
    report(lin)
    report(lin, number="2", currency="EUR", amount=Decimal(7))
    report(lin, number="3", status="refunded")

    assert order_totals(order_list(ops)) == [("CNY", Decimal("19.80")), ("EUR", Decimal(7))]


def test_a_product_code_is_taken_once(lin):
    with pytest.raises(ValidationError):
        save_product(code="CUP", name="Another", by=None, now=clock.now())

    assert Product.objects.get().name == "Cup"
