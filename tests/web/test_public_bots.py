"""Robots against a hosted form: what of theirs becomes a lead, and whether people get through."""

import json
import os
import random
from base64 import b64encode

import pytest
from django_tenants.utils import tenant_context

from contacts.models import Contact
from leads.models import Form, HeldLead, Lead, SpentPage
from scrm.flows.starter import lay_out_tenant
from scrm.web.public.proof import MOST, challenge_for, is_proved
from tests.web.public_pages import make_form, proof_for, reader, send, token_in, waited

DEEP = bool(os.environ.get("SCRM_DEEP"))
ADDRESSES = 1000 if DEEP else 40
PEOPLE = 1000 if DEEP else 25


@pytest.fixture
def form(acme) -> Form:
    lay_out_tenant()
    return make_form()


def at(address: str):
    client = reader()
    client.defaults["REMOTE_ADDR"] = address
    return client


def anywhere(draw: random.Random) -> str:
    return ".".join(str(draw.randrange(1, 255)) for _ in range(4))


def phone(number: int) -> str:
    return f"138{number:08d}"


def test_robots_bring_no_leads_and_people_all(form):
    """Four robots and people, mixed: accepted of the robots at most 1 in 1,000, refused of the people none."""
    draw = random.Random(20261121)
    replayed = waited(form)
    send(form, at("198.51.100.1"), page=replayed, phone=phone(0))
    visits = [
        *(("curl", number) for number in range(ADDRESSES)),
        *(("headless", number) for number in range(ADDRESSES)),
        *(("decoy", number) for number in range(ADDRESSES)),
        *(("replay", number) for number in range(ADDRESSES)),
        *(("person", number) for number in range(PEOPLE)),
    ]
    draw.shuffle(visits)
    refused = 0
    for kind, number in visits:
        client, said = at(anywhere(draw)), {"phone": phone(10_000 + number), "name": kind}
        match kind:
            case "curl":
                send(form, client, page="", proof="", **said)
            case "headless":
                send(form, client, proof="", **said)
            case "decoy":
                send(form, client, website="https://buy.example", **said)
            case "replay":
                send(form, client, page=replayed, **said)
            case "person":
                answer = send(form, client, **{**said, "phone": phone(20_000_000 + number)})
                refused += answer.status_code != 303

    accepted = Lead.objects.exclude(contact__name="person").count() - 1
    assert (accepted, refused) == (0, 0)
    assert Lead.objects.filter(contact__name="person").count() == PEOPLE
    assert set(HeldLead.objects.values_list("name", flat=True)) == {"headless"}
    assert Contact.objects.count() == PEOPLE + 1


def test_a_page_sent_again_with_something_else_is_shown_again(form):
    page = waited(form)

    first = send(form, page=page)
    again = send(form, page=page)
    other = send(form, page=page, phone="13800138001")

    assert (first.status_code, again.status_code, other.status_code) == (303, 303, 422)
    assert "You sent this page already." in other.text
    assert (Lead.objects.count(), SpentPage.objects.count()) == (1, 1)
    # The page that is shown instead can be sent at once.
    mended = send(form, page=token_in(other), phone="13800138001")
    assert mended.status_code == 303
    assert Lead.objects.count() == 2


def test_a_page_that_was_held_is_spent_too(form):
    page = waited(form)

    send(form, page=page, proof="")
    later = send(form, page=page, name="Another")

    assert later.status_code == 422
    assert (Lead.objects.count(), HeldLead.objects.count()) == (0, 1)


def test_a_proof_is_good_for_its_page_and_tenant_alone(acme, globex):
    with tenant_context(acme):
        proof = proof_for("page")

        assert is_proved(proof, "page")
        assert not is_proved(proof, "another page")
    with tenant_context(globex):
        assert not is_proved(proof, "page")


def test_a_lookup_of_other_proofs_finds_none(form):
    token = waited(form)
    challenge = challenge_for(token, number=3)
    good = {**challenge, "number": 3}
    wrong = [
        {**good, "number": 4},
        {**good, "number": True},
        {**good, "number": "3"},
        {**good, "signature": "0" * len(good["signature"])},
        {**good, "signature": "é"},
        {**good, "algorithm": "SHA-1"},
        {**good, "challenge": challenge_for(token, number=4)["challenge"], "number": 4},
        {},
        [],
        None,
    ]

    assert is_proved(b64encode(json.dumps(good).encode()).decode(), token)
    assert not any(is_proved(b64encode(json.dumps(each).encode()).decode(), token) for each in wrong)
    assert not any(is_proved(text, token) for text in ("", "x", "\0", "é", "A" * 5000, "e30=", "bnVsbA=="))


def test_the_number_is_drawn_anew_below_its_bound(form):
    challenges = {challenge_for("page")["challenge"] for _ in range(50)}

    assert len(challenges) > 45
    assert all(challenge_for("page")["maxnumber"] == MOST for _ in range(2))


def test_the_page_bears_what_its_worker_solves(form):
    page = reader().get(f"/f/{form.slug}").text

    assert 'data-challenge="{&quot;algorithm&quot;: &quot;SHA-256&quot;' in page
    assert "prover.js" in page


def test_known_and_unknown_people_get_the_same_answer(form):
    send(form, phone=phone(1))

    answers = [send(form, phone=phone(number)) for number in (1, 2)]

    told = [{name: value for name, value in answer.items() if name != "X-Request-ID"} for answer in answers]
    assert told[0] == told[1]
    assert (answers[0].status_code, answers[0].content) == (answers[1].status_code, answers[1].content)
