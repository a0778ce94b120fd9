"""Orders that come in: whose they are, once, and what they set off."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from commerce.enums import OrderStatus
from commerce.models import Order, OrderLine, Product
from commerce.order_folding import Line
from commerce.services_orders import CREATED, UNCHANGED, UPDATED, report_of
from contacts.inputs import PersonInput
from contacts.models import Contact, Identity
from contacts.normalise import normalise_phone
from events.models import Event
from events.services import ensure_event_types
from leads.inputs import IdentityInput
from scrm.core import clock
from scrm.flows.erasure import person_erased
from scrm.flows.purchase import PAID, REFUNDED, Purchase, orders_reported
from tenants.models import Tenant
from tests.factories import make_contact

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
CUP = Line("CUP", 2, Decimal("19.80"), "A cup")


@pytest.fixture(autouse=True)
def _plan(request):
    """What the tracking plan of a new business declares."""
    if "acme" in request.fixturenames:
        request.getfixturevalue("acme")
        declare_orders()


def declare_orders() -> None:
    said = {"order": "text", "amount": "number", "currency": "text", "product": "text"}
    ensure_event_types(declared=[{"code": code, "name": code, "properties": said} for code in (PAID, REFUNDED)])


def buyer(phone: str = "13800138000", name: str = "Lin") -> PersonInput:
    number = normalise_phone(phone).value
    return PersonInput(identities=(IdentityInput("phone", number, number),), name=name, provenance="order")


def purchase(number: str = "1", *, at: datetime = NOW, who: PersonInput | None = None, **said: object) -> Purchase:
    lines = said.pop("lines", None)
    told = {"status": OrderStatus.PAID, "amount": Decimal("19.80"), "ordered_at": NOW, **said}
    return Purchase(report_of("tmall", number, at=at, said=told, lines=lines), buyer=who)


def report(*purchases: Purchase) -> list[str]:
    return [each.outcome for each in orders_reported(purchases, now=clock.now())]


def test_an_order_makes_its_buyer_a_contact_and_tells_what_happened(acme):
    assert report(purchase(who=buyer(), lines=[CUP])) == [CREATED]

    order = Order.objects.get()
    assert (order.contact.name, order.amount, order.status) == ("Lin", Decimal("19.80"), "paid")
    assert Product.objects.get().name == "A cup"
    event = Event.objects.get(type__code="order_paid")
    assert (event.contact_id, event.occurred_at) == (order.contact_id, NOW)


def test_the_same_again_changes_nothing(acme):
    report(purchase(who=buyer(), lines=[CUP]))

    assert report(purchase(who=buyer(), lines=[CUP]), purchase(who=buyer(), lines=[CUP])) == [UNCHANGED]
    assert (Order.objects.count(), OrderLine.objects.count(), Contact.objects.count()) == (1, 1, 1)
    assert Event.objects.filter(type__code="order_paid").count() == 1


def test_a_refund_is_told_once_however_late_its_payment_comes(acme):
    refund = purchase(who=buyer(), at=NOW + timedelta(hours=2), status=OrderStatus.REFUNDED)

    assert report(refund, purchase("2", who=buyer())) == [CREATED, CREATED]
    # What the later word did not say holds; nothing is new in it.
    assert report(purchase(who=buyer()), refund) == [UNCHANGED]

    codes = list(
        Event.objects.filter(contact=Order.objects.get(number="1").contact_id).values_list("type__code", flat=True)
    )
    assert sorted(codes) == ["order_paid", "order_paid", "order_refunded"]


def test_an_order_without_a_buyer_waits_for_one(acme):
    assert report(purchase()) == [CREATED]
    assert Order.objects.get().contact is None
    assert not Event.objects.exists()

    assert report(purchase(who=buyer())) == [UPDATED]

    assert Order.objects.get().contact.name == "Lin"
    assert Event.objects.filter(type__code="order_paid").count() == 1


def test_an_order_never_moves_to_another_contact(acme):
    report(purchase(who=buyer()))

    assert report(purchase(who=buyer("13900139000", "Mei"), amount=Decimal(30), at=NOW + timedelta(hours=1))) == [
        UPDATED
    ]

    order = Order.objects.get()
    assert (order.contact.name, order.amount) == ("Lin", 30)


def test_a_buyer_whom_we_know_keeps_their_name(acme):
    report(purchase(who=buyer()))

    report(purchase("2", who=buyer(name="L.")))

    assert Contact.objects.get().name == "Lin"
    assert Order.objects.filter(contact__name="Lin").count() == 2


def test_an_order_told_again_says_nothing_of_a_buyer_who_was_erased(acme):
    report(purchase(who=buyer()))
    person_erased(Contact.objects.get().pk, now=clock.now())

    later = purchase(who=buyer("13900139000"), at=NOW + timedelta(hours=1), status=OrderStatus.REFUNDED)
    assert report(later) == [UPDATED]

    assert Contact.objects.get().name == ""
    assert not Identity.objects.exists()
    assert Order.objects.get().status == "refunded"


def test_lines_change_with_what_is_told_of_them(acme):
    report(purchase(who=buyer(), lines=[CUP, Line("TEA", 1, Decimal(3))]))

    back = [Line("CUP", 2, Decimal("19.80"), "A cup", refunded=Decimal(5))]
    assert report(purchase(who=buyer(), at=NOW + timedelta(days=1), lines=back)) == [UPDATED]

    assert [(line.product.code, line.refunded) for line in OrderLine.objects.all()] == [("CUP", 5)]
    assert Order.objects.get().refunded == 5


def test_an_order_kept_before_reports_were_takes_what_is_told_now(acme):
    contact = make_contact("Lin")
    tea = Product.objects.create(code="TEA", name="Tea")
    row = Order.objects.create(
        contact=contact, platform="tmall", number="1", amount=7, ordered_at=NOW, updated_at=NOW, status="placed"
    )
    OrderLine.objects.create(order=row, product=tea, amount=7)

    assert report(purchase(lines=[CUP])) == [UPDATED]

    row.refresh_from_db()
    assert (row.status, row.amount, row.contact_id) == ("paid", Decimal("19.80"), contact.pk)
    assert [line.product.code for line in row.lines.all()] == ["CUP"]


def test_and_cai_keeps_another_order_of_that_number(acme, globex):
    with tenant_context(acme):
        report(purchase(who=buyer(), lines=[CUP]))
    with tenant_context(globex):
        assert report(purchase(who=buyer(name="Cai's"), amount=Decimal(1), lines=[])) == [CREATED]
        assert Order.objects.get().amount == 1
    with tenant_context(acme):
        assert Order.objects.get().amount == Decimal("19.80")
        assert OrderLine.objects.count() == 1


@pytest.mark.parametrize("count", [2, 60])
def test_statements_do_not_grow_with_a_batch(acme, django_assert_max_num_queries, count):
    report(purchase("0", who=buyer()))
    told = [purchase(str(n), who=buyer(f"1380013{n:04d}"), lines=[CUP]) for n in range(1, count + 1)]

    with django_assert_max_num_queries(45):
        orders_reported(told, now=clock.now())


def test_one_order_reported_by_many_at_once_is_one(own_database):
    tenant = Tenant.objects.get(schema_name="acme")
    outcomes, begin = [], threading.Barrier(6)
    with tenant_context(tenant):
        declare_orders()

    def tell(hour: int) -> None:
        try:
            with tenant_context(tenant):
                begin.wait(20)
                outcomes.extend(report(purchase(who=buyer(), at=NOW + timedelta(hours=hour), amount=Decimal(hour))))
        finally:
            connection.close()

    threads = [threading.Thread(target=tell, args=(hour,)) for hour in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert outcomes.count(CREATED) == 1
    assert len(outcomes) == 6
    with tenant_context(tenant):
        assert Order.objects.get().amount == 5
        assert (Contact.objects.count(), Identity.objects.count()) == (1, 1)
        assert Event.objects.filter(type__code="order_paid").count() == 1
