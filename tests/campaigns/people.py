"""Contacts on their way through an SOP."""

from datetime import datetime

from django_tenants.utils import schema_context

from campaigns.inputs import Start
from campaigns.models import Sop
from campaigns.services.enrolment import enroll
from contacts.models import Contact
from scheduler.services import due_work
from scrm.core import clock
from tenants.models import Tenant
from tests.factories import give_email, make_contact


def put_in(sop: Sop, *contacts: Contact, anchor_at: datetime | None = None, zone: str = "UTC") -> int:
    with due_work():
        return enroll(sop=sop, starts=[Start(each.pk, anchor_at or clock.now(), zone) for each in contacts])


def mailable(*names: str) -> list[Contact]:
    contacts = [make_contact(name) for name in names]
    for contact in contacts:
        give_email(contact, f"{contact.name.lower()}@example.invalid")
    return contacts


def set_status(tenant: Tenant, status: str) -> None:
    """As the platform does, which alone may."""
    with schema_context("public"):
        Tenant.objects.filter(pk=tenant.pk).update(status=status)
