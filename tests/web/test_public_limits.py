"""Hosted forms under a script: it is slowed down, and people are not."""

from leads.models import Form, Lead
from scrm.flows.starter import lay_out_tenant
from scrm.web.public import limits
from tests.web.public_pages import make_form, reader, send


def test_whoever_sends_too_often_is_told_when_to_come_back(acme, monkeypatch):
    monkeypatch.setattr(limits, "SENT_BY_ONE", 2)
    lay_out_tenant()
    form = make_form()
    for phone in ("13800138000", "13800138001"):
        assert send(form, phone=phone).status_code == 303

    answer = send(form, phone="13800138002")

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert "Too many at once" in answer.text
    assert Lead.objects.count() == 2
    assert send(form, reader(), query="?lang=zh-hans").status_code == 429
    assert send(make_form()).status_code == 303


def test_one_form_has_a_budget_for_all_who_send_it(acme, monkeypatch):
    monkeypatch.setattr(limits, "SENT_BY_ALL", 1)
    form = make_form()

    answers = [send(form, reader_at(address), name="") for address in ("192.0.2.1", "192.0.2.2")]

    assert [answer.status_code for answer in answers] == [422, 429]


def test_addresses_of_one_network_are_one_sender(acme, monkeypatch):
    monkeypatch.setattr(limits, "SENT_BY_ONE", 1)
    form = make_form()

    answers = [send(form, reader_at(address), name="") for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")]

    assert [answer.status_code for answer in answers] == [422, 429, 422]


def test_without_redis_forms_are_sent(acme, settings):
    settings.REDIS_URL = "unix:///nowhere/redis.sock?db=0"
    lay_out_tenant()

    assert send(make_form()).status_code == 303


def test_opened_again_at_once_it_is_one_view(acme):
    form = make_form()
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        reader_at(address).get(f"/f/{form.slug}")

    assert Form.objects.get().views == 2


def reader_at(address: str):
    client = reader()
    client.defaults["REMOTE_ADDR"] = address
    return client
