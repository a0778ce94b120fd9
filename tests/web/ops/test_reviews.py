"""The review log: kept once, answered in time, and the leads that came of it."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from exchange.models import WebhookDelivery
from exchange.webhooks import create_webhook
from leads.models import Lead, Review, ReviewLead
from leads.review_queries import REVIEWS_NEXT_DUE
from leads.services.reviews import AGAIN_AFTER, NewReview, add_reviews, plan_reply, settle_review
from scheduler.budget import Budget
from scrm.core import clock, failpoints
from scrm.flows.arrival import lead_arrived
from scrm.flows.reviews import reviews_due
from tests.factories import make_user
from tests.flows.arrivals import make_arrival


def add(number: int = 1, *, owner=None, **said) -> Review:
    now = clock.now()
    one = NewReview("Map", now - timedelta(days=3), outside_id=str(number), author="Lin", **{"rating": 2, **said})
    add_reviews(reviews=[one], owner=owner, by=None, now=now)
    return Review.objects.get(outside_id=str(number))


def test_a_review_is_kept_once_and_keeps_our_answer(desk):
    review = add(1, text="Slow")
    desk.post(f"/reviews/{review.pk}/settle/", {"state": "answered", "reply": "Sorry"})

    one = NewReview("MAP", review.written_at, outside_id="1", rating=5, text="Better")
    again = add_reviews(reviews=[one, one], by=None, now=clock.now())

    review.refresh_from_db()
    assert again == [False, False]
    assert (review.rating, review.text, review.state, review.reply) == (5, "Better", "answered", "Sorry")
    assert Review.objects.count() == 1


def test_without_an_id_a_review_is_known_by_what_it_says(tenant):
    at = clock.now()
    one, two = (NewReview("Map", at, author="Lin", text=text) for text in ("Good", "Bad"))

    assert add_reviews(reviews=[one, one, two], by=None, now=at) == [True, False, True]
    assert add_reviews(reviews=[two, one], by=None, now=at) == [False, False]


def test_who_answers_is_reminded_once_when_it_is_due(desk, ben, monkeypatch):
    ben.email = "ben@example.com"
    ben.save()
    review = add(owner=ben)
    settled = add(2, owner=ben)
    settle_review(review=settled, state="not_needed", by=None, now=clock.now())
    create_webhook(
        name="x", url="https://x.example.com/", event_types=["review.overdue"], by=make_user("eve"), now=clock.now()
    )

    reviews_due(Budget(5))
    assert mail.outbox == []
    later = clock.now() + timedelta(days=2, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    for _again in range(2):
        reviews_due(Budget(5))

    assert [letter.to for letter in mail.outbox] == [["ben@example.com"]]
    assert str(review.pk) in mail.outbox[0].body
    assert [one.data["review_id"] for one in WebhookDelivery.objects.all()] == [str(review.pk)]
    assert [row.pk for row in desk.get("/reviews/", state="overdue").context["page"]] == [review.pk]


@pytest.fixture
def overdue(ben, monkeypatch):
    """A review of Ben's that is due; called with minutes, the reminders after so long."""
    ben.email = "ben@example.com"
    ben.save()
    review, due_at = add(owner=ben), clock.now() + timedelta(days=2, seconds=1)

    def remind(minutes: float = 0) -> int:
        monkeypatch.setattr(clock, "now", lambda: due_at + timedelta(minutes=minutes))
        reviews_due(Budget(5))
        review.refresh_from_db()
        return len(mail.outbox)

    return review, remind


def _refuse(*_letter):
    raise SMTPServerDisconnected


def test_reminder_that_did_not_go_out_is_tried_again(overdue, monkeypatch):
    review, remind = overdue
    with monkeypatch.context() as down:
        down.setattr("scrm.flows.reviews.send_mail", _refuse)
        assert (remind(), remind(4), remind(6)) == (0, 0, 0)
    assert review.reminders == 2

    assert (remind(20), remind(22), remind(9999)) == (0, 1, 1)
    assert (review.remind_at, review.reminders) == (None, 3)


def test_reminder_whose_worker_died_is_sent_by_the_next(overdue):
    _review, remind = overdue
    failpoints.arm("reminder.taken=raise")
    with pytest.raises(failpoints.Failed):
        remind()
    failpoints.arm("")

    assert (remind(4), remind(6), remind(9999)) == (0, 1, 1)


