"""Files of orders as shop platforms export them: what goes in, once, and what is taken back."""

import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.enums import Trigger
from campaigns.models import Enrollment
from commerce.files.mapping import parse_order_mapping
from commerce.files.readings import read_amount, status_of
from commerce.models import Order, OrderLine, Product
from contacts.models import Contact
from events.models import Event
from exchange.models import Job
from scrm.core import clock
from scrm.flows import order_import, order_rows
from scrm.flows.starter import lay_out_tenant
from tagging.models import Tag, TagAssignment, TagGroup, TagRule
from tests.factories import make_live_sop, step
from tests.flows.ordering import begin, bring, counts
from tests.flows.test_purchase import declare_orders, purchase, report

EXPORT = (
    "订单编号 ,买家会员名\t,联系手机, 订单状态,买家实际支付金额,订单创建时间,订单付款时间,宝贝标题,"
    "商家编码,数量,商品金额,退款金额\n"
    '="90001",小林,13800138000\t,交易成功,"￥1,299.00",2026/1/5 9:03,2026-01-05 09:04:00,口红,LIP,2,199.00,0\n'
    '="90002",小林,13800138000,买家已付款，等待卖家发货,59元,2026年1月6日 10:00,2026-01-06 10:01,面膜,MASK,1,59.00,\n'
    '="90001",小林,13800138000,交易成功,"￥1,299.00",2026/1/5 9:03,2026-01-05 09:04:00,香水,SCENT,1,"1,100.00",0\n'
    '="90003",匿名,138****0000,交易关闭,10.00,2026-01-07 08:00:00,,面膜,MASK,1,10.00,\n'
    '="90004",小美,,等待买家付款,20.00,20260108,,面膜,MASK,1,20.00,\n'
    '="90005",小美,,退款成功,30.00,2026-01-09 12:00,2026-01-09 12:01,面膜,MASK,1,30.00,30.00\n'
)
NO_NAMES = "日期,金额\n2026-01-05,9.90\n2026-01-05,9.90\n2026-01-06,5\n"


@pytest.fixture(autouse=True)
def _plan(request):
    if "acme" in request.fixturenames:
        request.getfixturevalue("acme")
        declare_orders()


