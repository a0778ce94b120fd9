"""The page of API keys: who may, what is shown once, what follows."""

from datetime import timedelta

import pytest
from django_tenants.utils import schema_context

from accounts.enums import Role
from accounts.models import AuditEntry, User
from exchange.keys import api_key_by_token, create_api_key
from exchange.models import ApiKey
from scrm.core import clock
from tests.factories import make_user
from tests.web.ops.conftest import Desk


@pytest.fixture
def root(tenant) -> Desk:
    return Desk(tenant, make_user("root", Role.ADMIN))


def make_key(**fields) -> ApiKey:
    return create_api_key(name="Shop", scopes=["leads:write"], now=clock.now(), **fields).key


@pytest.mark.parametrize("role", [Role.OPS, Role.MANAGER, Role.AUDITOR])
def test_others_may_not_see_or_make_keys(tenant, role):
    desk = Desk(tenant, make_user("other", role))
    key = make_key()

    assert desk.get("/settings/keys/").status_code == 403
    for address in ("", f"{key.pk}/rotate/", f"{key.pk}/revoke/"):
        assert desk.post(f"/settings/keys/{address}", {"name": "X", "scopes": ["leads:read"]}).status_code == 403
    assert ApiKey.objects.filter(revoked_at=None, previous_until=None).count() == 1


def test_key_is_made_with_its_limits(root):
    values = {"name": "Shop", "scopes": ["leads:write"], "rate_per_minute": "30", "allowed_from": "203.0.113.7\n::1"}

    root.post("/settings/keys/", {**values, "expires_at": (clock.now() + timedelta(days=3)).date().isoformat()})

    key = ApiKey.objects.get()
    assert (key.allowed_from, key.rate_per_minute) == (["203.0.113.7/32", "::1/128"], 30)
    assert timedelta(days=2) < key.expires_at - clock.now() < timedelta(days=4, hours=1)


def test_wrong_limit_is_said_beside_its_field(root):
    answer = root.post("/settings/keys/", {"name": "Shop", "scopes": ["leads:write"], "allowed_from": "office"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["allowed_from"]
    assert not ApiKey.objects.exists()


def test_new_secret_is_shown_once_and_left_nowhere(root, caplog):
    key = make_key()

    shown = root.post(f"/settings/keys/{key.pk}/rotate/", {"overlap": "1"})

    token = shown.context["token"]
    secret = token.rpartition("_")[2]
    assert token in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert api_key_by_token(token, now=clock.now()) == key
    for address in ("/settings/keys/", f"/settings/keys/{key.pk}/", "/"):
        assert secret not in root.get(address).content.decode()
    assert secret not in str(dict(root.client.session))
    assert secret not in caplog.text
    assert secret not in str(list(AuditEntry.objects.values()))


def test_key_that_is_gone_is_not_rotated(root):
    key = make_key()
    root.post(f"/settings/keys/{key.pk}/revoke/")

    answer = root.post(f"/settings/keys/{key.pk}/rotate/", {"overlap": "1"})

    assert answer.status_code == 302
    assert ApiKey.objects.get().previous_digest is None


def test_key_whose_maker_left_works_and_is_marked(root):
    leaver = make_user("leaver", Role.ADMIN)
    made = create_api_key(name="Shop", scopes=["leads:write"], by=leaver, now=clock.now())
    leaver.is_active = False
    leaver.save()

    assert api_key_by_token(made.token, now=clock.now()) == made.key
    assert "Its maker has left" in root.get("/settings/keys/").content.decode()


def test_key_of_another_business_is_not_there(root, cais_desk):
    key = make_key()
    with schema_context("globex"):
        User.objects.update(role=Role.ADMIN)

    assert cais_desk.get(f"/settings/keys/{key.pk}/").status_code == 404
