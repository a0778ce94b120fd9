"""People of acme and globex with passwords, and browsers from given addresses."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django_tenants.utils import tenant_context

from accounts.enums import Role
from accounts.models import User
from tenants.models import Tenant
from tests.factories import make_user

PASSWORD = "correct-horse-9"
# Hashed once: Argon2 is slow on purpose.
_HASHED = make_password(PASSWORD)


@dataclass
class Browser:
    """One browser at one host; the test stays in the tenant that it was in."""

    host: str = "acme.localhost"
    address: str = "203.0.113.5"
    client: Client = field(default_factory=lambda: Client(headers={"accept-language": "en", "user-agent": _AGENT}))

    def get(self, path: str, **headers: str) -> Any:
        return self._there(lambda: self.client.get(path, **self._from(), headers=headers))

    def post(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> Any:
        return self._there(lambda: self.client.post(path, data or {}, **self._from(), headers=headers))

    def log_in(self, name: str, password: str = PASSWORD) -> Any:
        return self.post("/accounts/login/", {"login": name, "password": password})

    def is_in(self) -> bool:
        return self.get("/accounts/sessions/").status_code == 200

    def _from(self) -> dict[str, str]:
        return {"HTTP_HOST": self.host, "REMOTE_ADDR": self.address}

    def _there(self, call: Any) -> Any:
        before = connection.tenant
        try:
            return call()
        finally:
            connection.set_tenant(before)


_AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"


def give_password(user: User) -> User:
    User.objects.filter(pk=user.pk).update(password=_HASHED)
    user.refresh_from_db()
    return user


@pytest.fixture
def ben(acme: Tenant) -> User:
    return give_password(make_user("ben", Role.REP, email="ben@acme.test"))


@pytest.fixture
def pat(acme: Tenant) -> User:
    """Acme's principal."""
    return give_password(make_user("pat", Role.PRINCIPAL, is_staff=True))


@pytest.fixture
def cai(acme: Tenant) -> User:
    """Of globex, with Ben's name and password."""
    with tenant_context(Tenant.objects.get(schema_name="globex")):
        return give_password(make_user("ben", Role.REP, email="ben@acme.test"))


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def strict(settings: Any) -> None:
    """As in production: those who rule need a second factor."""
    settings.SCRM_REQUIRE_MFA = True