def orders() -> dict[str, tuple]:
    return {o.number: (o.status, o.amount, o.refunded, o.lines.count()) for o in Order.objects.all()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_an_export_of_a_shop_platform_goes_in(acme, encoding):
    job = bring(EXPORT.encode(encoding), name="tmall.csv")

    assert counts(job) == (6, 6, 0, 0, 0)
    assert (job.result["orders"], job.result["contacts"]) == (5, 3)
    assert orders() == {
        "90001": ("paid", Decimal("1299.00"), Decimal(0), 2),
        "90002": ("paid", Decimal(59), Decimal(0), 1),
        "90003": ("cancelled", Decimal(10), Decimal(0), 1),
        "90004": ("placed", Decimal(20), Decimal(0), 1),
        "90005": ("refunded", Decimal(30), Decimal(30), 1),
    }
    first = Order.objects.get(number="90001")
    # As the business's clock shows it, in Shanghai.
    assert first.ordered_at == datetime(2026, 1, 5, 1, 3, tzinfo=UTC)
    assert sorted(first.lines.values_list("product__code", "quantity", "amount")) == [
        ("LIP", 2, Decimal(199)),
        ("SCENT", 1, Decimal(1100)),
    ]
    assert Product.objects.get(code="MASK").name == "面膜"
    assert Event.objects.filter(type__code="order_paid").count() == 3


def test_the_same_file_again_changes_nothing(acme):
    bring(EXPORT)

    assert counts(bring(EXPORT)) == (6, 0, 0, 6, 0)
    assert (Order.objects.count(), OrderLine.objects.count(), Contact.objects.count()) == (5, 6, 3)


def test_a_later_export_of_the_same_orders_brings_them_up_to_date(acme):
    bring(EXPORT)
    later = EXPORT.replace("等待买家付款,20.00,20260108,", "交易成功,20.00,20260108,2026-01-08 09:00")

    assert counts(bring(later)) == (6, 0, 1, 5, 0)
    # And the earlier one, coming late, takes nothing back.
    assert counts(bring(EXPORT)) == (6, 0, 0, 6, 0)
    assert Order.objects.get(number="90004").status == "paid"


def test_identical_rows_without_a_number_are_real_purchases(acme):
    assert counts(bring(NO_NAMES)) == (3, 3, 0, 0, 0)
    assert sum(Order.objects.values_list("amount", flat=True)) == Decimal("24.80")

    assert counts(bring(NO_NAMES)) == (3, 0, 0, 3, 0)
    assert Order.objects.count() == 3


def test_rows_of_one_order_may_stand_far_apart(acme, monkeypatch):
    monkeypatch.setattr(order_rows, "BATCH_ROWS", 3)
    rows = [f"{n},2026-01-05,CUP,1,{n}" for n in range(1, 9)]
    scattered = [*rows, *(row.replace("CUP", "TEA") for row in rows), *rows[:2]]
    content = "order no,date,sku,qty,line total\n" + "\n".join(scattered) + "\n"

    bring(content)

    lines = list(OrderLine.objects.filter(order__number="1").order_by("key").values_list("key", "amount"))
    assert lines == [("CUP#1", 1), ("CUP#2", 1), ("TEA#1", 1)]
    assert Order.objects.get(number="1").amount == 3
    assert Order.objects.get(number="8").amount == 16
    assert counts(bring(content))[1:] == (0, 0, 18, 0)


def test_only_the_first_row_of_an_order_needs_its_date(acme):
    content = (
        "Name,Financial Status,Paid at,Created at,Total,Lineitem quantity,Lineitem name,Lineitem price\n"
        "#1001,paid,2026-01-05 10:00:00 +0800,2026-01-05 09:59:00 +0800,30.00,1,Cup,10.00\n"
        "#1001,,,,,2,Tea,10.00\n"
        ",,,,,1,Nobody's,1.00\n"
    )
    mapping = parse_order_mapping(
        {
            "columns": {
                "Name": {"to": "number"},
                "Financial Status": {"to": "status"},
                "Paid at": {"to": "paid_at"},
                "Created at": {"to": "ordered_at"},
                "Total": {"to": "amount"},
                "Lineitem quantity": {"to": "quantity"},
                "Lineitem name": {"to": "product_name"},
                "Lineitem price": {"to": "price"},
            }
        }
    )

    assert counts(bring(content, mapping=mapping)) == (3, 2, 0, 0, 1)
    assert orders() == {"#1001": ("paid", Decimal(30), Decimal(0), 2)}


def test_what_went_back_comes_as_a_minus_or_as_a_state_of_a_line(acme):
    content = (
        "order no,date,sku,qty,line total,status\n"
        "1,2026-01-05,CUP,2,20,paid\n1,2026-01-05,CUP,-1,-10,paid\n"
        "2,2026-01-05,CUP,1,10,交易成功\n2,2026-01-05,TEA,1,5,退款成功\n"
    )

    bring(content)

    assert orders() == {
        "1": ("paid", Decimal(20), Decimal(10), 2),
        "2": ("paid", Decimal(15), Decimal(5), 2),
    }


def test_bad_rows_come_back_and_the_others_go_in(acme):
    content = (
        "order no,date,amount,status\n1,2026-01-05,ten,paid\n2,,3,paid\n3,2026-01-05,3,whatever\n"
        "1.23457E+18,2026-01-05,3,paid\n5,2026-01-05,3,paid\n"
    )

    job = bring(content)

    assert counts(job) == (5, 1, 0, 0, 4)
    with job.error_file.open("rb") as file:
        lines = file.read().decode("utf-8-sig").splitlines()
    assert [line.split('","')[3] for line in lines[1:]] == [
        "This is not an amount.",
        "Nothing says when this was ordered.",
        "This status is not known.",
        "A spreadsheet has cut this number.",
    ]


def test_words_of_a_file_mean_what_somebody_says(acme):
    mapping = {
        "columns": {"no": {"to": "number"}, "on": {"to": "ordered_at"}, "is": {"to": "status"}},
        "states": {"7": "paid"},
    }

    bring("no,on,is\n1,2026-01-05,7\n", mapping=parse_order_mapping(mapping))

    assert Order.objects.get().status == "paid"


def test_a_dry_run_says_what_would_happen_and_writes_nothing(acme):
    report(purchase("90001"))
    before = Job.objects.count()

    found = order_import.dry_run(io.BytesIO(EXPORT.encode()), None)

    assert (found.counts["created"], found.counts["orders"], found.counts["contacts"]) == (6, 5, 3)
    assert (Order.objects.count(), Contact.objects.count(), Job.objects.count()) == (1, 0, before)


def test_what_was_bought_long_ago_starts_nothing_today(acme):
    lay_out_tenant()
    bought = Tag.objects.create(group=TagGroup.objects.first(), code="bought", name="Bought")
    TagRule.objects.create(name="Bought", tag=bought, event_type="order_paid", created_at=clock.now())
    make_live_sop(step(), trigger=Trigger.TAG_ADDED, trigger_tag=bought)
    today = f"{clock.now():%Y-%m-%d %H:%M}"
    content = f"order no,date,amount,phone\n1,2026-01-05,3,13800138000\n2,{today},3,13900139000\n"

    bring(content, mapping=None, start_sops=True)

    # Both are tagged for what they did; thanked is who bought just now.
    assert TagAssignment.objects.filter(tag=bought).count() == 2
    assert Enrollment.objects.get().contact.orders.get().number == "2"


def test_without_a_word_no_file_starts_anything(acme):
    job = begin("order no,date,amount\n1,2026-01-05,3\n")

    assert job.options["start_sops"] is False


@given(
    st.decimals(0, 10**9, places=2), st.sampled_from(["", "¥", "￥ ", "$", "CNY "]), st.sampled_from(["", "元", " "])
)
def test_an_amount_reads_as_it_was_written(amount, before, after):
    assert read_amount(f"{before}{amount:,.2f}{after}").value == amount
    assert read_amount(f"-{amount}").value == -amount
    assert read_amount(f"({amount})").value == -amount


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("等待买家付款", "placed"),
        ("买家已付款，等待卖家发货", "paid"),
        ("交易成功", "paid"),
        ("已发货，待签收", "paid"),
        ("部分退款", "paid"),
        ("退款中", "paid"),
        ("退款成功", "refunded"),
        ("交易关闭", "cancelled"),
        ("已取消", "cancelled"),
        ("unpaid", "placed"),
        ("Shipped", "paid"),
        ("partially_refunded", "paid"),
        ("voided", "cancelled"),
    ],
)
def test_words_of_platforms_for_states_are_known(word, meant):
    assert status_of(word) == meant
