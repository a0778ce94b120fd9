"""Ada, Ben and a customer of each, with tasks; and a browser without a screen that is logged in."""

from datetime import timedelta
from uuid import uuid4

from django.test import Client

from accounts.models import Department, User
from campaigns.models import RepTask
from contacts.models import Contact
from scrm.core import clock
from tests.factories import make_contact, make_user

HOSTS = {"acme": "acme.localhost", "globex": "globex.localhost"}


def client_of(user: User | None = None, tenant: str = "acme") -> Client:
    client = Client(headers={"host": HOSTS[tenant], "user-agent": "Mozilla/5.0"})
    if user is not None:
        client.force_login(user)
    return client


def make_team() -> tuple[User, User]:
    """Ada leads a department with Ben in it."""
    shop = Department.objects.create(name=f"Shop {uuid4().hex[:6]}")
    return make_user("ada", "manager", department=shop), make_user("ben", department=shop)


def make_task(contact: Contact, *, due: timedelta = timedelta(minutes=-5), **fields: object) -> RepTask:
    fields = {"title": "Call", "body": "Say hello.", "owner": contact.owner, **fields}
    return RepTask.objects.create(contact=contact, due_at=clock.now() + due, **fields)


def make_customer(owner: User, name: str = "Lin") -> Contact:
    return make_contact(name, owner=owner)
