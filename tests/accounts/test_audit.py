"""The trail in the database: entries are sealed in order, tampering is found, nothing is changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django_tenants.utils import schema_context, tenant_context

from accounts.audit import audit_head, seal_audit
from accounts.models import AuditAnchor, AuditEntry, AuditSeal, NeverChanged, UnsealedEntry
from accounts.services import record_audit
from scheduler.services import drain_tenant
from scrm.core import clock
from scrm.core.origin import Origin, coming_from
from scrm.core.tenancy import leave_tenant, schema_name
from scrm.flows.audit import audit_verified, audits_anchored
from tenants.models import Tenant
from tests.factories import make_user

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def write(count: int) -> list[AuditEntry]:
    before = set(AuditEntry.objects.values_list("pk", flat=True))
    for number in range(count):
        record_audit(action="lead.won", details={"number": number}, now=NOW + timedelta(seconds=number))
    return list(AuditEntry.objects.exclude(pk__in=before).order_by("pk"))


def run(text: str, *values) -> None:
    """As the owner of the tables: a tenant's own role can't tamper."""
    with schema_context(schema_name()), connection.cursor() as cursor:
        cursor.execute(text, values)


def kinds(tenant: Tenant) -> list[str]:
    return [finding.kind for finding in audit_verified(tenant).findings]


def test_entry_says_who_sent_what_with_personal_data_masked(acme):
    ben = make_user("ben")
    details = {"from": "13800138000", "to": ["ben@example.com", "called 2026-03-01"], "key": "scrm_ab12_" + "0f" * 24}

    with coming_from(Origin("2001:db8::1", "r-1")):
        record_audit(action="contact.edited", actor=ben, subject=ben, details=details, now=NOW)

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.subject_id, entry.ip, entry.request_id) == (ben, str(ben.pk), "2001:db8::1", "r-1")
    assert entry.details == {
        "from": "138****8000",
        "to": ["b***@example.com", "called 2026-03-01"],
        "key": "scrm_…",
    }


def test_entry_costs_one_statement(acme, django_assert_num_queries):
    write(1)

    with django_assert_num_queries(1):
        record_audit(action="lead.won", now=NOW)


def test_entries_are_sealed_without_gap_in_order(acme):
    entries = write(3)
    assert seal_audit(limit=2) == 2

    assert seal_audit() == 1

    assert list(AuditSeal.objects.order_by("number").values_list("number", "entry_id")) == [
        (number, entry.pk) for number, entry in enumerate(entries, 1)
    ]
    assert not UnsealedEntry.objects.exists()
    assert seal_audit() == 0


def test_drain_seals_what_waits(acme):
    write(2)

    drain_tenant(seconds=1)

    assert AuditSeal.objects.count() == 2


def test_trail_is_only_added_to(acme):
    write(1)

    for deed in (AuditEntry.objects.all().delete, lambda: AuditEntry.objects.update(action="x")):
        with pytest.raises(NeverChanged):
            deed()

    assert AuditEntry.objects.get().action == "lead.won"


TAMPERINGS = {
    "entry_changed": "UPDATE accounts_auditentry SET details = '{}' WHERE id = {1}",
    "entry_deleted": "DELETE FROM accounts_auditentry WHERE id = {1}",
    "entry_inserted": "INSERT INTO accounts_auditentry (at, actor_label, action, subject_type, subject_id, details) "
    "VALUES (now(), '', 'lead.won', '', '', '{{}}')",
    "link_missing": "DELETE FROM accounts_auditseal WHERE number = 2; DELETE FROM accounts_auditentry WHERE id = {1}",
    "tail_cut": "DELETE FROM accounts_auditseal WHERE number = 3; DELETE FROM accounts_auditentry WHERE id = {2}",
}


@pytest.mark.parametrize("kind", TAMPERINGS)
def test_tampering_with_rows_is_found(acme, kind):
    entries = write(3)
    seal_audit()
    audits_anchored(now=NOW)
    assert kinds(acme) == []

    deed = TAMPERINGS[kind]
    for at, entry in enumerate(entries):
        deed = deed.replace(f"{{{at}}}", str(entry.pk))
    run(deed.replace("{{}}", "{}"))

    assert kinds(acme) == [kind]


def test_chain_written_anew_is_found_by_its_anchor(acme):
    entries = write(3)
    seal_audit()
    audits_anchored(now=NOW)

    run("DELETE FROM accounts_auditseal")
    run("UPDATE accounts_auditentry SET action = 'lead.lost' WHERE id = %s", entries[0].pk)
    run("INSERT INTO accounts_unsealedentry SELECT id FROM accounts_auditentry")
    seal_audit()

    assert kinds(acme) == ["chain_rewritten"]


def test_forged_anchor_is_found(acme):
    write(1)
    seal_audit()
    with schema_context("public"):
        anchor = AuditAnchor(owner=acme.uuid, number=1, hash=audit_head().hash, mark=bytes(16), at=NOW)
        AuditAnchor.objects.bulk_create([anchor])

    assert set(kinds(acme)) == {"anchor_forged", "chain_rewritten"}


def test_chain_of_another_tenant_does_not_fit(acme, globex):
    with tenant_context(acme):
        write(2)
        seal_audit()
    run("DELETE FROM globex.accounts_auditentry")
    run("INSERT INTO globex.accounts_auditentry SELECT * FROM acme.accounts_auditentry")
    run("INSERT INTO globex.accounts_auditseal SELECT * FROM acme.accounts_auditseal")

    assert kinds(acme) == []
    assert kinds(globex) == ["entry_changed"]


def test_anchor_is_dropped_only_when_the_chain_has_moved(acme):
    write(1)
    seal_audit()

    assert (audits_anchored(now=NOW), audits_anchored(now=NOW)) == (1, 0)
    with schema_context("public"):
        assert AuditAnchor.objects.get(owner=acme.uuid).number == 1


def test_command_ends_with_an_error_for_the_tenant_tampered_with(acme, globex):
    for tenant in (acme, globex):
        with tenant_context(tenant):
            write(2)
            seal_audit()
    run("UPDATE acme.accounts_auditentry SET actor_label = 'Cai' WHERE at = %s", NOW)
    out = StringIO()
    leave_tenant()

    with pytest.raises(CommandError, match=r"Tampered with: acme\."):
        call_command("verify_audit", stdout=out)

    assert "globex: 2 links, whole" in out.getvalue()
    assert "is not what was sealed" in out.getvalue()


def test_entries_written_at_once_make_one_chain(own_database):
    """Writers in long transactions beside sealers: no gap, no fork, nothing left out."""
    acme = Tenant.objects.get(schema_name="acme")
    late = Event()

    def slow() -> None:
        with tenant_context(acme), transaction.atomic():
            write(1)
            assert late.wait(30)
        connection.close()

    def writer() -> None:
        with tenant_context(acme):
            for _ in range(20):
                record_audit(action="lead.won", now=clock.now())
        connection.close()

    def sealer() -> None:
        with tenant_context(acme):
            for _ in range(40):
                seal_audit(limit=7)
        connection.close()

    with ThreadPoolExecutor(6) as pool:
        waiting = pool.submit(slow)
        busy = [pool.submit(task) for task in (writer, writer, sealer, sealer, sealer)]
        for task in busy:
            task.result()
        late.set()
        waiting.result()
    with tenant_context(acme):
        while seal_audit():
            pass
        assert audit_head().number == AuditEntry.objects.count() >= 41
    assert kinds(acme) == []


@pytest.mark.parametrize("table", ["accounts_auditentry", "accounts_auditseal"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET number = 1", "DELETE FROM {}", "TRUNCATE {}"])
def test_postgresql_refuses_the_tenant_s_role_to_change_the_trail(acme, table, deed):
    text = deed.format(table) if table == "accounts_auditseal" else deed.format(table).replace("number", "id")

    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(text)
