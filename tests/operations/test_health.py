"""What a proxy, a container and a person are told about an installation."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from operations.bounded import Bounded
from scheduler.models import Pulse
from scheduler.services import record_pulse
from scrm.core import clock, tallies
from scrm.core.tenancy import leave_tenant
from scrm.web import health, metrics

BARE = {"HTTP_HOST": "localhost"}


@pytest.fixture
def asked(own_database):
    """Beat and worker are alive, then the answer to a GET."""
    leave_tenant()
    now = clock.now()
    record_pulse("beat", now=now)
    record_pulse("worker", now=now)
    return lambda path, **headers: Client(HTTP_HOST=headers.pop("host", "nobody.example")).get(path, **headers)


def test_alive_asks_nobody(asked, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = asked("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"ok": True, "instance": "tests"})


def test_ready_when_everything_works(asked):
    answer = asked("/readyz")

    said = answer.json()
    assert answer.status_code == 200
    assert (said["ready"], said["reasons"]) == (True, [])
    assert set(said["checks"]) == {"database", "migrations", "redis", "beat", "worker", "clock", "disk"}


def test_silent_beat_is_named_and_the_web_stays_in_service(asked):
    Pulse.objects.update(at=clock.now() - timedelta(minutes=2))

    answer = asked("/readyz")

    assert answer.status_code == 200
    assert answer.json()["reasons"] == ["beat: beat 120 s"]
    assert asked("/readyz?check=beat").status_code == 503
    assert asked("/readyz?check=worker").status_code == 200


def test_ticks_that_nobody_takes_say_that_the_workers_are_gone(asked, monkeypatch):
    Pulse.objects.update(at=clock.now() - timedelta(minutes=2))
    monkeypatch.setattr(health, "_redis", Bounded(lambda: 40, 1))

    assert asked("/readyz").json()["reasons"] == ["worker: worker 120 s"]


def test_pending_migration_takes_the_web_out_of_service(asked, plant):
    plant("tenants", p1_more="operations = []")

    answer = asked("/readyz")

    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["migrations: migrations 1"]


def test_redis_that_is_gone_is_named_and_the_web_stays_in_service(asked, settings):
    settings.REDIS_URL = "unix:///nowhere/redis.sock"

    answer = asked("/readyz")

    assert answer.status_code == 200
    assert answer.json()["reasons"] == ["redis: redis"]


def test_database_that_is_gone_is_named_without_its_secrets(asked):
    connection.settings_dict["NAME"], name = "nowhere", connection.settings_dict["NAME"]
    answer = asked("/readyz")
    connection.settings_dict["NAME"] = name

    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["database: OperationalError"]
    assert asked("/healthz").status_code == 200


def test_what_hangs_is_waited_for_so_long_and_asked_once():
    go, asked = threading.Event(), []

    def hang() -> int:
        asked.append(1)
        go.wait(20)
        return 7

    question = Bounded(hang, 0.05)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            question.answer()
    first = question.begin()
    go.set()

    assert first.result(5) == 7
    assert len(asked) == 1


def read(host="localhost", **headers):
    return Client(HTTP_HOST=host).get("/metrics", **headers)


def test_metrics_tell_of_the_engine_and_of_no_tenant(asked):
    Client(HTTP_HOST="acme.localhost").get("/accounts/login/?q=13812345678")
    tallies.add("ticks")
    tallies.add("sent", 3, channel="email")

    answer = read()

    said = answer.content.decode()
    assert answer.status_code == 200
    for line in (
        "scrm_up 1.0",
        "scrm_lag_seconds 0.0",
        "scrm_ticks_total 1.0",
        'scrm_sent_total{channel="email"} 3.0',
        "scrm_duplicates_detected_total 0.0",
        'scrm_problem{kind="beat"} 0.0',
        "scrm_queue_length 0.0",
    ):
        assert f"\n{line}\n" in said, said
    assert 'scrm_request_seconds_count{method="GET",route="account_login",status="2xx"}' in said
    for secret in ("acme", "globex", "13812345678"):
        assert secret not in said


def test_made_up_methods_are_one_series(asked):
    """Each of them would stay in memory and on disk for good."""
    for word in ("BREW", "WHEN"):
        Client(HTTP_HOST="acme.localhost").generic(word, "/accounts/login/")

    said = read().content.decode()

    assert 'method="other"' in said
    assert "BREW" not in said


def test_metrics_answer_only_where_they_should(asked, settings):
    assert read().status_code == 200
    assert read(host="acme.localhost").status_code == 404
    assert read(REMOTE_ADDR="192.0.2.7").status_code == 404
    assert read(HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 404
    settings.SCRM_METRICS_TOKEN = "let-me-in"
    assert read().status_code == 404
    assert read(HTTP_AUTHORIZATION="Bearer let-me").status_code == 404
    assert read(HTTP_AUTHORIZATION="Bearer let-me-in", REMOTE_ADDR="192.0.2.7").status_code == 200
    assert read(host="acme.localhost", HTTP_AUTHORIZATION="Bearer let-me-in").status_code == 404


def test_figures_stay_out_where_the_database_is_gone(asked, monkeypatch):
    def broken() -> dict:
        raise TimeoutError

    monkeypatch.setattr(metrics, "_database", Bounded(broken, 1))

    said = read().content.decode()

    assert "\nscrm_up 0.0\n" in said
    assert "scrm_lag_seconds" not in said
