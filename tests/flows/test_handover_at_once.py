"""A hand-over while others are at the same customers: one comes wholly before the other."""

import threading

from django.db import connection
from django_tenants.utils import tenant_context

from accounts.enums import Role
from contacts.models import Contact
from contacts.services import lock_contacts, set_owner
from leads.models import Lead
from scheduler.services import due_work
from scrm.core import clock
from scrm.flows.arrival import lead_arrived
from tenants.models import Tenant
from tests.factories import make_contact, make_user
from tests.flows.arrivals import make_arrival
from tests.flows.handing import hand_over, held
from tests.live import eventually


def test_whom_a_colleague_takes_meanwhile_is_left_alone(own_database):
    """The hand-over waits for their row, and then sees that they are the leaver's no more."""
    acme = Tenant.objects.get(schema_name="acme")
    with tenant_context(acme):
        olga, ben, bea, eve = make_user("olga", Role.OPS), make_user("ben"), make_user("bea"), make_user("eve")
        taken, free = make_contact(owner=ben), make_contact(owner=ben)
        handing = threading.Thread(target=_elsewhere, args=(acme, lambda: hand_over(ben, bea, by=olga)))
        with due_work():
            lock_contacts(contact_ids=[taken.pk])
            handing.start()
            eventually(_somebody_waits)
            set_owner(contact_ids=[taken.pk], owner_id=eve.pk, now=clock.now())
        handing.join()

        assert held() == {"Eve": 1, "Bea": 1}
        assert Contact.objects.get(pk=free.pk).owner == bea


def test_lead_that_comes_in_meanwhile_finds_one_owner(own_database):
    acme = Tenant.objects.get(schema_name="acme")
    with tenant_context(acme):
        olga, ben, bea = make_user("olga", Role.OPS), make_user("ben", takes_leads=True), make_user("bea")
        [first] = lead_arrived([make_arrival(1)], now=clock.now())
        handing = threading.Thread(target=_elsewhere, args=(acme, lambda: hand_over(ben, bea, by=olga)))
        with due_work():
            lead_arrived([make_arrival(1, key="again")], now=clock.now())
            handing.start()
            eventually(_somebody_waits)
        handing.join()

        assert Contact.objects.get(pk=first.contact_id).owner == bea
        assert set(Lead.objects.values_list("owner", flat=True)) == {bea.pk}


def _elsewhere(tenant: Tenant, work) -> None:
    try:
        with tenant_context(tenant):
            work()
    finally:
        connection.close()


def _somebody_waits() -> bool:
    """Whether anybody waits for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid)"
        )
        return bool(cursor.fetchone()[0])
