"""Who must have a second factor reaches nothing without one; factors are sealed, counted, and hard to lose."""

import json
import re
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django_tenants.utils import schema_context

from accounts.enums import Role
from accounts.log_in_models import Session
from accounts.models import AuditEntry
from accounts.secrets import open_factor
from exchange.enums import ApiScope
from exchange.keys import create_api_key
from scrm.core import clock
from scrm.core.crypto import CryptoError
from scrm.web.account.middleware import SecondFactorMiddleware
from scrm.web.routes import PLATFORM, TENANT, route_list
from tests.factories import make_user
from tests.web.account.apps import SECRET, code_of, enrol
from tests.web.account.conftest import Browser, give_password


@pytest.mark.parametrize("host", [TENANT, PLATFORM])
@pytest.mark.parametrize("has_one", [False, True])
def test_every_route_is_shut_but_those_of_the_set_up(strict, pat, host, has_one, rf):
    """The middleware is asked for each route of the resolvers, so that a new one is shut from its first day."""
    if has_one:
        TOTP.activate(pat, SECRET)
    request = rf.get("/x/")
    request.user, request.session = pat, {}
    open_ones = set()
    for route in route_list(host):
        request.resolver_match = SimpleNamespace(view_name=route.name)
        if SecondFactorMiddleware(lambda request: None).process_view(request, route.view, (), {}) is None:
            open_ones.add(route.name)

    always, setting_up = (
        {"account_logout", "set_language"},
        {
            *("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes"),
            *("account_reauthenticate", "account_change_password"),
        },
    )
    assert open_ones == always | ({"mfa_reauthenticate", "mfa_reauthenticate_webauthn"} if has_one else setting_up)


@pytest.mark.parametrize("path", ["/", "/leads/", "/rep/", "/admin/", "/admin/accounts/user/", "/accounts/sessions/"])
def test_principal_without_a_factor_reaches_the_set_up_alone(strict, browser, pat, path):
    assert browser.log_in("pat")["Location"] == "/"

    assert browser.get(path)["Location"] == "/accounts/2fa/"
    assert "Your role needs a second step." in browser.get("/accounts/2fa/").content.decode()


@pytest.mark.parametrize("path", ["/sources/new/", "/admin/accounts/user/add/", "/accounts/sessions/end-others/"])
def test_nothing_is_done_either(strict, browser, pat, path):
    browser.log_in("pat")

    answer = browser.post(path, {"name": "Fair"})

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")


def test_session_of_the_api_is_refused_in_the_apis_own_shape(strict, browser, pat):
    browser.log_in("pat")

    answer = browser.get("/api/v1/leads")

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "second_factor_required"
    assert answer.json()["errors"][0]["fix"]


def test_partial_request_is_led_there_as_a_whole_page(strict, browser, pat):
    browser.log_in("pat")

    answer = browser.get("/leads/", **{"HX-Request": "true"})

    assert answer["HX-Redirect"] == "/accounts/2fa/"


def test_operator_on_the_bare_host_too(strict, operator):
    platform = Browser(host="localhost")
    platform.log_in("olive")

    assert platform.get("/admin/")["Location"] == "/accounts/2fa/"
    assert platform.get("/admin/tenants/tenant/add/")["Location"] == "/accounts/2fa/"


def test_ada_and_ben_need_none(strict, browser, ben):
    give_password(make_user("ada", Role.MANAGER))

    assert browser.log_in("ben")["Location"] == "/rep/"
    assert browser.get("/rep/").status_code == 200
    desk = Browser()
    desk.log_in("ada")
    assert desk.get("/leads/").status_code == 200


def test_auditor_reads_with_a_password_and_exports_with_a_second_factor(strict, browser, acme):
    audrey = give_password(make_user("audrey", Role.AUDITOR))
    browser.log_in("audrey")
    assert browser.get("/audit/").status_code == 200

    assert browser.get("/audit/export/")["Location"] == "/accounts/2fa/"
    assert "second step" in browser.get("/accounts/2fa/").content.decode()
    enrol(browser)
    assert browser.get("/audit/export/")["Content-Type"].startswith("text/csv")

    elsewhere = Browser(address="198.51.100.7")
    elsewhere.client.force_login(audrey)
    answer = elsewhere.get("/audit/export/?action=lead.won")
    assert answer["Location"] == "/accounts/2fa/reauthenticate/?next=%2Faudit%2Fexport%2F%3Faction%3Dlead.won"
    assert AuditEntry.objects.filter(action="audit.exported").count() == 1


def test_key_of_another_system_needs_none(strict, browser, acme):
    token = create_api_key(name="Shop", scopes=[ApiScope.LEADS_READ], now=clock.now()).token

    assert browser.get("/api/v1/leads", Authorization=f"Bearer {token}").status_code == 200


def test_set_up_opens_the_house_at_once_and_ends_what_was_begun_without(strict, browser, pat):
    elsewhere = Browser(address="198.51.100.7")
    elsewhere.log_in("pat")
    browser.log_in("pat")

    _secret, answer = enrol(browser)

    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    assert browser.get("/leads/").status_code == 200
    assert Session.objects.filter(user=pat).count() == 1
    assert AuditEntry.objects.filter(action="second_factor.added", actor=pat).count() == 1


def test_log_in_asks_for_the_code(strict, browser, guarded_pat):
    assert browser.log_in("pat")["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/leads/")["Location"].startswith("/accounts/login/")

    browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})

    assert browser.get("/leads/").status_code == 200


