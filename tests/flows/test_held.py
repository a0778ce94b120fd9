"""Pages that were sent and leads that are held: once under many hands, resealed, and forgotten in time."""

import os
from collections import Counter
from datetime import timedelta

import pytest
from django_tenants.utils import schema_context

from accounts.models import AuditEntry
from leads.held_payloads import open_held
from leads.models import Form, HeldLead, Lead, SpentPage
from leads.services.held import reseal_held
from scheduler.budget import Budget
from scheduler.models import WakeUp
from scrm.core import clock
from scrm.flows.held import held_accepted, pages_due
from scrm.flows.starter import lay_out_tenant
from scrm.web.held_reading import enquiry_of
from tests.flows.test_arrival_at_once import at_once
from tests.flows.test_resealing import fresh_key
from tests.web.public_pages import make_form, send, waited

POSTS = 100 if os.environ.get("SCRM_DEEP") else 24


@pytest.fixture
def form(acme) -> Form:
    lay_out_tenant()
    return make_form()


def test_equal_posts_at_once_are_one_lead(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        form = make_form()
        page = waited(form)

        same = at_once(lambda _: send(form, page=page).status_code, range(POSTS))
        others = at_once(lambda _: send(form, page=waited(form)).status_code, range(POSTS))

        assert Counter([*same, *others]) == {303: 2 * POSTS}
        assert Lead.objects.count() == 1
        assert SpentPage.objects.count() == 1 + POSTS


def test_of_two_who_accept_at_once_one_makes_the_lead(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        form = make_form()
        send(form, proof="")
        held = HeldLead.objects.get()

        def accept(_):
            return held_accepted(held.pk, enquiry_of, by=None, now=clock.now())

        outcomes = at_once(accept, range(8))

        assert [outcome.outcome for outcome in outcomes if outcome] == ["created"]
        assert (Lead.objects.count(), AuditEntry.objects.filter(action="held_lead.decided").count()) == (1, 1)


def test_what_is_accepted_is_the_latest_that_was_sent(form):
    send(form, proof="")
    held = HeldLead.objects.get()
    send(form, proof="", name="Lin the second")

    held_accepted(held.pk, enquiry_of, by=None, now=clock.now())

    assert Lead.objects.get().contact.name == "Lin the second"


def test_pages_are_forgotten_when_their_tokens_are_too_old(form):
    send(form)
    later = clock.now() + timedelta(days=1, hours=1)

    assert not pages_due(Budget(1))
    assert SpentPage.objects.count() == 1
    clock.set_offset(later - clock.now())
    try:
        assert not pages_due(Budget(1))
    finally:
        clock.set_offset(timedelta(0))

    assert not SpentPage.objects.exists()
    assert Lead.objects.count() == 1


def test_held_leads_are_forgotten_after_a_month(form):
    send(form, proof="")
    clock.set_offset(timedelta(days=29))
    try:
        pages_due(Budget(1))
        assert HeldLead.objects.count() == 1
        clock.set_offset(timedelta(days=31))
        pages_due(Budget(1))
    finally:
        clock.set_offset(timedelta(0))

    assert not HeldLead.objects.exists()
    assert not SpentPage.objects.exists()


def test_whoever_forgets_is_woken_in_time(form, acme):
    with schema_context("public"):
        WakeUp.objects.filter(tenant_id=acme.pk).update(due_at=clock.now() + timedelta(days=365))

    send(form, proof="")

    with schema_context("public"):
        due_at = WakeUp.objects.get(tenant_id=acme.pk).due_at
    assert due_at == SpentPage.objects.get().expires_at


def test_held_payloads_are_sealed_anew_under_a_new_master_key(form, settings):
    send(form, proof="")
    before = open_held(HeldLead.objects.get())
    settings.SCRM_RETIRED_MASTER_KEYS = [settings.SCRM_MASTER_KEY]
    settings.SCRM_INDEX_KEY = settings.SCRM_MASTER_KEY
    settings.SCRM_MASTER_KEY = fresh_key()

    assert reseal_held() == (1, 0)
    assert reseal_held() == (0, 0)
    assert open_held(HeldLead.objects.get()) == before
