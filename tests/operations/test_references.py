"""References that PostgreSQL does not keep: which they are, and that none leads nowhere."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from events.models import Event, EventType
from operations.reference_queries import dangling_references, unkept_references
from scrm.core import clock
from scrm.core.ids import uuid7
from tests import factories

UNKEPT = {
    *("events_event.contact_id", "leads_leadarrival.lead_id", "leads_leadarrival.owner_id", "leads_spentpage.form_id"),
    "leads_responseclock.lead_id",
    *("lifecycle_position.lifecycle_id", "lifecycle_stagetransition.contact_id"),
    *("lifecycle_stagetransition.lifecycle_id", "lifecycle_stagetransition.to_stage_id"),
    *("campaigns_reptask.touchpoint_id", "exchange_jobtally.job_id"),
    *("contacts_company.merged_into_id", "contacts_company.owner_id", "contacts_consent.by_id"),
}
"""Each stands here for a reason that docs/decisions/0021 or 0026 gives, or that is told beside it."""


def test_references_without_a_foreign_key_are_those_decided_on(acme):
    found = {f"{field.model._meta.db_table}.{field.column}" for field in unkept_references()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT replace(conrelid::regclass::text, 'acme.', '') || '.' || attname FROM pg_constraint "
            "JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1] "
            "WHERE contype = 'f' AND connamespace = 'acme'::regnamespace"
        )
        kept = {row[0] for row in cursor.fetchall()}

    assert found == UNKEPT
    assert kept.isdisjoint(UNKEPT)


def test_reference_to_nothing_is_found(acme, capsys):
    assert dangling_references() == {}
    contact = factories.make_contact()
    kind = EventType.objects.create(code="called", name="Called")
    now = clock.now()
    Event.objects.create(contact=contact, type=kind, occurred_at=now, received_at=now, dedupe_key="here")
    assert dangling_references() == {}

    Event.objects.create(contact_id=uuid7(), type=kind, occurred_at=now, received_at=now, dedupe_key="nowhere")

    assert dangling_references() == {"events_event.contact_id": 1}
    with pytest.raises(CommandError, match="name what is not there"):
        call_command("check_references", tenant="acme")
    assert capsys.readouterr().out == "acme: 1 in events_event.contact_id\n"
