"""Two businesses that look alike: in both the same people, contacts and addresses, by id and by password."""

from dataclasses import dataclass

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.test import Client
from django_tenants.utils import tenant_context

from accounts.enums import Role
from accounts.models import User
from contacts.models import Contact
from scrm.core import clock
from scrm.core.ids import uuid7
from scrm.core.tenancy import leave_tenant
from tenants.models import Tenant


@dataclass(frozen=True)
class Twins:
    """`a` and `b` with a principal and a contact each, equal but for the tenant's name in their own."""

    a: Tenant
    b: Tenant
    users: dict[str, User]
    contacts: dict[str, Contact]


@pytest.fixture
def twins(db) -> Twins:
    leave_tenant()
    a, b = (Tenant.objects.get(schema_name=name) for name in ("acme", "globex"))
    now, user_id, contact_id = clock.now(), uuid7(), uuid7()
    password = PBKDF2PasswordHasher().encode("the same in both", "salt", 1)
    users, contacts = {}, {}
    for tenant in (a, b):
        with tenant_context(tenant):
            users[tenant.schema_name] = User.objects.create(
                id=user_id,
                username="pat",
                email="pat@example.com",
                full_name=f"Pat of {tenant.name}",
                password=password,
                role=Role.PRINCIPAL,
                is_staff=True,
                is_superuser=True,
            )
            contacts[tenant.schema_name] = Contact.objects.create(
                id=contact_id, name=f"Canary of {tenant.name}", created_at=now, updated_at=now
            )
    return Twins(a, b, users, contacts)


def browser(tenant: Tenant, user: User | None = None, **options: object) -> Client:
    """A browser that sends to the tenant's host unless told otherwise, and all its cookies to any."""
    client = Client(headers={"host": host_of(tenant), "accept-language": "en"}, **options)
    if user is not None:
        with tenant_context(tenant):
            client.force_login(user)
    return client


def host_of(tenant: Tenant) -> str:
    return f"{tenant.schema_name}.localhost"


def in_database() -> tuple[str, str]:
    """Schema and role of the next statement, as PostgreSQL sees them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_user")
        return cursor.fetchone()
