"""Rows that tests begin with; plain and without surprises."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from accounts.enums import Role
from accounts.models import User
from accounts.services import create_user
from campaigns.enums import Trigger
from campaigns.models import Sop
from campaigns.services import create_sop, publish_sop
from contacts.models import Contact, Identity
from contacts.sealing import blind_of, seal_identity
from lifecycle.models import Lifecycle, Stage
from scrm.core import clock
from tenants.selectors import tenant_keys


def make_user(username: str = "ben", role: str = Role.REP, **fields: object) -> User:
    return create_user(username=username, password=None, role=role, full_name=username.title(), **fields)


def make_contact(name: str = "Lin", **fields: object) -> Contact:
    now = clock.now()
    return Contact.objects.create(name=name, created_at=now, updated_at=now, **fields)


def give_email(contact: Contact, address: str) -> Identity:
    keys = tenant_keys()
    sealed = seal_identity(kind="email", value=address, blind=blind_of("email", address, keys), keys=keys)
    return Identity.objects.create(
        id=sealed.id,
        contact=contact,
        kind="email",
        sealed=sealed.sealed,
        blind=sealed.blind,
        hint=sealed.hint,
        created_at=clock.now(),
    )


def step(channel: str = "rep_task", offset: dict | None = None, **fields: object) -> dict:
    base = {"name": "Call", "channel": channel, "offset": offset or {"kind": "immediately"}, "body": "Say hello."}
    if channel == "email":
        base["subject"] = "Hello {{contact.name}}"
    return {**base, **fields}


def make_live_sop(*steps: dict, name: str = "Welcome", now: datetime | None = None, **fields: object) -> Sop:
    now = now or clock.now()
    fields = {"trigger": Trigger.MANUAL, **fields}
    sop = create_sop(name=name, now=now, steps=steps or [step()], **fields)
    publish_sop(sop=sop, by=None, now=now)
    return sop


def make_mailable_contacts(addresses: Sequence[str], *, owner: User) -> list[UUID]:
    """A contact for each e-mail address, in a few statements; gives their ids in the same order."""
    now, keys = clock.now(), tenant_keys()
    contacts = Contact.objects.bulk_create(
        Contact(name=address.partition("@")[0], owner=owner, created_at=now, updated_at=now) for address in addresses
    )
    Identity.objects.bulk_create(
        Identity(
            id=sealed.id,
            contact=contact,
            kind="email",
            sealed=sealed.sealed,
            blind=sealed.blind,
            hint=sealed.hint,
            created_at=now,
        )
        for contact, address in zip(contacts, addresses, strict=True)
        for sealed in [seal_identity(kind="email", value=address, blind=blind_of("email", address, keys), keys=keys)]
    )
    return [contact.pk for contact in contacts]


def make_stage(lifecycle: Lifecycle, name: str, kind: str = "open", **more: Any) -> Stage:
    """A stage in force, behind the others."""
    last = lifecycle.stages.aggregate(last=Max("position"))["last"]
    return Stage.objects.create(
        lifecycle=lifecycle, name=name, kind=kind, code=name.lower().replace(" ", "-"), position=(last or 0) + 1, **more
    )