def test_session_that_showed_nothing_is_asked_though_the_account_has_a_factor(strict, browser, guarded_pat):
    browser.client.force_login(guarded_pat)

    assert browser.get("/leads/")["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fleads%2F"
    for path in ("/accounts/2fa/totp/deactivate/", "/accounts/2fa/passkeys/add/", "/accounts/password/change/"):
        assert browser.get(path)["Location"].startswith("/accounts/2fa/reauthenticate/")

    browser.post("/accounts/2fa/reauthenticate/", {"code": code_of(SECRET), "next": "/leads/"})

    assert browser.get("/leads/").status_code == 200


def test_recovery_codes_are_shown_once_and_work_once(strict, browser, pat):
    browser.log_in("pat")
    enrol(browser)
    page = browser.get("/accounts/2fa/recovery-codes/").content.decode()
    codes = re.findall(r"<li>(\d{8})</li>", page)
    assert len(codes) == 10
    assert not re.search(r"\d{8}", browser.get("/accounts/2fa/recovery-codes/").content.decode().split("<main")[1])

    worked = []
    for _ in range(2):
        other = Browser(address="198.51.100.7")
        other.log_in("pat")
        other.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        worked.append(other.get("/leads/").status_code)
    assert worked == [200, 302]


def test_nothing_lies_in_the_clear(strict, browser, pat):
    browser.log_in("pat")
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="app-secret"[^>]*value="(\w+)"', page)[1]
    waiting = Session.objects.get(user=pat)
    assert secret not in json.dumps(waiting.get_decoded())

    browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})

    kept = {factor.type: factor.data for factor in Authenticator.objects.all()}
    assert secret not in json.dumps(kept)
    assert open_factor(kept["totp"]["secret"]) == secret
    assert len(open_factor(kept["recovery_codes"]["seed"])) == 80
    assert open_factor(kept["recovery_codes"]["seed"]) not in json.dumps(kept)


def test_sealed_secret_opens_in_its_own_business_only(guarded_pat, globex):
    with schema_context("acme"):
        sealed = Authenticator.objects.get(type="totp").data["secret"]
        assert open_factor(sealed) == SECRET

    for elsewhere in ("globex", "public"):
        with schema_context(elsewhere), pytest.raises(CryptoError):
            open_factor(sealed)


def test_last_factor_stays_with_who_must_have_one(strict, browser, guarded_pat):
    browser.log_in("pat")
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})

    page = browser.post("/accounts/2fa/totp/deactivate/")

    assert "add another one before" in page.content.decode()
    assert Authenticator.objects.filter(user=guarded_pat, type="totp").exists()


def test_who_need_not_have_one_may_remove_it_and_ends_other_sessions(strict, browser, ben):
    TOTP.activate(ben, SECRET)
    elsewhere = Browser(address="198.51.100.7")
    for each, step in ((elsewhere, -1), (browser, 0)):
        each.log_in("ben")
        each.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET, step)})

    browser.post("/accounts/2fa/totp/deactivate/")

    assert Authenticator.objects.filter(user=ben).count() == 0
    assert browser.is_in()
    assert not elsewhere.is_in()


def test_change_asks_who_logged_in_long_ago_to_show_it_again(browser, ben, settings):
    browser.log_in("ben")
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 200

    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0

    assert browser.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")
    assert browser.get("/accounts/2fa/passkeys/add/")["Location"].startswith("/accounts/reauthenticate/")


def test_administrator_takes_lost_factors_away(strict, browser, guarded_pat, ben):
    TOTP.activate(ben, SECRET)
    browser.log_in("pat")
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})

    browser.post("/admin/accounts/user/", {"action": "reset_the_factors", "_selected_action": str(ben.pk)})

    assert not Authenticator.objects.filter(user=ben).exists()
    assert AuditEntry.objects.get(action="second_factor.reset").subject_id == str(ben.pk)


def test_demo_is_open_and_says_so(browser, pat, settings):
    said = "on this machine nobody needs a second factor"
    assert said in browser.get("/accounts/login/").content.decode()
    browser.log_in("pat")
    assert browser.get("/leads/").status_code == 200

    settings.SCRM_REQUIRE_MFA = True

    assert said not in Browser().get("/accounts/login/").content.decode()


def test_production_does_not_start_without(monkeypatch):
    import importlib.util

    from scrm import settings as product

    for name, value in {"SCRM_REQUIRE_MFA": "false", "DEBUG": "false"}.items():
        monkeypatch.setenv(name, value)
    spec = importlib.util.spec_from_file_location("settings_of_production", product.__file__)

    with pytest.raises(ImproperlyConfigured, match="SCRM_REQUIRE_MFA"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def test_check_costs_who_has_shown_it_nothing(strict, browser, guarded_pat, django_assert_num_queries):
    browser.log_in("pat")
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    browser.get("/accounts/sessions/")

    with django_assert_num_queries(6):
        browser.get("/accounts/sessions/")


def test_command_helps_whom_nobody_else_can(strict, browser, guarded_pat, capsys):
    browser.client.force_login(guarded_pat)

    call_command("reset_second_factors", "pat", "--tenant", "acme")

    with schema_context("acme"):
        assert not Authenticator.objects.filter(user=guarded_pat).exists()
        assert not Session.objects.filter(user=guarded_pat).exists()
        assert AuditEntry.objects.filter(action="second_factor.reset", subject_id=str(guarded_pat.pk)).exists()


@pytest.mark.parametrize("where", [["pat"], ["nobody", "--tenant", "acme"], ["pat", "--tenant", "nowhere"]])
def test_command_touches_nobody_else(guarded_pat, where):
    with pytest.raises(CommandError):
        call_command("reset_second_factors", *where)

    assert Authenticator.objects.filter(user=guarded_pat).count() == 2
