"""Codes of second factors: each is taken once, guesses are few, and nobody's shut out by another's."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from django_tenants.utils import schema_context, tenant_context

from accounts.enums import Role
from accounts.lockout import Kind
from accounts.log_in_models import AttemptCount
from accounts.models import AuditEntry
from accounts.selectors_log_in import factor_is_last
from accounts.services_codes import take_code
from scrm.core import clock
from tenants.models import Tenant
from tests.factories import make_user
from tests.web.account.apps import SECRET, code_of, enrol
from tests.web.account.conftest import Browser, give_password


def test_code_works_once_even_while_it_is_still_good(strict, browser, guarded_pat):
    """A code is good for three steps of half a minute; who reads it over a shoulder has a minute left."""
    code, thief = code_of(SECRET), Browser(address="198.51.100.7")
    browser.log_in("pat")
    browser.post("/accounts/2fa/authenticate/", {"code": code})
    clock.set_offset(timedelta(seconds=31))
    try:
        thief.log_in("pat")
        thief.post("/accounts/2fa/authenticate/", {"code": code})
    finally:
        clock.set_offset(timedelta(0))

    assert browser.get("/leads/").status_code == 200
    assert thief.get("/leads/").status_code == 302


def test_older_code_than_the_last_one_is_refused(guarded_pat):
    now = clock.now()
    assert take_code(user=guarded_pat, code=code_of(SECRET), now=now)

    assert take_code(user=guarded_pat, code=code_of(SECRET, -1), now=now) is None
    assert take_code(user=guarded_pat, code=code_of(SECRET, 1), now=now)


def test_code_of_the_set_up_logs_nobody_in(strict, browser, pat):
    browser.log_in("pat")
    secret, _answer = enrol(browser)

    assert take_code(user=pat, code=code_of(secret), now=clock.now()) is None


def test_code_and_log_in_do_not_need_the_cache(strict, browser, guarded_pat, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nowhere/redis.sock",
            "KEY_FUNCTION": "django_tenants.cache.make_key",
        }
    }
    browser.log_in("pat")

    browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})

    assert browser.get("/leads/").status_code == 200


def test_one_code_sent_by_eight_at_once_is_taken_once(own_database):
    with schema_context("public"):
        acme = Tenant.objects.get(schema_name="acme")
    with tenant_context(acme):
        pat = make_user("pat", Role.PRINCIPAL)
        TOTP.activate(pat, SECRET)
        now, code = clock.now(), code_of(SECRET)

    def take(_number):
        connection.set_tenant(acme)
        try:
            return take_code(user=pat, code=code, now=now) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1


def test_two_who_remove_at_once_leave_one(own_database, settings, monkeypatch):
    """Each of two removals looks whether its factor is the last one. They meet there, if nothing keeps them apart."""
    settings.SCRM_REQUIRE_MFA = True
    with schema_context("public"):
        acme = Tenant.objects.get(schema_name="acme")
    with tenant_context(acme):
        pat = give_password(make_user("pat", Role.PRINCIPAL))
        TOTP.activate(pat, SECRET)
        passkey = Authenticator.objects.create(user=pat, type="webauthn", data={"name": "Key"})
        browsers = [Browser(), Browser()]
        for each, step in zip(browsers, (0, 1), strict=True):
            each.log_in("pat")
            each.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET, step)})
    meeting, is_last = Barrier(2), factor_is_last

    def asked(factor):
        found = is_last(factor)
        with suppress(BrokenBarrierError):
            meeting.wait(1)
        return found

    monkeypatch.setattr("scrm.web.account.factor_adapter.factor_is_last", asked)

    def remove(pair):
        each, path = pair
        connection.set_tenant(acme)
        try:
            return each.post(path).status_code
        finally:
            connection.close()

    paths = ("/accounts/2fa/totp/deactivate/", f"/accounts/2fa/passkeys/{passkey.pk}/remove/")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(remove, zip(browsers, paths, strict=True)))

    with tenant_context(acme):
        assert Authenticator.objects.filter(user=pat, type__in=("totp", "webauthn")).count() == 1


def test_code_works_once(strict, browser, guarded_pat):
    code, thief = code_of(SECRET), Browser(address="198.51.100.7")
    for each in (browser, thief):
        each.log_in("pat")
        each.post("/accounts/2fa/authenticate/", {"code": code})

    assert browser.get("/leads/").status_code == 200
    assert thief.get("/leads/").status_code == 302


def test_codes_are_guessed_ten_times_and_no_more(strict, browser, guarded_pat):
    browser.log_in("pat")
    for number in range(3):
        browser.post("/accounts/2fa/authenticate/", {"code": f"{number:06}"})
    AttemptCount.objects.filter(kind=Kind.CODE, count=3).update(count=10)

    answer = browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})

    assert answer.status_code == 429
    assert "somebody knows your password" in answer.content.decode()
    assert browser.get("/leads/").status_code == 302
    steps = AuditEntry.objects.filter(action="login.failed").values_list("details__step", flat=True)
    assert list(steps) == ["code"] * 3


def test_who_has_the_password_does_not_shut_the_owner_out(strict, browser, guarded_pat):
    browser.log_in("pat")
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET, -1)})
    browser.post("/accounts/logout/")
    until = clock.now() + timedelta(days=1)
    keys = {f"code:{guarded_pat.pk}:203.0.113.5": Kind.CODE, f"codes:{guarded_pat.pk}:strange": Kind.CODES}
    for key, kind in keys.items():
        fields = {"kind": kind, "user": guarded_pat, "count": 50, "until": until}
        AttemptCount.objects.update_or_create(key=key, defaults=fields)
    thief = Browser()
    thief.log_in("pat")

    shut = thief.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    browser.log_in("pat")
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})

    assert shut.status_code == 429
    assert f"closed until {until:%Y}" in shut.content.decode()
    assert browser.get("/leads/").status_code == 200
