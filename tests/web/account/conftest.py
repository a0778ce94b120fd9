"""People of acme and globex with passwords, and browsers from given addresses."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from django.test import Client
from django_tenants.utils import schema_context, tenant_context

from accounts.enums import Role
from accounts.models import User
from tenants.models import Tenant
from tests.factories import make_user
from tests.web.account.apps import SECRET

PASSWORD = "correct-horse-9"


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
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    """Argon2 is slow on purpose; how slow, `test_passwords` says."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ben(acme: Tenant, quick_hashes: None) -> User:
    return give_password(make_user("ben", Role.REP, email="ben@acme.test"))


@pytest.fixture
def pat(acme: Tenant, quick_hashes: None) -> User:
    """Acme's principal."""
    return give_password(make_user("pat", Role.PRINCIPAL, is_staff=True))


@pytest.fixture
def cai(acme: Tenant, quick_hashes: None) -> User:
    """Of globex, with Ben's name and password."""
    with schema_context("public"):
        globex = Tenant.objects.get(schema_name="globex")
    with tenant_context(globex):
        return give_password(make_user("ben", Role.REP, email="ben@acme.test"))


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def strict(settings: Any) -> None:
    """As in production: those who rule need a second factor."""
    settings.SCRM_REQUIRE_MFA = True


@pytest.fixture
def operator(acme: Tenant, quick_hashes: None) -> User:
    """Of the platform, on the bare host."""
    with schema_context("public"):
        return give_password(make_user("olive", Role.ADMIN, is_staff=True))


@pytest.fixture
def guarded_pat(pat: User) -> User:
    """Pat, who has an app and recovery codes."""
    TOTP.activate(pat, SECRET)
    RecoveryCodes.activate(pat)
    return pat
