"""Holidays and working days: the year, and days of the business's own."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, CalendarDay
from tests.factories import make_user
from tests.web.rep_people import client_of


@pytest.fixture
def desk(acme):
    return client_of(make_user("olga", "ops"))


def test_a_day_is_added_seen_and_taken_back(desk):
    url = reverse("ops:work_days")

    assert desk.post(url, {"day": "2026-12-24", "works": "free", "name": " Our  birthday "}).status_code == 302

    assert list(CalendarDay.objects.values_list("works", "name")) == [(False, "Our birthday")]
    text = desk.get(f"{url}?year=2026").content.decode()
    assert "Our birthday" in text
    assert desk.get(f"{url}?year=2026").context["months"][11].weeks[3][3] == (24, "holiday", "Holiday")
    desk.post(url, {"drop": "2026-12-24"})
    assert not CalendarDay.objects.exists()
    trail = AuditEntry.objects.filter(action__startswith="calendar.").order_by("at").values_list("action", flat=True)
    assert list(trail) == ["calendar.changed", "calendar.dropped"]


def test_the_year_shows_holidays_and_what_makes_up_for_them(desk):
    october = desk.get(reverse("ops:work_days") + "?year=2026").context["months"][9]

    days = {number: kind for week in october.weeks for number, kind, _title in week if number}
    assert (days[1], days[8], days[10], days[11]) == ("holiday", "", "extra", "free")


def test_years_that_nobody_decreed_say_so(desk):
    answer = desk.get(reverse("ops:work_days") + "?year=2036")

    assert not answer.context["known"]
    assert "Monday to Friday count as worked" in answer.content.decode()


@pytest.mark.parametrize("sent", [{"day": "2019-01-01", "works": "free"}, {"day": "x"}, {"day": "2026-12-24"}, {}])
def test_a_day_that_is_none_is_told(desk, sent):
    assert desk.post(reverse("ops:work_days"), sent).status_code == 422
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize("drop", ["x", "2026-02-30", ""])
def test_taking_back_what_is_not_there_changes_nothing(desk, drop):
    assert desk.post(reverse("ops:work_days"), {"drop": drop}).status_code == 302
    assert not AuditEntry.objects.filter(action="calendar.dropped").exists()


def test_representatives_do_not_say_what_is_a_holiday(acme):
    assert client_of(make_user()).get(reverse("ops:work_days")).status_code in (302, 403, 404)
