"""Nasty texts in every field of every way in: a lead or a clear refusal, and never a fault; kept as it was sent.

Forms have theirs in tests/web/test_public_forms.py, from where the texts are.
"""

import csv
import io
from itertools import product

import pytest

from exchange.enums import InboxState, JobState
from exchange.models import InboxMessage
from leads.models import Lead
from tests.api.conftest import make_caller
from tests.flows.importing import bring, counts
from tests.flows.test_hooks_in import drain, make_endpoint, push
from tests.web.rep_people import client_of, make_team
from tests.web.test_public_forms import NAUGHTY

TEXTS = [
    *NAUGHTY,
    *("=1+1", "+86 138", "@x", "\u200b", "\r\n\t", '"', "a,b;c\td", "nan", "-0", "1e999", "..\\..\\x", "Ω≈ç√∫˜µ≤≥÷"),
]
HALF = ["\ud800", "x\udfffy"]
"""Half a pair, which no UTF-8 holds; JSON can say it."""
FIELDS = (
    *("name", "phone", "email", "external_id", "wecom_id", "company", "source", "origin", "city", "country", "note"),
    *("zone", "captured_at", "tags", "attributes", "utm", "owner"),
)
_WHOLE = {
    "tags": lambda text: [text],
    "attributes": lambda text: {text: text},
    "utm": lambda text: {text: text},
}


def kept() -> set[str]:
    return set(Lead.objects.values_list("contact__name", flat=True))


def plain(text: str) -> bool:
    """A name that nothing has to be done to."""
    tidy = text.isprintable() and text == " ".join(text.split()) and 0 < len(text) <= 120 and text.isascii()
    return tidy and text.lower() not in ("nan", "-", "n/a", "null", "(null)", "none", "nil", "undefined")


def test_by_the_api(acme):
    caller = make_caller(acme, "leads:write")
    bodies = [
        {"external_id": f"n{place}", "name": "Lin", field: _WHOLE.get(field, str)(text)}
        for place, (field, text) in enumerate(product(FIELDS, [*TEXTS, *HALF]))
    ]

    for start in range(0, len(bodies), 1000):
        answer = caller.post("leads", {"leads": bodies[start : start + 1000]}, HTTP_IDEMPOTENCY_KEY=f"k{start}")
        assert answer.status_code == 200
        for result in answer.json()["results"]:
            assert (result["outcome"] == "rejected") == bool(result["errors"])
            assert all(error["reason"] and error["fix"] for error in result["errors"])

    assert kept() >= {text for text in TEXTS if plain(text)}


def test_by_a_webhook(acme):
    targets = ("name", "phone", "email", "company", "source", "city", "note", "tags", "captured_at", "attribute:More")
    targets += ("lead_key", "consent", "utm_source", "do_not_email", "rating", "status", "timezone")
    endpoint = make_endpoint(mapping={"items": "leads", "fields": {target: target for target in targets}})
    said = [{"phone": f"139{place:08d}", target: text} for place, (target, text) in enumerate(product(targets, TEXTS))]
    assert {push(endpoint, {"leads": [{"phone": "13800138000", "name": text}]}).status_code for text in HALF} == {400}

    for start in range(0, len(said), 500):
        assert push(endpoint, {"leads": said[start : start + 500]}).status_code == 200
    drain()

    for message in InboxMessage.objects.all():
        assert (message.state, message.error, message.attempt) == (InboxState.DONE, "", 1)
        assert message.outcome["leads"] > 0
    assert kept() >= {text for text in TEXTS if plain(text)}


def test_by_a_webhook_that_is_no_lead_at_all(acme):
    endpoint = make_endpoint(mapping={"items": "", "fields": {"name": "name", "phone": "phone"}})

    statuses = {push(endpoint, shape).status_code for shape in (*TEXTS, [[[]]], {"a": {"b": [1, None]}}, {"": ""})}
    drain()

    assert statuses <= {200, 400, 422}
    assert not Lead.objects.exists()
    assert set(InboxMessage.objects.values_list("state", flat=True)) <= {InboxState.FAILED}


def test_by_a_file(acme):
    columns = ["id", "Name", "Phone", "E-mail", "Company", "City", "Source", "Note", "Tags", "Captured at", "More"]
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(columns)
    said = [each for each in TEXTS if "\0" not in each]
    for place, (column, each) in enumerate(product(columns[1:], said)):
        rows.writerow([f"n{place}", *(each if name == column else "" for name in columns[1:])])

    job = bring(text.getvalue().encode("utf-8", "replace"))

    number, created, updated, unchanged, rejected = counts(job)
    assert job.state == JobState.DONE
    assert number == len(said) * (len(columns) - 1)
    assert (created + rejected, updated, unchanged) == (number, 0, 0)
    assert kept() >= {each for each in said if plain(each)}


@pytest.mark.parametrize("place", ["/rep/customers/new/", "/leads/new/"])
def test_by_hand(acme, place):
    manager, rep = make_team()[:2]
    client = client_of(rep if place.startswith("/rep") else manager)
    fields = ("name", "phone", "email", "company", "title", "wechat", "city", "address", "note", "source")

    statuses = set()
    for number, text in enumerate(TEXTS):
        card = dict.fromkeys(fields, text) | {"once": f"a{number}", "source": ""}
        statuses.add(client.post(place, card).status_code)
        mild = {"once": f"b{number}", "name": text, "phone": f"137{number:08d}", "note": text}
        statuses.add(client.post(place, mild).status_code)

    assert statuses <= {200, 302, 422}
    assert kept() >= {text for text in TEXTS if plain(text)}
