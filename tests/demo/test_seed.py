"""The demo businesses: alike each time, lived through by the product's own flows, and made once."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from django_tenants.utils import tenant_context

from accounts.models import User
from campaigns.enums import TouchState
from campaigns.models import Enrollment, RepTask, Touchpoint
from commerce.models import TierScheme, Voice
from contacts.models import Contact
from contacts.normalise import normalise_email, normalise_phone
from exchange.models import Job
from leads.enums import DealKind, LeadStatus
from leads.models import Lead, LeadArrival, Opportunity, ResponseClock, ResponsePause
from lifecycle.models import StageHandOver
from scrm.core import clock
from scrm.demo import history, seed
from scrm.demo.beauty import BEAUTY
from scrm.demo.people import invent
from tagging.models import ContactScore
from tenants.selectors import tenant_by_name


@pytest.mark.parametrize("chinese", [True, False])
def test_people_are_the_same_each_time_and_their_numbers_are_numbers(chinese):
    people = [invent(random.Random(7), number, chinese) for number in range(700)]

    assert people[3] == invent(random.Random(7), 3, chinese)
    assert len({person.phone for person in people}) == len({person.email for person in people}) == 700
    for person in people[:40]:
        assert normalise_phone(person.phone).value == person.phone
        assert normalise_email(person.email).value.endswith("@example.com")


def test_business_lives_through_its_weeks_once(db, monkeypatch):
    for module in (history, seed):
        monkeypatch.setattr(module, "WEEKS", 3)
    monkeypatch.setattr(history, "LEADS", 90)
    business = replace(BEAUTY, schema="demosmall")

    made = seed.seed(business)

    assert made > 60
    assert seed.seed(business) == 0
    now = clock.now()
    with tenant_context(tenant_by_name("demosmall")):
        statuses = set(Lead.objects.values_list("status", flat=True))
        states = set(Touchpoint.objects.values_list("state", flat=True))
        assert {LeadStatus.ASSIGNED, LeadStatus.WORKING, LeadStatus.LOST} <= statuses
        assert {TouchState.PLANNED, TouchState.SENT, TouchState.WITH_REP} <= states
        assert not Touchpoint.objects.filter(state=TouchState.PLANNED, due_at__lt=now).exists()
        assert not Lead.objects.filter(captured_at__gt=now).exists()
        assert not Lead.objects.filter(assigned_at__gt=now).exists()
        assert RepTask.objects.filter(state="open").exists()
        assert Job.objects.get(kind="lead_import").result["rejected"] == 2
        arrivals = LeadArrival.objects.filter(lead__captured_at__gt=now - timedelta(days=6), job=None)
        assert not arrivals.filter(payload=None, message=None).exists()
        newest = arrivals.select_related("lead").order_by("-lead__captured_at")[0]
        assert Enrollment.objects.filter(contact=newest.lead.contact_id, anchor_at=newest.taken_at).exists()
        assert {"form", "hand", "webhook"} <= set(LeadArrival.objects.values_list("came_by", flat=True))
        assert User.objects.get(username="rep").check_password("demo-rep-2026")
        assert Contact.objects.filter(company__parent__name="华宇集团").count() == 4
        assert set(Opportunity.objects.values_list("stage__kind", flat=True)) == set(DealKind)
        assert ResponseClock.objects.filter(ended_as="met").exists()
        assert ResponsePause.objects.filter(ended_at=None).count() == 2
        assert Job.objects.get(kind="hand_over").total >= 9
        assert StageHandOver.objects.get().people.count() == 2
        assert TierScheme.objects.filter(due_at__lte=clock.now(), tiers__isnull=False).distinct().count() == 3
        assert Voice.objects.filter(interaction__next_on__isnull=False).exists()
        assert ContactScore.objects.filter(due_at__lte=clock.now()).exists()
