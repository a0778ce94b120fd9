"""Who is told when leads come in or change hands."""

from dataclasses import replace

import pytest

from alerts.enums import AlertKind
from alerts.models import Alert
from alerts.selectors import alert_list
from exchange.models import Job
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from scrm.flows.progress import lead_reassigned
from scrm.flows.starter import lay_out_tenant
from tests.factories import make_user
from tests.flows.arrivals import make_arrival


@pytest.fixture
def ben(acme):
    lay_out_tenant()
    return make_user("ben", takes_leads=True)


def test_owner_hears_of_a_new_lead(ben):
    [outcome] = lead_arrived([make_arrival(1)], now=clock.now())

    alert = alert_list(ben).get()
    assert (alert.kind, alert.subject_id, alert.count) == (AlertKind.LEAD_ASSIGNED, outcome.lead_id, 1)


def test_whoever_enters_a_lead_for_themselves_is_not_told_of_it(ben):
    lead_arrived([make_arrival(1)], now=clock.now(), actor=ben)

    assert not Alert.objects.exists()


def test_the_same_lead_again_tells_nobody(ben):
    lead_arrived([make_arrival(1)], now=clock.now())

    lead_arrived([make_arrival(1)], now=clock.now())
    lead_arrived([make_arrival(1, company="Lins")], now=clock.now())

    assert Alert.objects.count() == 1


def test_rows_of_a_file_are_told_once_with_their_number(ben):
    job = Job.objects.create(kind="lead_import", created_at=clock.now())
    for numbers in ((1, 2), (3, 4, 5)):
        lead_arrived([replace(make_arrival(number), job_id=job.pk) for number in numbers], now=clock.now())

    alert = alert_list(ben).get()
    assert (alert.count, alert.subject_id) == (5, None)


def test_lead_that_was_won_elsewhere_is_no_news(ben):
    lead_arrived([make_arrival(1, status="won")], now=clock.now())

    assert not Alert.objects.exists()


def test_new_owner_hears_of_a_hand_over_and_the_giver_does_not(ben):
    ada = make_user("ada", role="manager")
    [outcome] = lead_arrived([make_arrival(1)], now=clock.now())
    Alert.objects.all().delete()

    lead_reassigned([outcome.lead_id], ada.pk, by=ben, now=clock.now())
    lead_reassigned([outcome.lead_id], ben.pk, by=ben, now=clock.now())

    alert = Alert.objects.get()
    assert (alert.recipient, alert.kind, alert.subject_id) == (ada, AlertKind.HAND_OVER, outcome.lead_id)