def test_slow_letters_go_out_once_each_while_somebody_else_is_at_it_too(overdue, monkeypatch):
    first, remind = overdue
    for number in range(2, 7):
        add(number, owner=first.owner)
    sent = []

    def slow(_subject, text, *_whence_and_whither):
        sent.append(text)
        later = clock.now() + timedelta(minutes=2)
        monkeypatch.setattr(clock, "now", lambda: later)
        with monkeypatch.context() as another:
            another.setattr("scrm.flows.reviews.send_mail", lambda _subject, text, *_rest: sent.append(text))
            reviews_due(Budget(5))

    monkeypatch.setattr("scrm.flows.reviews.send_mail", slow)
    remind(1)

    assert (len(sent), len(set(sent))) == (6, 6)


def test_reminder_that_never_goes_out_is_given_up_and_begins_anew_with_a_new_date(overdue, monkeypatch):
    review, remind = overdue
    with monkeypatch.context() as down:
        down.setattr("scrm.flows.reviews.send_mail", _refuse)
        for hours in range(0, 24, 6):
            for minutes in (0, 6, 22, 83):
                remind(hours * 60 + minutes)
    assert (review.remind_at, review.reminders) == (None, len(AGAIN_AFTER) + 1)

    plan_reply(review=review, owner=review.owner, due_at=clock.now() + timedelta(days=1), by=None, now=clock.now())
    assert remind(3 * 24 * 60) == 1


def test_opened_again_it_is_due_as_it_was(tenant):
    review = add()
    now = clock.now()
    settle_review(review=review, state="answered", by=None, now=now)
    settle_review(review=review, state="open", by=None, now=now)
    assert review.remind_at == review.reply_due_at
    plan_reply(review=review, owner=None, due_at=now - timedelta(days=1), by=None, now=now)
    assert review.remind_at is None


def test_leads_that_came_of_it_are_found_linked_and_unlinked(desk, adas_desk, ben):
    lead_arrived([make_arrival(1, owner_id=ben.pk), make_arrival(2, owner_id=make_user("eve").pk)], now=clock.now())
    review = add()
    bens, eves = Lead.objects.filter(owner=ben).get(), Lead.objects.exclude(owner=ben).get()

    found = adas_desk.post(f"/reviews/{review.pk}/leads/", {"q": "Person"})
    for lead in (bens, bens, eves):
        adas_desk.post(f"/reviews/{review.pk}/link/", {"lead": str(lead.pk), "linked": "yes"})

    assert found.context["found"] == [bens]
    assert list(ReviewLead.objects.values_list("lead", flat=True)) == [bens.pk]
    desk.post(f"/reviews/{review.pk}/link/", {"lead": str(eves.pk), "linked": "yes"})
    assert adas_desk.get(f"/reviews/{review.pk}/").context["leads"] == [bens]
    assert [row.brought_leads for row in adas_desk.get("/reviews/").context["page"]] == [1]
    desk.post(f"/reviews/{review.pk}/link/", {"lead": str(bens.pk)})
    assert list(ReviewLead.objects.values_list("lead", flat=True)) == [eves.pk]


def test_reviews_are_typed_and_imported(desk):
    typed = {"site": "Map", "rating": "4", "written_at": "2026-01-02T10:00", "text": "Good", "author": "", "url": ""}
    for _twice in range(2):
        desk.post("/reviews/new/", typed)
    text = "site,date,id,stars\nMap,2026-01-03,7,5\nMap,2026-01-03,8,9\n"
    looked = desk.post("/reviews/import/", {"file": SimpleUploadedFile("reviews.csv", text.encode())})
    assert Review.objects.count() == 1
    desk.post("/reviews/import/", {"checked": looked.context["carried"], "action": "take"})

    assert set(Review.objects.values_list("outside_id", "rating")) == {("", 4), ("7", 5)}
    assert desk.post("/reviews/new/", {**typed, "url": "javascript:alert(1)"}).status_code == 422


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_for_three(desk, django_assert_num_queries, number):
    for each in range(number):
        add(each)
    desk.get("/reviews/")
    with django_assert_num_queries(11):
        desk.get("/reviews/")


def test_next_due_is_the_earliest_reminder(tenant):
    review = add()
    add(2, reply_due_at=clock.now() + timedelta(days=9))
    with connection.cursor() as cursor:
        cursor.execute(REVIEWS_NEXT_DUE)
        assert cursor.fetchone()[0] == review.remind_at
