"""Alerts: a row each, of one topic together, the recipient's alone, kept for ninety days."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.db import transaction
from django_tenants.utils import tenant_context

from alerts import pushing
from alerts.enums import AlertKind
from alerts.models import Alert
from alerts.selectors import UNREAD_SHOWN, alert_count_unread, alert_detail, alert_list, alerts_named, alerts_since
from alerts.services import NewAlert, add_alerts, forget_alerts, mark_read
from scheduler.models import WakeUp
from scheduler.services import due_work
from scrm.core import clock
from tests.factories import make_user


@pytest.fixture
def ben(acme):
    return make_user("ben")


def new(user, *, kind=AlertKind.LEAD_ASSIGNED, at=None, **fields) -> NewAlert:
    return NewAlert(user.pk, kind, at or clock.now(), **fields)


def add(*alerts: NewAlert) -> None:
    with due_work():
        add_alerts(alerts)


def test_each_alert_is_a_row_of_its_recipient(ben):
    ada, lead = make_user("ada", role="manager"), uuid4()

    add(new(ben, subject_id=lead, params={"minutes": 5}), new(ada))

    mine = alert_list(ben).get()
    assert (mine.kind, mine.subject_id, mine.params, mine.count, mine.read_at) == (
        AlertKind.LEAD_ASSIGNED,
        lead,
        {"minutes": 5},
        1,
        None,
    )
    assert alert_count_unread(ada) == 1
    assert alert_detail(ada, mine.pk) is None


def test_unread_alerts_of_a_topic_are_one(ben):
    first, last = clock.now(), clock.now() + timedelta(minutes=1)
    add(new(ben, topic="job:1", count=2, at=first), new(ben, topic="job:1", count=3, at=first))

    add(new(ben, topic="job:1", at=last))

    assert (alert_list(ben).get().count, alert_list(ben).get().created_at) == (6, last)


def test_topic_that_was_read_begins_anew(ben):
    add(new(ben, topic="job:1"))
    mark_read(user=ben, now=clock.now())

    add(new(ben, topic="job:1"))

    assert (alert_list(ben).count(), alert_count_unread(ben)) == (2, 1)


def test_alerts_are_kept_in_one_statement(ben, django_assert_num_queries):
    users = [ben, make_user("bea")]
    alerts = [new(user, topic=topic) for user in users for topic in ("", "job:1") for _ in range(20)]

    with due_work(), django_assert_num_queries(1):
        add_alerts(alerts)

    assert Alert.objects.count() == 42


def test_forgetting_is_due_when_the_oldest_is_old_enough(ben, acme):
    WakeUp.objects.filter(tenant=acme).delete()
    now = clock.now()

    add(new(ben, at=now))

    assert WakeUp.objects.get(tenant=acme).due_at == now + timedelta(days=90)


def test_old_alerts_are_forgotten(ben):
    now = clock.now()
    add(new(ben, at=now - timedelta(days=90)), new(ben, at=now - timedelta(days=89)))

    assert not forget_alerts(now=now)
    assert alert_list(ben).get().created_at == now - timedelta(days=89)


def test_reading_is_of_one_s_own(ben):
    ada = make_user("ada", role="manager")
    add(new(ben), new(ben), new(ada))
    one = alert_list(ben).first()

    assert mark_read(user=ada, now=clock.now(), ids=[one.pk]) == 0
    assert mark_read(user=ben, now=clock.now(), ids=[one.pk]) == 1
    assert mark_read(user=ben, now=clock.now(), ids=[one.pk]) == 0
    assert alert_count_unread(ben) == 1
    assert mark_read(user=ben, now=clock.now()) == 1


def test_counting_ends_where_nobody_counts(ben):
    add(*[new(ben) for _ in range(UNREAD_SHOWN + 5)])

    assert alert_count_unread(ben) == UNREAD_SHOWN + 1


def test_what_was_missed_is_told_with_what_was_committed_late(ben):
    seen = clock.now()
    add(new(ben, at=seen - timedelta(hours=1), params={"which": "old"}))
    add(new(ben, at=seen, params={"which": "seen"}))
    # Begun before the one that was seen, and committed after it.
    add(new(ben, at=seen - timedelta(seconds=90), params={"which": "late"}))
    add(new(ben, at=seen + timedelta(seconds=1), params={"which": "missed"}))
    last = alert_list(ben).get(params__which="seen")

    assert [each.params["which"] for each in alerts_since(ben, last.pk)] == ["late", "missed"]
    assert alerts_since(ben, None) == alerts_since(ben, uuid4()) == []
    assert alerts_since(make_user("ada", role="manager"), last.pk) == []


def test_alerts_by_name_are_one_s_own(ben):
    add(new(ben))
    pk = alert_list(ben).get().pk

    assert [each.pk for each in alerts_named(ben, [pk, uuid4()])] == [pk]
    assert alerts_named(make_user("ada", role="manager"), [pk]) == []


def test_and_cai_is_told_nothing(ben, acme, globex):
    with tenant_context(acme):
        add(new(ben))

    assert not Alert.objects.exists()
    assert pushing.channel("acme", ben.pk) != pushing.channel("globex", ben.pk)


def test_commit_calls_out_what_was_kept(ben, django_capture_on_commit_callbacks):
    line = redis.Redis.from_url(settings.REDIS_URL).pubsub()
    line.subscribe(pushing.channel("acme", ben.pk))
    line.get_message(timeout=5)

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        add(new(ben))

    told = json.loads(line.get_message(timeout=5)["data"])
    line.close()
    assert told == {"alerts": [str(alert_list(ben).get().pk)]}


def test_without_redis_an_alert_is_kept_all_the_same(ben, django_capture_on_commit_callbacks, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        add(new(ben))

    assert alert_count_unread(ben) == 1
