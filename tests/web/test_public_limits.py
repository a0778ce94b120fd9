"""Hosted forms under a script: it is slowed down, and people are not."""

from datetime import timedelta

import pytest
from django.db.models import F

from leads.models import EntryLink, Form, FormTally, HeldLead, Lead, LinkHour, SpentPage
from scrm.core import clock
from scrm.core.rates import Bucket
from scrm.flows.starter import lay_out_tenant
from scrm.web.public import limits
from scrm.web.public.tokens import open_token
from tenants.selectors import tenant_keys
from tests.web.public_pages import make_form, reader, send


@pytest.fixture
def form(acme) -> Form:
    lay_out_tenant()
    return make_form()


def test_whoever_sends_too_often_is_told_when_to_come_back(form, monkeypatch):
    monkeypatch.setattr(limits, "SENT_BY_NETWORK", Bucket(size=2, per_minute=2))
    for phone in ("13800138000", "13800138001"):
        assert send(form, phone=phone).status_code == 303

    answer = send(form, phone="13800138002")

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert "Too many at once" in answer.text
    assert Lead.objects.count() == 2
    assert send(form, reader(), query="?lang=zh-hans").status_code == 429
    assert send(make_form()).status_code == 303


def test_what_is_proved_beyond_a_form_s_own_measure_waits_for_a_person(form, monkeypatch):
    monkeypatch.setattr(limits, "TAKEN_BY_ALL", Bucket(size=1, per_minute=1))

    answers = [send(form, reader_at(f"192.0.{place}.1"), phone=f"1380013800{place}") for place in range(3)]

    assert [answer.status_code for answer in answers] == [303] * 3
    assert Lead.objects.count() == 1
    assert {held.reason for held in HeldLead.objects.all()} == {"crowded"}


def test_what_is_not_proved_waits_for_a_person_as_long_as_there_is_room(form, monkeypatch):
    monkeypatch.setattr(limits, "HELD_BY_ALL", Bucket(size=2, per_minute=1))

    answers = [send(form, reader_at(f"192.0.{place}.1"), phone=f"1380013800{place}", proof="") for place in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert (Lead.objects.count(), HeldLead.objects.count()) == (0, 2)
    assert send(form, reader_at("192.0.9.1"), phone="13800138009").status_code == 303
    assert Lead.objects.count() == 1


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (("192.0.2.1", "192.0.2.254", "192.0.3.1"), [422, 429, 422]),
        (("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"), [422, 429, 422]),
        (("::ffff:192.0.2.1", "192.0.2.9", "::ffff:192.0.3.1"), [422, 429, 422]),
    ],
)
def test_addresses_of_one_network_are_one_sender(form, monkeypatch, addresses, expected):
    monkeypatch.setattr(limits, "SENT_BY_NETWORK", Bucket(size=1, per_minute=1))

    answers = [send(form, reader_at(address), name="") for address in addresses]

    assert [answer.status_code for answer in answers] == expected


def test_without_redis_forms_are_sent(form, settings):
    settings.REDIS_URL = "unix:///nowhere/redis.sock?db=0"

    assert send(form).status_code == 303
    assert Lead.objects.count() == 1


def test_without_redis_a_network_is_slowed_down_by_the_pages_it_sent(form, settings, monkeypatch):
    settings.REDIS_URL = "unix:///nowhere/redis.sock?db=0"
    monkeypatch.setattr(limits, "SENT_BY_NETWORK", Bucket(size=2, per_minute=2))

    answers = [send(form, phone=f"1380013800{place}") for place in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert answers[2]["Retry-After"] == "30"
    assert send(form, reader_at("192.0.9.1"), phone="13800138009").status_code == 303
    assert send(make_form()).status_code == 303
    SpentPage.objects.update(spent_at=F("spent_at") - timedelta(seconds=61))
    assert send(form, phone="13800138003").status_code == 303


def test_without_redis_what_is_beyond_a_form_s_own_measure_is_held_and_then_refused(form, settings, monkeypatch):
    settings.REDIS_URL = "unix:///nowhere/redis.sock?db=0"
    monkeypatch.setattr(limits, "TAKEN_BY_ALL", Bucket(size=1, per_minute=1))
    monkeypatch.setattr(limits, "HELD_BY_ALL", Bucket(size=2, per_minute=1))

    answers = [send(form, reader_at(f"192.0.{place}.1"), phone=f"1380013800{place}") for place in range(4)]

    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert (Lead.objects.count(), HeldLead.objects.count()) == (1, 2)


def test_without_redis_one_network_fills_no_list_of_held(form, settings, monkeypatch):
    settings.REDIS_URL = "unix:///nowhere/redis.sock?db=0"
    monkeypatch.setattr(limits, "HELD_BY_NETWORK", Bucket(size=1, per_minute=1))

    answers = [send(form, phone=f"1380013800{place}", proof="") for place in range(2)]

    assert [answer.status_code for answer in answers] == [303, 429]
    assert send(form, reader_at("192.0.9.1"), phone="13800138009", proof="").status_code == 303


def test_opened_again_at_once_it_is_one_view(form):
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        reader_at(address).get(f"/f/{form.slug}")

    form.refresh_from_db()
    assert form.views == 2


def test_another_day_begins_no_purpose_of_its_own(form):
    form_page, purposes = f"/f/{form.slug}", []
    try:
        for day in range(2):
            clock.set_offset(timedelta(days=day))
            reader_at(f"192.0.2.{day}").get(form_page)
            purposes.append(set(tenant_keys()._index._begun))
    finally:
        clock.set_offset(timedelta(0))

    assert purposes[0] == purposes[1]
    assert [tally.visitors for tally in FormTally.objects.all()] == [1, 1]


def reader_at(address: str):
    client = reader()
    client.defaults["REMOTE_ADDR"] = address
    return client


def test_one_network_that_says_to_be_many_browsers_hammers_no_counter(form, monkeypatch):
    monkeypatch.setattr(limits, "COUNTED_BY_NETWORK", Bucket(size=2, per_minute=1))
    link = EntryLink.objects.create(name="Poster", form=form, created_at=clock.now())
    token = open_token(form.pk, clock.now())

    for number in range(5):
        client = reader_at(f"192.0.2.{number + 1}")
        client.defaults["HTTP_USER_AGENT"] = f"Mozilla/5.0 (X11; Linux x86_64) Firefox/{number}.0"
        assert client.post(f"/f/{form.slug}/begun", {"page": token}).status_code == 204
        assert client.get(f"/l/{link.code}").status_code == 302

    assert FormTally.objects.get().begun == 2
    assert LinkHour.objects.get().visits == 2
