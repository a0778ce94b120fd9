"""Hosted forms: who sends one becomes a lead, once, without a cookie; robots and odd texts become nothing."""

import json
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django_tenants.utils import tenant_context

from campaigns.models import Enrollment
from contacts.models import Consent, Contact, Identity
from events.models import Event
from leads.models import Form, Lead
from leads.services import take_back_form
from scrm.core import clock
from scrm.core.signing import tenant_signer
from scrm.flows.starter import lay_out_tenant
from scrm.web.public.tokens import LONGEST, Reading, open_token, read_token
from tests.factories import make_live_sop, make_user
from tests.web.public_pages import make_form, reader, readers, send, token_in, waited

NAUGHTY = [
    "\0",
    "\x01\x02",
    "'; DROP TABLE leads_lead; --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% debug %}",
    "\u202egnirts",
    "👩‍👩‍👧‍👦" * 30,
    "Ｌｉｎ",
    "\ufdd0\uffff",
    "a" * 5000,
    "١٢٣٤٥٦٧٨٩",
    "%00%s%n",
    *(json.loads(Path(os.environ["SCRM_NAUGHTY"]).read_text()) if os.environ.get("SCRM_NAUGHTY") else ()),
]
"""`SCRM_NAUGHTY` names a file with more, a JSON list."""


@pytest.fixture
def form(acme):
    lay_out_tenant()
    return make_form()


def test_page_sets_no_cookie_and_counts_the_view(form):
    answer = reader().get(f"/f/{form.slug}")

    assert answer.status_code == 200
    assert not answer.cookies
    assert Form.objects.get().views == 1


@pytest.mark.parametrize("agent", ["curl/8.0", "Googlebot/2.1", ""])
def test_a_machine_is_no_view(form, agent):
    reader(**{"user-agent": agent}).get(f"/f/{form.slug}")

    assert Form.objects.get().views == 0


@pytest.mark.parametrize("slug", ["nothing", "NOTHING/there", "%00", "a%0Ab", "x" * 300, "%F0%9F%98%80", "../f"])
def test_an_address_without_a_form_reflects_nothing(acme, slug):
    answer = reader().get(f"/f/{slug}")

    assert answer.status_code == 404
    assert slug not in answer.text


def test_a_form_taken_back_is_not_there(form):
    take_back_form(form=form, by=None, now=clock.now())

    assert reader().get(f"/f/{form.slug}").status_code == 404
    assert send(form).status_code == 404
    assert not Lead.objects.exists()


def test_sent_form_is_a_lead_with_owner_event_and_sop(form):
    ben = make_user("ben", takes_leads=True)
    make_live_sop(trigger="lead_captured")

    answer = send(form, query="?utm_source=ads&utm_campaign=spring&other=1", email="Lin@Example.com")

    assert (answer.status_code, answer["Location"]) == (303, f"/f/{form.slug}/thanks")
    assert not answer.cookies
    lead = Lead.objects.get()
    assert (lead.contact.name, lead.owner, lead.source, lead.form, lead.came_by) == (
        *("Lin", ben, form.source, form),
        "form",
    )
    assert lead.utm == {"utm_source": "ads", "utm_campaign": "spring"}
    assert sorted(Identity.objects.values_list("kind", "hint")) == [
        ("email", "L***@example.com"),
        ("phone", "138****8000"),
    ]
    assert sorted(Event.objects.values_list("type__code", flat=True)) == ["form_submitted", "lead_captured"]
    assert Enrollment.objects.get().lead == lead


def test_thank_you_page_says_the_makers_words(form):
    answer = reader().get(f"/f/{form.slug}/thanks")

    assert "We call you." in answer.text
    assert not answer.cookies


def test_pressed_twice_it_is_one_lead(form):
    page = waited(form)

    send(form, page=page)
    send(form, page=page)
    send(form, page=waited(form))

    assert Lead.objects.count() == 1
    assert Event.objects.filter(type__code="form_submitted").count() == 1


def test_asked_again_the_next_day_it_is_another_lead_of_the_same_person(form):
    send(form)
    clock.set_offset(timedelta(days=1, minutes=1))
    try:
        send(form)
    finally:
        clock.set_offset(timedelta(0))

    assert (Lead.objects.count(), Contact.objects.count()) == (2, 1)


def test_two_forms_are_two_leads(form):
    other = make_form(title="Another")

    send(form)
    send(other)

    assert (Lead.objects.count(), Contact.objects.count()) == (2, 1)


def test_answers_are_kept_under_their_questions(acme):
    form = make_form(
        {"kind": "city", "label": "Your city"},
        {"kind": "company", "label": "Your company"},
        {"kind": "choice", "label": "Which model?", "choices": [{"label": "V3"}, {"label": "V5"}]},
        {"kind": "choices", "label": "What else?", "choices": [{"label": "Roof"}, {"label": "Towing, hook"}]},
        {"kind": "text", "label": "When?"},
        {"kind": "long", "label": "Tell us more"},
        {"kind": "rating", "label": "How do you like it?"},
        {"kind": "date", "label": "Day"},
    )

    send(
        form,
        city="Kiel",
        company="Volt AG",
        question_6="V5",
        question_7=["Roof", "Towing, hook"],
        question_8="On Saturday",
        question_9="One\nTwo",
        question_10="4",
        question_11="2026-12-24",
    )

    lead = Lead.objects.get()
    assert lead.attributes == {
        "Which model?": "V5",
        "What else?": "Roof; Towing, hook",
        "When?": "On Saturday",
        "Tell us more": "One\nTwo",
        "How do you like it?": "4",
        "Day": "2026-12-24",
    }
    assert (lead.contact.city, str(lead.contact.company), lead.form_version) == ("Kiel", "Volt AG", 1)


