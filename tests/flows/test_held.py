"""Pages that were sent and leads that are held: once under many hands, resealed, and forgotten in time."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django_tenants.utils import schema_context

from accounts.models import AuditEntry
from leads.enums import HeldState
from leads.held_payloads import open_held
from leads.models import Form, HeldLead, Lead, SpentPage
from leads.services.held import discard_held, forget_held, reseal_held, restore_held
from scheduler.budget import Budget
from scheduler.models import WakeUp
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.held import held_accepted, pages_due
from scrm.flows.starter import lay_out_tenant
from scrm.web.held_reading import enquiry_of
from tests.flows.test_arrival_at_once import at_once
from tests.flows.test_resealing import fresh_key
from tests.live import eventually
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


def test_what_is_put_back_in_the_moment_of_forgetting_stays(own_database):
    with schema_context("acme"):
        lay_out_tenant()
        send(make_form(), proof="")
        held, now = HeldLead.objects.get(), clock.now()
        discard_held(held_ids=[held.pk], by=None, now=now - timedelta(days=8))

        with ThreadPoolExecutor() as others:
            with due_work():
                restore_held(held_ids=[held.pk], by=None, now=now)
                forgetting = others.submit(at_once, lambda _: forget_held(now=now), [None])
                eventually(lambda: somebody_waits_for_a_row() or forgetting.done())
            forgetting.result()

        assert HeldLead.objects.get().state == HeldState.WAITING


def somebody_waits_for_a_row() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
        return cursor.fetchone() is not None


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
