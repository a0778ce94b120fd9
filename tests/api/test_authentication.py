"""Who may call: keys and sessions of this business, and nobody else."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from exchange.enums import ApiScope
from exchange.keys import api_key_by_token, create_api_key, mark_api_key_used, revoke_api_key
from exchange.models import ApiKey
from scrm.core import clock
from tests.api.conftest import Caller


def test_key_opens_with_its_token_only(acme):
    made = create_api_key(name="Shop", scopes=[ApiScope.LEADS_READ], now=clock.now())

    assert api_key_by_token(made.token, now=clock.now()) == made.key
    for wrong in (made.token[:-1] + "g", made.token + "0", f"scrm_{made.key.prefix}_", "scrm", "", "scrm_none_x"):
        assert api_key_by_token(wrong, now=clock.now()) is None


def test_token_is_kept_nowhere(acme):
    made = create_api_key(name="Shop", scopes=[ApiScope.LEADS_READ], now=clock.now())
    secret = made.token.rpartition("_")[2]

    row = ApiKey.objects.values().get()

    assert not any(secret in str(value) for value in row.values())
    assert secret.encode() not in bytes(row["digest"])


@pytest.mark.parametrize("scopes", [[], ["leads:erase"]])
def test_key_needs_scopes_that_exist(acme, scopes):
    with pytest.raises(ValidationError):
        create_api_key(name="Shop", scopes=scopes, now=clock.now())

    assert ApiKey.objects.count() == 0


def test_revoked_key_opens_nothing(system):
    key = ApiKey.objects.get()
    assert system.get("tags").status_code == 200

    assert revoke_api_key(key=key, now=clock.now())

    answer = system.get("tags")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert not revoke_api_key(key=key, now=clock.now())


def test_use_of_a_key_is_noted_coarsely(acme):
    key = create_api_key(name="Shop", scopes=[ApiScope.LEADS_READ], now=clock.now()).key
    first = clock.now()
    mark_api_key_used(key=key, now=first)
    key.refresh_from_db()

    mark_api_key_used(key=key, now=first + timedelta(minutes=1))
    key.refresh_from_db()

    assert key.last_used_at == first


def test_nobody_gets_in_without_a_key_or_a_session(acme):
    answer = Caller(acme).get("leads")

    assert answer.status_code == 401
    assert answer.json()["errors"][0]["code"] == "not_authenticated"
    assert answer.json()["errors"][0]["fix"]


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer \xff", "Bearer scrm_a_b", "Basic YTpi"])
def test_odd_headers_open_nothing(acme, header):
    caller = Caller(acme)
    caller.headers["HTTP_AUTHORIZATION"] = header

    assert caller.get("leads").status_code == 401


def test_key_of_another_business_opens_nothing(acme, cai):
    token = cai.headers["HTTP_AUTHORIZATION"].removeprefix("Bearer ")

    assert Caller(acme, token=token).get("leads").status_code == 401


def test_session_needs_the_token_of_the_form_to_write(acme, ada):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)

    answer = client.post(
        "/api/v1/leads", {"phone": "13800138000"}, content_type="application/json", HTTP_HOST="acme.localhost"
    )

    assert answer.status_code == 403


def test_role_says_what_a_session_may(acme, ben):
    caller = Caller(acme, user=ben)

    assert caller.get("leads").status_code == 200
    assert caller.get("sops").status_code == 403
    assert caller.get("analytics/funnel").status_code == 403
    assert caller.post("events", {"events": []}).status_code == 403


def test_every_resource_says_who_may():
    from django.urls import URLPattern

    from scrm.api.base import Resource
    from scrm.api.urls import urlpatterns

    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        view = pattern.callback.view_class
        if pattern.name and str(pattern.pattern).startswith("v1/"):
            assert issubclass(view, Resource)
            methods = {m.upper() for m in ("get", "post", "put", "patch", "delete") if hasattr(view, m)}
            assert methods == set(view.access), view


def test_expired_key_is_refused(system):
    ApiKey.objects.update(expires_at=clock.now())

    answer = system.get("tags")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "invalid_key")


def test_key_is_refused_from_an_address_that_it_does_not_allow(system):
    ApiKey.objects.update(allowed_from=["203.0.113.0/24"])

    answer = system.get("tags")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "address_not_allowed")
    assert ApiKey.objects.get().last_used_at is None
