"""Talks, voices, deals and scores on the dashboard: who may open them, and what they show to Ada, Ben and Cai."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.models import RepTask
from commerce.models import Voice, VoiceTopic
from contacts.models import Friendship, OwnerChange
from leads.models import Attachment, ContactRating, Interaction, Opportunity, OpportunityStage, Outcome, RatingChange
from scrm.core import clock
from tagging.models import ContactScore, ScoreRule
from tests.factories import make_contact, make_user

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 40


@pytest.fixture
def lin(desk):
    return make_contact("Lin", owner=desk.user)


def log(desk, contact, **said):
    return desk.post(f"/contacts/{contact.pk}/log/", {"kind": "call", "text": "Wants red.", **said})


def test_talk_is_logged_with_its_outcome_voice_and_file_and_stands_in_the_story(desk, lin):
    outcome = Outcome.objects.get(kind="call", name="Reached")
    topic = VoiceTopic.objects.get(name="Price")
    answer = log(
        desk,
        lin,
        outcome=str(outcome.pk),
        next_on="2030-05-02",
        next_time="10:30",
        voice_text="Too dear.",
        voice_topics=[str(topic.pk)],
        voice_sentiment="bad",
        voice_wish="A hook",
        attached=SimpleUploadedFile("a.png", PNG),
    )

    assert answer.status_code == 302
    page = desk.get(f"/contacts/{lin.pk}/").content.decode()
    for words in ("Wants red.", "Reached", "Too dear.", "A hook", "a.png", "Follow up: Reached"):
        assert words in page
    assert RepTask.objects.get().contact == lin
    voices = desk.get("/voices/").content.decode()
    assert "Too dear." in voices
    assert "A hook" in voices
    assert "Too dear." in desk.get("/voices/export/").content.decode("utf-8-sig")
    assert desk.get("/voices/chart/").json()["series"][2]["data"] == [1]
    file = Attachment.objects.get()
    got = desk.get(f"/files/{file.pk}/")
    assert got.content == PNG
    assert got["Content-Disposition"].startswith("attachment")
    assert (got["X-Content-Type-Options"], got["Cache-Control"]) == ("nosniff", "no-store")


def test_only_whoever_logged_it_corrects_it_for_a_day(desk, lin):
    log(desk, lin)
    talk = Interaction.objects.get()

    desk.post(f"/talks/{talk.pk}/", {"kind": "call", "text": "Wants blue."})
    assert "Wants red." in desk.get(f"/talks/{talk.pk}/").content.decode()
    Interaction.objects.update(at=clock.now() - timedelta(days=1, minutes=1))
    desk.post(f"/talks/{talk.pk}/", {"kind": "call", "text": "Wants green."})
    desk.post(f"/talks/{talk.pk}/delete/")

    talk.refresh_from_db()
    assert (talk.text, talk.deleted_at) == ("Wants blue.", None)


def test_deleted_talk_is_out_of_sight_and_can_come_back(desk, lin):
    log(desk, lin)
    talk = Interaction.objects.get()

    desk.post(f"/talks/{talk.pk}/delete/")
    page = desk.get(f"/contacts/{lin.pk}/").content.decode()
    assert "Wants red." not in page
    assert f"/talks/{talk.pk}/restore/" in page
    desk.post(f"/talks/{talk.pk}/restore/")

    assert "Wants red." in desk.get(f"/contacts/{lin.pk}/").content.decode()


def test_story_is_narrowed_by_kind_and_words(desk, lin):
    log(desk, lin)
    log(desk, lin, text="Wants a tow bar.")
    OwnerChange.objects.create(contact=lin, after=desk.user, why="lead", at=clock.now())

    def story(**asked):
        return desk.get(f"/contacts/{lin.pk}/timeline/", **asked).content.decode()

    assert "tow bar" in story()
    assert "Wants red." not in story(q="tow")
    assert "tow bar" not in story(kind="owner")
    assert "Nothing of it" in story(kind="order")


def test_deal_goes_from_contact_to_board_to_won(desk, lin):
    answer = desk.post(
        f"/contacts/{lin.pk}/opportunities/new/",
        {"name": "SUV", "amount": "1000", "currency": "cny", "owner": str(desk.user.pk), "expected_on": "2020-01-01"},
    )
    deal = Opportunity.objects.get()
    assert answer.url == f"/opportunities/{deal.pk}/"
    assert "Overdue" in desk.get(f"/opportunities/{deal.pk}/").content.decode()
    won = OpportunityStage.objects.get(name="Won")

    part = desk.post(f"/opportunities/{deal.pk}/move/", {"stage": str(won.pk)}, htmx=True).content.decode()
    assert "is in “Won” now" in part
    refused = desk.post(f"/opportunities/{deal.pk}/move/", {"stage": str(OpportunityStage.objects.get(name="Lost").pk)})
    assert refused.status_code == 302

    deal.refresh_from_db()
    assert deal.stage == won
    assert "SUV" in desk.get("/opportunities/").content.decode()
    assert "SUV" in desk.get("/opportunities/board/").content.decode()
    assert desk.get("/opportunities/forecast/").json()["currency"]
    assert "SUV" in desk.get(f"/contacts/{lin.pk}/around/").content.decode()


def test_rating_by_hand_is_kept_with_its_history(desk, lin):
    desk.post(f"/contacts/{lin.pk}/rate/", {"rating": "A"})
    desk.post(f"/contacts/{lin.pk}/rate/", {"rating": "A"})
    desk.post(f"/contacts/{lin.pk}/rate/", {"rating": "x"})
    assert ContactRating.objects.get().rating == "A"
    desk.post(f"/contacts/{lin.pk}/rate/", {"rating": ""})

    assert not ContactRating.objects.exists()
    assert list(RatingChange.objects.order_by("pk").values_list("before", "after")) == [("", "A"), ("A", "")]


def test_score_rule_is_made_and_its_points_are_told(desk, lin):
    desk.post(
        "/scores/new/",
        {"name": "Opened prices", "kind": "event", "points": "12", "event_type": "page_visited", "active": "on"},
    )
    rule = ScoreRule.objects.get()
    part = {"rule": str(rule.pk), "points": 24.0, "times": 2, "last": None}
    ContactScore.objects.update_or_create(contact=lin, defaults={"points": 24, "band": "warm", "parts": [part]})

    assert "Opened prices" in desk.get("/scores/").content.decode()
    around = desk.get(f"/contacts/{lin.pk}/around/").content.decode()
    assert "+24" in around
    assert "2 times" in around
    assert "Lin" in desk.get("/contacts/", band="warm", sort="-score").content.decode()
    assert "Lin" not in desk.get("/contacts/", band="hot").content.decode()
    desk.post(f"/scores/{rule.pk}/switch/")
    rule.refresh_from_db()
    assert not rule.active


def test_around_costs_the_same_for_many(desk, lin, django_assert_max_num_queries):
    def fill(n):
        for number in range(n):
            rep = make_user(f"rep{number}")
            Friendship.objects.create(contact=lin, rep=rep, since=clock.now())
            Opportunity.objects.create(contact=lin, name="x", owner=rep, created_at=clock.now())
            OwnerChange.objects.create(contact=lin, after=rep, why="lead", at=clock.now())

    fill(3)
    desk.get(f"/contacts/{lin.pk}/around/")
    with django_assert_max_num_queries(19):
        page = desk.get(f"/contacts/{lin.pk}/around/").content.decode()
    assert "Rep2" in page


def test_lists_are_kept_by_those_who_plan(desk, adas_desk):
    outcome = Outcome.objects.get(kind="call", name="Reached")

    assert adas_desk.get("/follow-up/").status_code == 403
    assert adas_desk.post("/follow-up/outcomes/", {"kind": "call", "name": "New"}).status_code == 403
    desk.post("/follow-up/outcomes/", {"kind": "call", "name": "Left a message"})
    desk.post(f"/follow-up/outcomes/{outcome.pk}/", {"kind": "call", "name": "Spoke", "archived": "on"})
    desk.post("/follow-up/topics/", {"name": "Colour"})
    desk.post("/follow-up/stages/", {"name": "Pilot", "kind": "open", "probability": "40"})

    assert Outcome.objects.filter(name="Left a message").exists()
    outcome.refresh_from_db()
    assert (outcome.name, outcome.archived) == ("Spoke", True)
    assert VoiceTopic.objects.filter(name="Colour").exists()
    assert OpportunityStage.objects.get(name="Pilot").probability == 40
    assert "Left a message" in desk.get("/follow-up/").content.decode()


def test_ada_and_cai_see_nothing_of_a_stranger_s_customer(desk, adas_desk, cais_desk):
    dan = make_user("dan")
    contact = make_contact("Of Dan", owner=dan)
    talk = Interaction.objects.create(contact=contact, kind="call", text="Secret", by=dan, at=clock.now())
    voice = Voice.objects.create(contact=contact, text="Secret", at=clock.now())
    deal = Opportunity.objects.create(contact=contact, name="Secret", owner=dan, created_at=clock.now())

    for stranger in (adas_desk, cais_desk):
        assert stranger.get(f"/contacts/{contact.pk}/around/").status_code == 404
        assert stranger.get(f"/talks/{talk.pk}/").status_code == 404
        assert stranger.post(f"/talks/{talk.pk}/delete/").status_code == 404
        assert stranger.post(f"/voices/{voice.pk}/remove/").status_code == 404
        assert stranger.get(f"/opportunities/{deal.pk}/").status_code == 404
        for address in ("/voices/", "/voices/export/", "/opportunities/", "/opportunities/board/"):
            assert "Secret" not in stranger.get(address).content.decode()
    assert Interaction.objects.get().deleted_at is None
