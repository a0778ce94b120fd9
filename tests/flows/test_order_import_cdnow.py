"""Real purchases go in as orders, and every figure that was published of them comes out."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from commerce.files.mapping import parse_order_mapping
from commerce.models import Order
from commerce.rfm_queries import buying_of_everybody
from contacts.models import Contact, Identity
from contacts.sealing import blind_of
from events.models import Event
from scrm.flows import order_import
from tenants.selectors import tenant_current, tenant_keys
from tests.flows.ordering import bring, counts
from tests.flows.test_purchase import declare_orders
from tests.outside import data_file

SAMPLE, ANSWERS = "purchases/CDNOW_sample.txt", "purchases/cdnow_customers_summary.csv"
MAPPING = {
    "columns": {"B": {"to": "buyer_id"}, "C": {"to": "ordered_at"}, "D": {"to": "quantity"}, "E": {"to": "amount"}},
    "platform": "cdnow",
}
CALIBRATED_TO = date(1997, 9, 30)


@pytest.fixture
def sample():
    return data_file(SAMPLE).read_bytes()


def test_a_file_without_names_is_understood(acme, sample):
    look = order_import.preview(io.BytesIO(sample))

    assert (look.header, look.delimiter, look.headers) == (False, " ", ["A", "B", "C", "D", "E"])
    assert {name: column.to for name, column in look.mapping.columns.items()} == {
        "A": "buyer_id",
        "C": "ordered_at",
        "D": "quantity",
        "E": "amount",
    }


def test_real_purchases_come_to_what_was_published_of_them(acme, sample):
    declare_orders()
    answers = list(csv.DictReader(data_file(ANSWERS).read_text().splitlines()))

    job = bring(sample, "CDNOW_sample.txt", mapping=parse_order_mapping(MAPPING))

    assert counts(job) == (6919, 6919, 0, 0, 0)
    assert sum(Order.objects.values_list("amount", flat=True)) == Decimal("244091.94")
    assert Contact.objects.count() == 2357
    assert Event.objects.filter(type__code="order_paid").count() == 6919
    zone = ZoneInfo(tenant_current().zone)
    ever = buying_of_everybody(until=datetime(1999, 1, 1, tzinfo=zone), currency="CNY")
    end = datetime.combine(CALIBRATED_TO, datetime.max.time(), zone)
    then = {each.contact_id: each for each in buying_of_everybody(until=end, currency="CNY")}
    by_number = _contacts_by_number(range(1, 2358))
    assert sum(each.spent for each in ever) == Decimal("244091.94")
    found = [(row["ID"], *_weeks(then[by_number[int(row["ID"])]])) for row in answers]
    assert found == [(row["ID"], row["frequency"], row["recency"], row["T"]) for row in answers]
    assert len(found) == 2357
    assert sum(each.repeats > 0 for each in then.values()) == 946


def _weeks(buying) -> tuple[str, str, str]:
    """Repeats, and weeks from the first to the last and to the end, as the table writes them."""
    recency = round((buying.last_on - buying.first_on).days / 7, 2)
    return str(buying.repeats), str(recency), str(round((CALIBRATED_TO - buying.first_on).days / 7, 2))


def _contacts_by_number(numbers) -> dict:
    keys = tenant_keys()
    blinds = {blind_of("order", f"cdnow:{number:04}", keys): number for number in numbers}
    held = Identity.objects.filter(kind="order").values_list("blind", "contact")
    return {blinds[bytes(blind)]: contact_id for blind, contact_id in held}
