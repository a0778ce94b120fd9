"""Whatever people answer to a form ends in a refusal or in a lead that says what they wrote, in the dashboard too."""

import itertools
import os
import unicodedata
from html import escape
from urllib.parse import quote_from_bytes

import pytest
import redis
from django.conf import settings as django_settings
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leads.enums import FieldKind
from leads.models import Form, Lead
from tests.web.public_pages import make_form, proof_for, reader, waited

OFFERED = [{"label": "V3"}, {"label": "<V5> & more"}]
ASKED = [
    {"kind": "company", "label": "Your company"},
    {"kind": "city", "label": "Your city"},
    {"kind": "text", "label": "Why?"},
    {"kind": "long", "label": "Tell us <more>"},
    {"kind": "choice", "label": "Which?", "choices": OFFERED},
    {"kind": "choices", "label": "What else?", "choices": OFFERED},
    {"kind": "rating", "label": "How many stars?"},
    {"kind": "date", "label": "When?"},
    {"kind": "consent", "label": "You may call me."},
]
NAUGHTY = (
    *(
        "'; DROP TABLE leads_lead; --",
        "<script>alert(1)</script>",
        "{{ 7*7 }}{% debug %}",
        "%(x)s %s %n",
        "\u202egnirts",
    ),
    *(
        "👩‍👩‍👧‍👦",
        "Ｌｉｎ",
        "\ufdd0\uffff",
        "١٢٣٤٥",
        "=1+1",
        "null",
        "0",
        "NaN",
        "é",
        "İ",
        "ß",
        "\ufeffx",
        "\U0010ffff",
        "x\u0301" * 9,
    ),
)
DEEP = bool(os.environ.get("SCRM_DEEP"))
FEW = settings(
    max_examples=1_000 if DEEP else 8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MORE = settings(FEW, max_examples=5_000 if DEEP else 25)

letters = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
line = (st.sampled_from(NAUGHTY) | st.text(letters, min_size=1, max_size=40)).filter(str.strip)
lines = st.lists(line, min_size=1, max_size=3).map("\n".join)
answers = st.fixed_dictionaries(
    {"name": line, "company": line, "city": line, "question_6": line, "question_7": lines},
    optional={
        "question_8": st.sampled_from([each["label"] for each in OFFERED]),
        "question_9": st.lists(st.sampled_from([each["label"] for each in OFFERED]), min_size=1, unique=True),
        "question_10": st.sampled_from("12345"),
        "question_11": st.dates().map(str),
    },
)
_number = itertools.count(13_800_000_000)


@pytest.fixture
def form(desk) -> Form:
    return make_form(*ASKED)


def post(form: Form, body: bytes):
    """As a browser sends it; each time by somebody else, for one person may not send so many."""
    redis.Redis.from_url(django_settings.REDIS_URL).flushdb()
    before = connection.tenant
    try:
        return reader().post(f"/f/{form.slug}", body, content_type="application/x-www-form-urlencoded")
    finally:
        connection.set_tenant(before)


def encoded(form: Form, said: dict[str, bytes | list[bytes]]) -> bytes:
    page = waited(form)
    usual = {"page": page, "proof": proof_for(page), "phone": str(next(_number)), "name": "Lin"}
    said = {**{name: value.encode() for name, value in usual.items()}, **said}
    pairs = [
        (name, each) for name, given_ in said.items() for each in (given_ if isinstance(given_, list) else [given_])
    ]
    return "&".join(f"{name}={quote_from_bytes(each)}" for name, each in pairs).encode()


def in_one_line(text: str) -> str:
    """What a line of text is kept as: composed, with single blanks between its words."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


@FEW
@given(said=answers)
@example(said=dict.fromkeys(["name", "company", "city", "question_6", "question_7"], "<b>'\"&amp;"))
def test_answer_is_kept_and_shown_as_it_was_written(desk, form, said):
    sent = {
        name: [each.encode() for each in value] if isinstance(value, list) else value.encode()
        for name, value in said.items()
    }

    answer = post(form, encoded(form, sent))

    assert answer.status_code == 303, answer.text
    lead = Lead.objects.select_related("contact__company").order_by("-pk")[0]
    expected = {
        "Why?": in_one_line(said["question_6"]),
        "Tell us <more>": said["question_7"].strip(),
        "Which?": said.get("question_8"),
        "What else?": "; ".join(each["label"] for each in OFFERED if each["label"] in said.get("question_9", ())),
        "How many stars?": said.get("question_10"),
        "When?": said.get("question_11"),
    }
    assert lead.attributes == {question: value for question, value in expected.items() if value}
    assert lead.contact.name == unicodedata.normalize("NFC", said["name"]).strip()
    assert lead.contact.city == in_one_line(said["city"])
    page = desk.get(f"/leads/{lead.pk}/").content.decode()
    for text in (lead.contact.name, lead.contact.city, *lead.attributes.values()):
        for each in text.split("\n"):
            assert escape(each) in page


@MORE
@given(
    name=st.sampled_from(
        [
            "name",
            "phone",
            "email",
            *(f"question_{n}" for n in range(4, 14)),
            "company",
            "city",
            "page",
            "proof",
            "version",
            "website",
        ]
    ),
    said=st.lists(
        st.binary(max_size=60)
        | st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))
        | st.sampled_from(
            [text.encode() for text in NAUGHTY] + [b"\0", b"\x01\x02", b"a" * 5_000, b"\xed\xa0\x80", b"9" * 400]
        ),
        max_size=3,
    ),
)
def test_whatever_is_sent_for_a_field_is_a_lead_or_a_refusal(form, name, said):
    before = Lead.objects.count()

    answer = post(form, encoded(form, {name: said}))

    kept = Lead.objects.count() - before
    # The decoy thanks whoever fills it in; without a proof it waits to be looked at.
    silent = name == "proof" or (name == "website" and said and said[-1])
    assert (answer.status_code, kept) in {(303, 0 if silent else 1), (422, 0)}


def test_every_kind_of_question_is_asked_here(form):
    asked = {each["kind"] for each in ASKED} | {"name", "phone", "email"}

    # Fields and kinds of identity of the business have tests of their own.
    assert asked | {"own", "identity"} == {kind.value for kind in FieldKind}
