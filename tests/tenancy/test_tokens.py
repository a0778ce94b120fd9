"""E2, E3. What one tenant gave out opens nothing in another, though people and passwords there are the same."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, get_emailconfirmation_model
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.messages.storage import default_storage
from django.http import HttpResponse
from django.test import RequestFactory
from django_tenants.utils import tenant_context

from accounts.models import Session
from accounts.session_store import row_key
from content.models import Material, TrackedLink
from exchange.enums import ApiScope
from exchange.keys import create_api_key
from scrm.core import clock
from scrm.core.postgres import roles
from scrm.core.signing import tenant_signer
from scrm.core.tenancy import leave_tenant
from scrm.web.public import tokens
from tenants.models import Tenant
from tests.tenancy.conftest import Twins, browser, host_of
from tests.tenancy.pitfalls import PITFALLS


def session_crosses(twins: Twins) -> bool:
    client = browser(twins.a, twins.users["acme"])
    assert client.get("/settings/").status_code == 200
    return client.get("/settings/", headers={"host": host_of(twins.b)}).status_code == 200


def reset_mail_crosses(twins: Twins) -> bool:
    with tenant_context(twins.a):
        user = twins.users["acme"]
        path = f"/accounts/password/reset/key/{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}/"
    assert browser(twins.a).get(path).status_code == 302
    return browser(twins.b).get(path).status_code == 302


def confirmation_crosses(twins: Twins) -> bool:
    for tenant in (twins.b, twins.a):
        with tenant_context(tenant):
            user = twins.users[tenant.schema_name]
            address = EmailAddress.objects.create(pk=77, user=user, email="pat@example.com", primary=True)
    model = get_emailconfirmation_model()
    with tenant_context(twins.a):
        mail = model.create(address)
        mail.sent = clock.now()
        if hasattr(mail, "save"):
            mail.save()
        assert model.from_key(mail.key)
    with tenant_context(twins.b):
        return bool(model.from_key(mail.key))


def form_token_crosses(twins: Twins) -> bool:
    form, now = twins.contacts["acme"].pk, clock.now()
    with tenant_context(twins.a):
        token = tokens.open_token(form, now - timedelta(minutes=1))
        assert tokens.read_token(token, form, now).reading == tokens.Reading.GOOD
    with tenant_context(twins.b):
        return tokens.read_token(token, form, now).reading == tokens.Reading.GOOD


def way_out_crosses(twins: Twins) -> bool:
    contact = twins.contacts["acme"]
    path = "/u/" + tenant_signer(twins.a.uuid, "withdrawal").sign({"c": str(contact.pk), "ch": "email"})
    assert browser(twins.a).get(path).status_code == 200
    return browser(twins.b).get(path).status_code == 200


def message_crosses(twins: Twins) -> bool:
    """Words shown once, such as "You have signed out", kept for the next page."""
    client = browser(twins.a, twins.users["acme"])
    requests = RequestFactory()
    with tenant_context(twins.a):
        said = requests.get("/")
        said.session, said.COOKIES = client.session, {}
        storage = default_storage(said)
        storage.add(20, "Canary of Acme")
        answer = HttpResponse()
        storage.update(answer)
        said.session.save()
    heard = requests.get("/")
    heard.COOKIES = {name: morsel.value for name, morsel in answer.cookies.items()}
    with tenant_context(twins.b):
        heard.session = type(client.session)(client.session.session_key)
        return bool(list(default_storage(heard)))


SIGNED: dict[str, Callable[[Twins], bool]] = {
    "reset mail": reset_mail_crosses,
    "confirmation": confirmation_crosses,
    "form token": form_token_crosses,
    "way out": way_out_crosses,
    "message": message_crosses,
}


def api_key_crosses(twins: Twins) -> bool:
    with tenant_context(twins.a):
        token = create_api_key(name="Shop", scopes=[ApiScope.LEADS_READ], now=clock.now()).token
    statuses = [
        browser(tenant).get("/api/v1/contacts", headers={"authorization": f"Bearer {token}"}).status_code
        for tenant in (twins.a, twins.b)
    ]
    assert statuses[0] == 200
    return statuses[1] != 401


def tracked_link_crosses(twins: Twins) -> bool:
    now = clock.now()
    with tenant_context(twins.a):
        material = Material.objects.create(title="Range", body="412 km", topic="product", created_at=now)
        link = TrackedLink.objects.create(material=material, contact=twins.contacts["acme"], created_at=now)
    assert browser(twins.a).get(f"/t/{link.code}").status_code == 200
    return browser(twins.b).get(f"/t/{link.code}").status_code == 200


def test_session_opens_its_own_tenant_only(twins):
    assert not session_crosses(twins)


def test_session_of_everybody_would_be_noticed(twins):
    with PITFALLS["E2"]():
        assert session_crosses(twins)


def test_session_s_row_in_another_tenant_holds_nothing(twins):
    """As after a clone or a restore that took the sessions along."""
    client = browser(twins.a, twins.users["acme"])
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    with tenant_context(twins.a):
        row = Session.objects.get(pk=row_key(key))
    with tenant_context(twins.b):
        row.save(force_insert=True)

    assert client.get("/settings/", headers={"host": host_of(twins.b)}).status_code == 302
    assert client.get("/settings/").status_code == 200


def test_session_ends_with_its_tenant_though_another_takes_the_name(twins):
    client = browser(twins.a, twins.users["acme"])
    assert client.get("/settings/").status_code == 200
    later = Tenant().uuid
    leave_tenant()
    Tenant.objects.filter(pk=twins.a.pk).update(uuid=later)
    roles.make_role(later, "acme")

    assert client.get("/settings/").status_code == 302


@pytest.mark.parametrize("kind", SIGNED)
def test_signed_value_is_good_in_its_own_tenant_only(twins, kind):
    assert not SIGNED[kind](twins)


@pytest.mark.parametrize("kind", SIGNED)
def test_value_signed_for_everybody_would_be_noticed(twins, kind):
    with PITFALLS["E3"]():
        assert SIGNED[kind](twins)


def test_stored_value_is_good_in_its_own_tenant_only(twins):
    assert not api_key_crosses(twins)
    assert not tracked_link_crosses(twins)


def test_key_of_one_purpose_opens_no_other(twins):
    with tenant_context(twins.a):
        token = tokens.open_token(twins.contacts["acme"].pk, clock.now())

    assert browser(twins.a).get(f"/u/{token}").status_code == 404


def test_cookies_stay_on_their_host_outside_a_laptop():
    """A browser takes a `__Host-` cookie over https, from this host, for all of it, and from no neighbour."""
    code = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, "
        "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_DOMAIN, s.CSRF_COOKIE_DOMAIN, "
        "s.SESSION_COOKIE_PATH, s.CSRF_COOKIE_PATH)"
    )
    env = {**os.environ, "DEBUG": "false", "SCRM_REQUIRE_MFA": "true", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout

    assert said.split() == ["__Host-sessionid", "__Host-csrftoken", "True", "True", "None", "None", "/", "/"]
