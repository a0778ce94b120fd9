"""Paused, suspended, leaving, kept: what answers, what runs, what is refused."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django_tenants.utils import schema_context, tenant_context

from accounts.models import AuditEntry
from campaigns.enums import TouchState
from campaigns.inputs import Start
from campaigns.models import Touchpoint
from campaigns.selectors import lanes_with_due_rows
from campaigns.services.delivery import deliver
from campaigns.services.enrolment import enroll
from campaigns.services.ledger import claim_batch
from scheduler.models import WakeUp
from scheduler.queries import FAR_FUTURE
from scheduler.selectors import is_runnable, wake_up_due
from scheduler.services import drain_tenant, due_work
from scrm.core import clock
from scrm.flows.standing import (
    tenant_leaves,
    tenant_paused,
    tenant_renamed,
    tenant_resumed,
    tenant_stays,
    tenant_suspended,
)
from tenants.enums import TenantStatus
from tests.factories import give_email, make_contact, make_live_sop, step

STOPS = {"paused": tenant_paused, "suspended": tenant_suspended, "leaving": tenant_leaves}


@pytest.fixture
def due_mail(acme, mailoutbox):
    """One mail of acme that is due now."""
    contact = make_contact("Lin")
    give_email(contact, "lin@example.com")
    sop = make_live_sop(step("email"))
    with due_work():
        enroll(sop=sop, starts=[Start(contact.pk, clock.now(), "UTC")])
    return mailoutbox


def run(acme) -> None:
    """What a drain does, for a tenant that a task may enter."""
    tenant = is_runnable("acme")
    if tenant is not None:
        with tenant_context(tenant):
            drain_tenant(seconds=1)


def answers(host: str = "acme.localhost") -> int:
    code = Client(HTTP_HOST=host).get("/accounts/login/").status_code
    connection.set_schema_to_public()
    return code


def states(acme) -> list[int]:
    with tenant_context(acme):
        return list(Touchpoint.objects.values_list("state", flat=True))


def index(acme):
    return WakeUp.objects.get(tenant=acme).due_at


@pytest.mark.parametrize(("status", "code"), [("paused", 200), ("suspended", 404), ("leaving", 404)])
def test_who_stops_sends_nothing(acme, due_mail, status, code):
    STOPS[status](acme, now=clock.now())

    run(acme)

    assert acme.status == status
    assert answers() == code
    assert due_mail == []
    assert states(acme) == [TouchState.PLANNED]


def test_paused_tenant_is_not_woken_for_what_rests(acme, due_mail):
    tenant_paused(acme, now=clock.now())
    assert wake_up_due(clock.now()) == ["acme"]

    run(acme)

    assert index(acme) == FAR_FUTURE
    assert wake_up_due(clock.now()) == []


@pytest.mark.parametrize("status", ["paused", "suspended"])
def test_resumed_tenant_is_woken_and_sends(acme, due_mail, status):
    STOPS[status](acme, now=clock.now())
    run(acme)

    tenant_resumed(acme, now=clock.now())
    assert wake_up_due(clock.now()) == ["acme"]
    run(acme)

    assert len(due_mail) == 1
    assert states(acme) == [TouchState.SENT]


def test_tenant_of_a_server_set_back_in_time_leaves_out_what_was_due(acme, due_mail):
    tenant_paused(acme, now=clock.now())

    call_command("resume_tenant", "acme", "--leave-out-past")
    run(acme)

    assert due_mail == []
    assert states(acme) == [TouchState.EXPIRED]


def test_stopped_tenant_is_refused_by_every_way_in(acme):
    tenant_suspended(acme, now=clock.now())

    assert is_runnable("acme") is None
    assert answers() == 404
    client = Client(HTTP_HOST="acme.localhost")
    assert client.get("/api/v1/leads/").status_code == 404
    assert client.get("/admin/").content == Client(HTTP_HOST="nobody.localhost").get("/admin/").content


def test_drain_that_had_begun_asks_again_who_may_run(acme, due_mail):
    """The tenant was runnable when the task looked; the commit came between."""
    tenant_suspended(acme, now=clock.now())

    with tenant_context(acme):
        drain_tenant(seconds=1)

    assert due_mail == []
    assert states(acme) == [TouchState.PLANNED]


def test_leaving_tenant_can_be_kept_and_is_paused(acme, due_mail):
    tenant_leaves(acme, now=clock.now())
    assert answers() == 404

    tenant_stays(acme, now=clock.now())
    run(acme)

    assert (acme.status, acme.leaves_at) == (TenantStatus.PAUSED, None)
    assert answers() == 200
    assert due_mail == []


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (tenant_leaves, tenant_resumed),
        (tenant_leaves, tenant_suspended),
        (tenant_leaves, tenant_paused),
        (tenant_suspended, tenant_stays),
    ],
)
def test_step_that_does_not_follow_is_refused_and_not_recorded(acme, first, then):
    first(acme, now=clock.now())
    before = acme.status

    with pytest.raises(ValidationError):
        then(acme, now=clock.now())

    acme.refresh_from_db()
    assert acme.status == before
    with schema_context("public"):
        assert AuditEntry.objects.count() == 1


def test_name_is_changed_and_everything_else_stays(acme):
    client = Client(HTTP_HOST="acme.localhost")
    before = acme.uuid

    tenant_renamed(acme, " Acme & Sons ", now=clock.now())

    acme.refresh_from_db()
    assert (acme.name, acme.schema_name, acme.uuid) == ("Acme & Sons", "acme", before)
    assert client.get("/accounts/login/").status_code == 200
    with pytest.raises(ValidationError):
        tenant_renamed(acme, "  ", now=clock.now())


def test_commands_say_what_they_did(acme, capsys):
    for command, said in [
        (["pause_tenant", "acme"], "acme is paused."),
        (["suspend_tenant", "acme"], "acme is suspended."),
        (["resume_tenant", "acme"], "acme works again."),
        (["rename_tenant", "acme", "Acme Ltd"], "acme is shown as Acme Ltd."),
        (["delete_tenant", "acme", "--days", "3"], "acme stopped. It is removed from"),
        (["delete_tenant", "acme", "--keep"], "acme stays, and is paused"),
    ]:
        call_command(*command)
        assert said in capsys.readouterr().out
    with schema_context("public"):
        actions = list(AuditEntry.objects.order_by("pk").values_list("action", "actor_label"))
    verbs = ["paused", "suspended", "resumed", "renamed", "leaves", "stays"]
    assert actions == [(f"tenant.{verb}", "bin/manage") for verb in verbs]


@pytest.mark.parametrize("command", ["pause_tenant", "suspend_tenant", "resume_tenant", "delete_tenant"])
@pytest.mark.parametrize("name", ["nobody", "public", "tpl_blank"])
def test_command_for_nobody_says_so(acme, command, name):
    with pytest.raises(CommandError, match=f"There is no tenant “{name}”."):
        call_command(command, name)


def test_grace_is_counted_from_the_last_word(acme):
    now = clock.now()
    tenant_leaves(acme, now=now)
    assert acme.leaves_at == now + timedelta(days=14)

    tenant_leaves(acme, now=now, grace=timedelta(days=1))

    assert acme.leaves_at == now + timedelta(days=1)


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
def test_batch_that_was_claimed_before_the_stop_is_not_sent(acme, due_mail, stop):
    """Claimed and not yet sending when the stop is committed: the last look before the call sees it."""
    with tenant_context(acme):
        batch = claim_batch(lane=lanes_with_due_rows(clock.now())[0])
        assert batch is not None
        assert len(batch.messages) == 1
    stop(acme, now=clock.now())

    with tenant_context(acme):
        deliver(batch)

    assert due_mail == []
    assert TouchState.SENT not in states(acme)