@pytest.mark.parametrize(
    ("kind", "said"), [("choice", "V9"), ("choices", ["V3", "V9"]), ("rating", "6"), ("date", "2026-02-30")]
)
def test_an_answer_that_is_not_offered_is_refused(acme, kind, said):
    form = make_form({"kind": kind, "label": "Which?", "choices": [{"label": "V3"}, {"label": "V5"}]})

    assert send(form, question_4=said).status_code == 422
    assert not Lead.objects.exists()


def test_consent_is_kept_with_the_text_they_saw(acme):
    form = make_form(consent_text="You may write to me.")

    refused = send(form)
    send(form, question_4="on")

    assert refused.status_code == 422
    assert "Please tick this" in refused.text
    kept = Consent.objects.get()
    assert (kept.given, kept.channel, kept.proof["text"]) == (True, "all", "You may write to me.")
    assert (kept.proof["form"], kept.proof["version"]) == (str(form.pk), 1)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"phone": "12"}, "This is not a phone number."),
        ({"phone": "13800138000 / 13900139000"}, "There is more than one phone number."),
        ({"phone": "", "email": "lin@"}, "This is not an e-mail address."),
        ({"phone": "", "email": ""}, "Give a phone number or an e-mail address"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(form, said, words):
    answer = send(form, **said)

    assert answer.status_code == 422
    assert words in answer.text
    assert not Lead.objects.exists()


@pytest.mark.parametrize(("query", "focused"), [("", ["email"]), ("?embed=1", [])])
def test_whoever_is_sent_back_goes_on_where_it_is_wrong_but_not_in_a_frame(form, query, focused):
    page = send(form, query=query, email="nothing").text

    assert re.findall(r'<input[^>]*name="(\w+)"[^>]* autofocus', page) == focused


def test_a_mistake_can_be_mended_at_once(form):
    first = send(form, phone="12")

    second = send(form, page=token_in(first))

    assert second.status_code == 303
    assert Lead.objects.count() == 1


def test_the_decoy_thanks_a_robot_and_keeps_nothing(form):
    answer = send(form, website="https://spam.example")

    assert answer.status_code == 303
    assert not Contact.objects.exists()


def test_nobody_fills_in_a_form_at_once(form):
    answer = send(form, page=token_in(reader().get(f"/f/{form.slug}")))

    assert answer.status_code == 422
    assert "That was quick." in answer.text
    assert not Lead.objects.exists()


def test_an_old_page_is_sent_again_without_waiting(form):
    old = send(form, page=waited(form, seconds=LONGEST.total_seconds() + 60))

    again = send(form, page=token_in(old))

    assert "open for a long time" in old.text
    assert again.status_code == 303


def test_a_token_is_good_for_its_form_and_tenant_only(form, acme, globex):
    with tenant_context(globex):
        foreign = open_token(form.pk, clock.now() - timedelta(minutes=1))
    with tenant_context(acme):
        other = make_form(title="Another")
        tokens = ["", "x", foreign, waited(other), tenant_signer(acme.uuid, "withdrawal").sign([str(form.pk), 0, "x"])]
        readings = [read_token(token, form.pk, clock.now()).reading for token in tokens]
        answers = [send(form, page=token).status_code for token in tokens]

    assert readings == [Reading.NOT_OURS] * 5
    assert answers == [422] * 5


@pytest.mark.parametrize(
    "field", ["name", "phone", "email", "city", "company", "question_6", "question_7", "question_8", "page", "version"]
)
def test_naughty_texts_never_break_it(acme, field):
    form = make_form(
        {"kind": "city", "label": "Your city"},
        {"kind": "company", "label": "Your company"},
        {"kind": "text", "label": "Anything else?"},
        {"kind": "long", "label": "More?"},
        {"kind": "date", "label": "When?"},
    )

    answers = [send(form, client, **{field: text}) for client, text in zip(readers(len(NAUGHTY)), NAUGHTY, strict=True)]

    assert {answer.status_code for answer in answers} <= {303, 422}
    assert not any("<script>alert" in answer.text for answer in answers)


@pytest.mark.parametrize("text", ["%00", "%01", "%F0%9F%98%80", "a" * 3000, "%FF%FE", "%3Cscript%3Ealert(1)"])
def test_naughty_parameters_never_break_it(form, text):
    answer = send(form, query=f"?utm_source={text}&lang={text}")

    assert answer.status_code == 303
    assert "\0" not in str(Lead.objects.get().utm)


def test_page_speaks_the_language_that_was_asked_for(form):
    answer = reader().get(f"/f/{form.slug}?lang=zh-hans&utm_source=x")

    assert '<html lang="zh-Hans">' in answer.text
    assert "?lang=en&amp;utm_source=x" in answer.text


def test_cai_s_form_is_not_on_acmes_host(acme, globex):
    with tenant_context(globex):
        form = make_form()
    with tenant_context(acme):
        assert reader("acme").get(f"/f/{form.slug}").status_code == 404
        assert reader("globex").get(f"/f/{form.slug}").status_code == 200
