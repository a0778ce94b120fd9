"""Talks, voices and opportunities through the API: once, within reach, and a correction only of one's own."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from campaigns.models import RepTask
from commerce.models import Product, Voice, VoiceTopic
from exchange.models import IdempotencyKey, WebhookDelivery
from exchange.webhooks import create_webhook
from leads.models import Interaction, Opportunity, OpportunityMove, OpportunityStage, Outcome
from scrm.core import clock
from scrm.flows.starter import lay_out_tenant
from tests.api.conftest import Caller, make_caller
from tests.api.test_leads import errors_of, make_lead
from tests.factories import make_contact, make_user


@pytest.fixture
def lin(acme, ben):
    lay_out_tenant()
    return make_contact("Lin", owner=ben)


@pytest.fixture
def wu(lin):
    """Somebody whom only those see who see all."""
    return make_contact("Wu")


@pytest.fixture
def rep(acme, ben):
    return Caller(acme, user=ben)


def stage(name: str) -> OpportunityStage:
    return OpportunityStage.objects.get(name=name)


def told() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("event_type", flat=True))


def listen(*events: str) -> None:
    create_webhook(name="Shop", url="https://shop.example.com/", event_types=events, now=clock.now())


def test_talk_is_logged_once_and_plans_the_next(rep, lin):
    listen("interaction.logged")
    outcome = Outcome.objects.filter(kind="call", effective=True).first()
    lead = make_lead(lin, owner=lin.owner)
    body = {"contact": str(lin.pk), "lead": str(lead.pk), "kind": "call", "outcome": str(outcome.pk)}
    body |= {"text": "Wants the blue one", "next_on": "2099-03-01"}

    made = rep.post("interactions", body, HTTP_IDEMPOTENCY_KEY="call-1")
    again = rep.post("interactions", body, HTTP_IDEMPOTENCY_KEY="call-1")

    assert (made.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 200, "true")
    assert made.json() == again.json()
    assert (made.json()["effective"], made.json()["by"]["name"]) == (True, "Ben")
    assert rep.get(f"interactions/{made.json()['id']}")["ETag"] == made["ETag"]
    assert RepTask.objects.get().contact == lin
    lead.refresh_from_db()
    assert lead.status == "working"
    assert told() == ["interaction.logged"]
    assert "blue" not in str(WebhookDelivery.objects.get().data)
    # What is kept with the key holds nothing that somebody said.
    assert IdempotencyKey.objects.get().answer == {"id": made.json()["id"]}


def test_talk_with_what_they_said_of_a_product(rep, lin):
    topic, product = VoiceTopic.objects.first(), Product.objects.create(code="s", name="Suit")
    voice = {"text": "Too warm", "topics": [str(topic.pk)], "product": str(product.pk), "sentiment": "bad"}

    made = rep.post("interactions", {"contact": str(lin.pk), "kind": "visit", "voice": voice})

    kept = rep.get("voices", contact=str(lin.pk), topic=str(topic.pk), sentiment="bad").json()["results"]
    assert [(each["text"], each["product"]["name"], each["interaction"]) for each in kept] == [
        ("Too warm", "Suit", made.json()["id"])
    ]
    assert rep.get("voices", sentiment="good").json()["results"] == []


WRONG = [
    ({"contact": "00000000-0000-0000-0000-000000000001"}, "contact"),
    ({"kind": "dance"}, "kind"),
    ({"outcome": "00000000-0000-0000-0000-000000000001"}, "outcome"),
    ({"minutes": 0}, "minutes"),
    ({"next_time": "10:00"}, "next_on"),
    ({"next_on": "0001-01-01"}, "next_on"),
    ({"mood": "good"}, "mood"),
    ({"voice": {"text": "x", "topics": ["00000000-0000-0000-0000-000000000001"]}}, "topics"),
    ({"voice": {"text": "x", "product": "00000000-0000-0000-0000-000000000001"}}, "voice.product"),
]


def test_talk_that_is_wrong_says_where_and_leaves_nothing(rep, lin):
    for said, where in WRONG:
        answer = rep.post("interactions", {"contact": str(lin.pk), "kind": "call"} | said)

        assert answer.status_code == 422
        assert where in [field for field, _code in errors_of(answer)]
    assert not Interaction.objects.exists()
    assert not Voice.objects.exists()


def test_talks_are_seen_within_reach(acme, rep, system, cai, lin, wu):
    for contact in (lin, wu):
        assert system.post("interactions", {"contact": str(contact.pk), "kind": "note", "text": "x"}).status_code == 201
    other = Interaction.objects.get(contact=wu)

    assert [row["contact"] for row in rep.get("interactions").json()["results"]] == [str(lin.pk)]
    assert len(system.get("interactions", kind="note").json()["results"]) == 2
    assert cai.get("interactions").json()["results"] == []
    assert rep.get(f"interactions/{other.pk}").status_code == 404
    assert rep.post("interactions", {"contact": str(wu.pk), "kind": "call"}).status_code == 422
    assert cai.post("interactions", {"contact": str(lin.pk), "kind": "call"}).status_code == 422


def test_talk_is_corrected_by_whoever_logged_it_and_for_a_day(acme, ada, rep, system, lin):
    pk = rep.post("interactions", {"contact": str(lin.pk), "kind": "call", "text": "one"}).json()["id"]
    etag = rep.get(f"interactions/{pk}")["ETag"]

    assert rep.patch(f"interactions/{pk}", {"text": "two"}, HTTP_IF_MATCH='"other"').status_code == 412
    assert rep.patch(f"interactions/{pk}", {"text": "two"}, HTTP_IF_MATCH=etag).json()["text"] == "two"
    for other in (Caller(acme, user=ada), system):
        assert other.patch(f"interactions/{pk}", {"text": "three"}).status_code == 409
        assert other.delete(f"interactions/{pk}").status_code == 409
    Interaction.objects.update(at=clock.now() - timedelta(days=2))
    assert errors_of(rep.patch(f"interactions/{pk}", {"text": "three"})) == [("", "not_yours")]
    assert Interaction.objects.get().text == "two"


def test_deleted_talk_is_gone_and_comes_back(rep, lin):
    pk = rep.post("interactions", {"contact": str(lin.pk), "kind": "call", "next_on": "2099-03-01"}).json()["id"]

    assert rep.delete(f"interactions/{pk}").status_code == 204
    assert rep.get(f"interactions/{pk}").status_code == 404
    assert rep.get("interactions").json()["results"] == []
    assert rep.post(f"interactions/{pk}/restore", None).status_code == 200
    assert rep.get(f"interactions/{pk}").status_code == 200


def test_voice_is_kept_and_taken_out(rep, system, cai, lin, wu):
    made = rep.post("voices", {"contact": str(lin.pk), "text": "Softer, please", "wish": "wool"})

    assert made.status_code == 201
    assert cai.delete(f"voices/{made.json()['id']}").status_code == 404
    assert rep.post("voices", {"contact": str(wu.pk), "text": "x"}).status_code == 422
    assert rep.delete(f"voices/{made.json()['id']}").status_code == 204
    assert not Voice.objects.exists()
    assert {row["name"] for row in system.get("voice-topics").json()["results"]} == set(
        VoiceTopic.objects.values_list("name", flat=True)
    )


def test_opportunity_goes_through_the_pipeline_and_others_are_told(rep, lin):
    listen("opportunity.created", "opportunity.moved", "opportunity.won", "opportunity.lost")
    product = Product.objects.create(code="s", name="Suit")
    body = {"contact": str(lin.pk), "name": "Ten suits", "amount": "1200.50", "products": [str(product.pk)]}

    made = rep.post("opportunities", body, HTTP_IDEMPOTENCY_KEY="deal-1")
    rep.post("opportunities", body, HTTP_IDEMPOTENCY_KEY="deal-1")
    pk = made.json()["id"]
    moved = rep.patch(f"opportunities/{pk}", {"stage": str(stage("Proposal").pk), "amount": "1300"})
    lost = rep.post(f"opportunities/{pk}/end", {"kind": "lost"})
    rep.post(f"opportunities/{pk}/end", {"kind": "lost", "reason": "Price"})
    won = rep.post(f"opportunities/{pk}/end", {"kind": "won"})
    same = rep.post(f"opportunities/{pk}/end", {"kind": "won"})

    assert (made.status_code, made.json()["owner"]["name"], made.json()["currency"]) == (201, "Ben", "CNY")
    assert (moved.json()["stage"]["name"], moved.json()["amount"]) == ("Proposal", "1300.00")
    assert (lost.status_code, errors_of(lost)) == (422, [("reason", "invalid")])
    assert won.json()["stage"]["kind"] == same.json()["stage"]["kind"] == "won"
    assert [(move["after"]["name"], move["reason"]) for move in won.json()["moves"]][1] == ("Lost", "Price")
    assert OpportunityMove.objects.count() == 4
    assert told() == [
        *("opportunity.created", "opportunity.moved"),
        *("opportunity.moved", "opportunity.lost", "opportunity.moved", "opportunity.won"),
    ]
    assert "suits" not in str(list(WebhookDelivery.objects.values_list("data", flat=True)))


def test_opportunity_is_changed_only_as_it_was_read(rep, lin):
    pk = rep.post("opportunities", {"contact": str(lin.pk), "name": "One", "amount": "10"}).json()["id"]
    etag = rep.get(f"opportunities/{pk}")["ETag"]

    changed = rep.patch(f"opportunities/{pk}", {"amount": "20"}, HTTP_IF_MATCH=etag)
    refused = rep.patch(f"opportunities/{pk}", {"amount": "30"}, HTTP_IF_MATCH=etag)

    assert (changed.status_code, refused.status_code) == (200, 412)
    assert Opportunity.objects.get().amount == Decimal(20)
    assert changed["ETag"] == rep.get(f"opportunities/{pk}")["ETag"]


def test_refused_change_of_an_opportunity_changes_nothing(rep, lin, other_tenant):
    pk = rep.post("opportunities", {"contact": str(lin.pk), "name": "One"}).json()["id"]
    entries = AuditEntry.objects.count()

    for said in (
        {"name": "Two", "stage": str(stage("Lost").pk)},
        {"name": "Two", "owner": "00000000-0000-0000-0000-000000000001"},
        {"name": "Two", "products": ["00000000-0000-0000-0000-000000000001"]},
        {"name": "Two", "reason": "x"},
        {"name": "Two", "currency": "yuan"},
        {"name": "Two", "amount": "-1"},
    ):
        assert rep.patch(f"opportunities/{pk}", said).status_code == 422, said
    assert Opportunity.objects.get().name == "One"
    assert AuditEntry.objects.count() == entries


def test_opportunities_are_seen_within_reach(acme, rep, ada, system, cai, lin, wu):
    system.post("opportunities", {"contact": str(lin.pk), "name": "Ours"})
    theirs = system.post("opportunities", {"contact": str(wu.pk), "name": "Theirs"}).json()["id"]
    manager = Caller(acme, user=ada)

    for caller in (rep, manager):
        assert [row["name"] for row in caller.get("opportunities").json()["results"]] == ["Ours"]
        assert caller.get(f"opportunities/{theirs}").status_code == 404
        assert caller.post(f"opportunities/{theirs}/end", {"kind": "won"}).status_code == 404
    assert cai.get(f"opportunities/{theirs}").status_code == 404
    assert [row["name"] for row in system.get("opportunities", kind="open", contact=str(wu.pk)).json()["results"]] == [
        "Theirs"
    ]


def test_deal_given_out_of_sight_is_shown_to_its_giver_this_once(acme, ada, lin):
    south = make_user("dan", role="manager")
    system_wide = Caller(acme, user=make_user("ops", role="ops"))
    given = system_wide.post("opportunities", {"contact": str(lin.pk), "name": "One", "owner": str(south.pk)})
    manager = Caller(acme, user=ada)

    unowned = manager.post("opportunities", {"contact": str(lin.pk), "name": "Two", "owner": None})

    assert (given.status_code, unowned.status_code) == (201, 201)
    assert manager.get(f"opportunities/{unowned.json()['id']}").status_code == 404


@pytest.mark.parametrize("path", ["interactions", "opportunities", "voices"])
def test_lists_take_as_many_statements_for_three_as_for_one(system, lin, django_assert_max_num_queries, path):
    bodies = {"interactions": {"kind": "call"}, "opportunities": {"name": "x"}, "voices": {"text": "x"}}
    counts = []
    for rows in (1, 3):
        while len(system.get(path).json()["results"]) < rows:
            assert system.post(path, {"contact": str(lin.pk)} | bodies[path]).status_code == 201
        with django_assert_max_num_queries(9) as asked:
            system.get(path)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_reading_and_writing_follow_up_need_their_scopes(acme, lin):
    reader = make_caller(acme, "follow_up:read")

    assert reader.get("interactions").status_code == 200
    assert reader.post("interactions", {"contact": str(lin.pk), "kind": "call"}).status_code == 403
    assert make_caller(acme, "leads:read").get("opportunities").status_code == 403
    auditor = Caller(acme, user=make_user("audit", role="auditor"))
    assert auditor.get("opportunities").status_code == 200
    assert auditor.post("opportunities", {"contact": str(lin.pk), "name": "x"}).status_code == 403
