"""A caller's budget of requests: counted together, told in headers, refused when spent."""

import pytest
from django.conf import settings

from exchange.models import ApiKey
from scrm.api.throttling import parse_rate
from tests.api.conftest import make_caller


@pytest.fixture
def three_a_minute(monkeypatch):
    from rest_framework.settings import api_settings

    monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "key", "3/min")


def test_budget_is_told_with_each_answer(system, three_a_minute):
    answer = system.get("tags")

    assert answer["RateLimit-Limit"] == "3"
    assert answer["RateLimit-Remaining"] == "2"
    assert 0 < int(answer["RateLimit-Reset"]) <= 60


def test_request_beyond_the_budget_is_told_when_to_come_back(system, three_a_minute):
    for _ in range(3):
        assert system.get("tags").status_code == 200

    answer = system.get("tags")

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert answer.json()["errors"][0]["code"] == "throttled"
    assert answer["RateLimit-Remaining"] == "0"


def test_each_caller_has_a_budget_of_their_own(system, acme, cai, three_a_minute):
    for _ in range(4):
        system.get("tags")

    assert make_caller(acme).get("tags").status_code == 200
    assert cai.get("tags").status_code == 200


def test_without_redis_requests_pass(system, settings):
    settings.REDIS_URL = "unix:///nowhere/redis.sock?db=0"

    answer = system.get("tags")

    assert answer.status_code == 200
    assert "RateLimit-Limit" not in answer


@pytest.mark.parametrize(("text", "rate"), [("1200/min", (1200, 60)), ("5/s", (5, 1)), ("9/hour", (9, 3600))])
def test_rate_reads_as_people_write_it(text, rate):
    assert parse_rate(text) == rate


def test_key_s_own_limit_comes_before_everybody_s(system, three_a_minute):
    ApiKey.objects.update(rate_per_minute=1)
    assert system.get("tags")["RateLimit-Limit"] == "1"

    answer = system.get("tags")

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60


def test_without_redis_callers_pass_and_the_log_says_so(system, three_a_minute, monkeypatch, caplog):
    monkeypatch.setattr(settings, "REDIS_URL", "unix:///nowhere.sock")

    assert [system.get("tags").status_code for _ in range(4)] == [200] * 4
    assert "throttle_unavailable" in caplog.text
