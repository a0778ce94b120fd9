"""Products are made once; totals stay apart by currency."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from commerce.models import Order, Product
from commerce.selectors import order_list, order_totals
from commerce.services import save_product
from scrm.core import clock
from tests.factories import make_contact, make_user


def test_totals_never_add_two_currencies(acme):
    contact, now = make_contact("Lin"), clock.now()
    for number, (currency, amount, status) in enumerate(
        [("CNY", "19.80", "paid"), ("EUR", "7", "paid"), ("CNY", "19.80", "refunded")]
    ):
        Order.objects.create(
            contact=contact,
            platform="tmall",
            number=str(number),
            status=status,
            amount=amount,
            currency=currency,
            ordered_at=now,
            updated_at=now,
        )

    assert order_totals(order_list(make_user("olga", "ops"))) == [("CNY", Decimal("19.80")), ("EUR", Decimal(7))]


def test_a_product_code_is_taken_once(acme):
    save_product(code="CUP", name="Cup", by=None, now=clock.now())

    with pytest.raises(ValidationError):
        save_product(code="CUP", name="Another", by=None, now=clock.now())

    assert Product.objects.get().name == "Cup"
