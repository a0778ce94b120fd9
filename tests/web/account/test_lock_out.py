"""Guessing passwords: how often, what the guesser sees, what is written down, and who opens again."""

import json
import re
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import DatabaseError
from django_tenants.utils import schema_context

from accounts.lockout import Kind
from accounts.log_in_models import AttemptCount
from accounts.models import AuditEntry
from accounts.secrets import host_signer
from scrm.core import clock
from scrm.web.account.known_browsers import COOKIE
from tests.factories import make_user
from tests.web.account.apps import SECRET
from tests.web.account.conftest import PASSWORD, Browser, give_password

TYPED = "Tr0ub4dor-and-3"


def guess(browser, name="ben", times=10):
    return [browser.log_in(name, f"{TYPED}{number}") for number in range(times)][-1]


def tried(user, times, place="203.0.113.5"):
    """So many wrong passwords for the user's account from one place, without typing them."""
    until = clock.now() + timedelta(minutes=15)
    key = f"pair:{user.pk}:{place}"
    AttemptCount.objects.create(key=key, kind=Kind.PAIR, user=user, count=times, until=until)


def tried_here(browser, user, times):
    """The same from a browser that the user logged in with."""
    _user, name, _hash = host_signer("known-browser").unsign(browser.client.cookies[COOKIE].value)
    tried(user, times, f"known:{name}")


def by_mail(browser):
    """A new password for Ben by a mailed link."""
    browser.post("/accounts/password/reset/", {"email": "ben@acme.test"})
    link = re.search(r"http://acme\.localhost(\S+)", mail.outbox[-1].body)[1]
    page = browser.get(link)
    new = "a new and longer one"
    browser.post(page["Location"], {"password1": new, "password2": new})
    return new


def attacked_from_everywhere(user):
    until = clock.now() + timedelta(minutes=15)
    AttemptCount.objects.update_or_create(
        key=f"account:{user.pk}", defaults={"kind": Kind.ACCOUNT, "user": user, "count": 100, "until": until}
    )


def test_right_password_is_refused_after_ten_wrong_ones(browser, ben):
    guess(browser)

    answer = browser.log_in("ben")

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 900
    assert "Log-in is closed for 15 minutes, until" in answer.content.decode()
    assert not browser.is_in()


def test_owner_elsewhere_and_cai_get_in_meanwhile(browser, ben, cai):
    tried(ben, 10)

    assert Browser(address="203.0.113.99").log_in("ben").status_code == 302
    assert Browser(host="globex.localhost").log_in("ben").status_code == 302


def test_e_mail_and_user_name_are_one_account(browser, ben):
    tried(ben, 8)
    guess(browser, "ben", 1)
    guess(browser, "BEN@acme.test", 1)

    assert browser.log_in("Ben@ACME.test").status_code == 429


def test_name_that_nobody_has_looks_the_same(browser, ben):
    known, unknown = guess(browser), guess(browser, "zed9")
    assert known.status_code == unknown.status_code == 200
    locked = [browser.log_in(name).content.decode() for name in ("ben", "zed9")]

    def bare(page):
        return re.sub(r"csrf\w*[^>]*|CSRFToken[^}]*|until \d\d:\d\d", "", page)

    assert bare(known.content.decode()).replace("ben", "") == bare(unknown.content.decode()).replace("zed9", "")
    assert bare(locked[0]) == bare(locked[1])


def test_doors_of_the_admin_and_of_the_platform_lead_to_the_same_lock(browser, pat, operator):
    tried(pat, 10)
    assert browser.log_in("pat").status_code == 429
    assert browser.post("/admin/login/", {"username": "pat", "password": PASSWORD}).status_code == 302
    assert not browser.is_in()

    with schema_context("public"):
        tried(operator, 9)
    platform = Browser(host="localhost")
    guess(platform, "olive", 1)
    assert platform.log_in("olive").status_code == 429


def test_password_asked_once_more_is_counted_too(browser, ben):
    browser.log_in("ben")
    tried_here(browser, ben, 9)

    browser.post("/accounts/reauthenticate/", {"password": TYPED})

    assert browser.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 429


def test_old_password_is_counted_like_any_other(browser, ben):
    """Whoever comes upon an open browser guesses no faster than at the door."""
    browser.log_in("ben")
    tried_here(browser, ben, 9)
    new = {"password1": "a new and longer one", "password2": "a new and longer one"}

    first = browser.post("/accounts/password/change/", {"oldpassword": TYPED, **new})
    second = browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})

    assert (first.status_code, second.status_code) == (200, 429)
    assert "Log-in is closed" in second.content.decode()
    assert AuditEntry.objects.filter(action="login.failed", subject_id=str(ben.pk)).count() == 1
    assert not AuditEntry.objects.filter(action="password.changed").exists()


@pytest.mark.parametrize("whose", ["/admin/password_change/", "/admin/accounts/user/{}/password/"])
def test_admin_sends_who_wants_a_new_password_to_the_one_page_for_it(browser, pat, whose):
    """Its own pages ask for no old password, or count no attempts at it."""
    browser.log_in("pat")
    given = {"old_password": PASSWORD, "usable_password": "true"}
    twice = dict.fromkeys(("new_password1", "new_password2", "password1", "password2"), "a new and longer one")

    answer = browser.post(whose.format(pat.pk), {**given, **twice})

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/change/")
    pat.refresh_from_db()
    assert pat.check_password(PASSWORD)


@pytest.mark.parametrize("name", ["ben", "ben@acme.test", "nobody", "nobody@acme.test", "sam@acme.test"])
def test_every_refusal_costs_one_hash(browser, ben, name, monkeypatch):
    """So that the time it takes does not say who has an account. Sam's user name is his address."""
    give_password(make_user("sam@acme.test", email="sam@acme.test"))
    made = []
    monkeypatch.setattr(MD5PasswordHasher, "encode", _noting(made, MD5PasswordHasher.encode))

    browser.log_in(name, TYPED)

    assert len(made) == 1


def _noting(made, encode):
    def noted(self, *given):
        made.append(1)
        return encode(self, *given)

    return noted


def test_attack_from_everywhere_leaves_the_owner_a_way_in(browser, ben):
    assert browser.log_in("ben").status_code == 302
    browser.post("/accounts/logout/")
    attacked_from_everywhere(ben)

    assert Browser(address="192.0.2.1").log_in("ben").status_code == 429
    assert browser.log_in("ben").status_code == 302


def test_browser_of_the_old_password_is_a_stranger_s(browser, ben):
    """Whoever knew it may have logged in and kept the cookie: they must not shut or guess at a place of the owner's."""
    thief = Browser(address="192.0.2.1")
    thief.log_in("ben")
    thief.post("/accounts/logout/")
    browser.log_in("ben")
    new = "a new and longer one"
    browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    browser.post("/accounts/logout/")
    attacked_from_everywhere(ben)

    assert thief.log_in("ben", new).status_code == 429
    assert browser.log_in("ben", new).status_code == 302


@pytest.mark.parametrize(("was_known", "has_factor", "status"), [(0, 0, 302), (0, 1, 429), (1, 1, 302)])
def test_new_password_by_mail_makes_a_browser_known_where_no_codes_are_guessed(
    browser, ben, was_known, has_factor, status
):
    if was_known:
        browser.log_in("ben")
        browser.post("/accounts/logout/")
    if has_factor:
        TOTP.activate(ben, SECRET)
    new = by_mail(browser)
    attacked_from_everywhere(ben)

    assert browser.log_in("ben", new).status_code == status


def test_known_browser_of_ada_is_a_stranger_to_ben(browser, ben):
    give_password(make_user("ada"))
    browser.log_in("ada")
    browser.post("/accounts/logout/")
    attacked_from_everywhere(ben)

    assert browser.log_in("ben").status_code == 429


def test_trail_tells_of_failures_and_locks_and_nothing_typed(browser, ben):
    guess(browser)
    guess(browser, "ben.secret@elsewhere.test", 1)

    entries = list(AuditEntry.objects.filter(action__startswith="login.").order_by("id"))
    assert [entry.action for entry in entries] == [*["login.failed"] * 10, "login.locked", "login.failed"]
    assert {entry.subject_id for entry in entries[:11]} == {str(ben.pk)}
    assert entries[10].details == {"what": ["pair"], "step": "password"}
    assert {entry.ip for entry in entries} == {"203.0.113.5"}
    kept = json.dumps([*AuditEntry.objects.values(), *AttemptCount.objects.values()], default=str)
    assert TYPED not in kept
    assert "elsewhere" not in kept


def test_lock_is_forgotten_after_its_time(browser, ben):
    tried(ben, 10)
    AttemptCount.objects.update(until=clock.now() - timedelta(seconds=1))

    assert browser.log_in("ben").status_code == 302


def test_new_password_by_mail_opens_at_once(browser, ben):
    tried(ben, 10)

    assert browser.log_in("ben", by_mail(browser)).status_code == 302


def test_administrator_unlocks(browser, ben, pat):
    tried(ben, 10)
    desk = Browser(address="192.0.2.1")
    desk.log_in("pat")

    desk.post("/admin/accounts/user/", {"action": "unlock_the_log_in", "_selected_action": str(ben.pk)})

    assert browser.log_in("ben").status_code == 302
    entry = AuditEntry.objects.get(action="login.unlocked")
    assert (entry.actor_id, entry.subject_id) == (pat.pk, str(ben.pk))


def test_log_in_is_shut_while_attempts_can_not_be_counted(browser, ben, monkeypatch):
    def gone(*_args, **_options):
        raise DatabaseError("The table is gone.")

    monkeypatch.setattr("accounts.services_attempts._hold", gone)

    with pytest.raises(DatabaseError):
        browser.log_in("ben")
    assert not browser.is_in()


def test_log_in_does_not_need_the_cache(browser, ben, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nowhere/redis.sock",
            "KEY_FUNCTION": "django_tenants.cache.make_key",
        }
    }

    assert browser.log_in("ben", "wrong").status_code == 200
    assert browser.log_in("ben").status_code == 302


def test_operator_and_a_namesake_of_a_business_are_counted_apart(browser, ben, operator):
    guess(browser, "olive", 1)

    with schema_context("public"):
        assert AttemptCount.objects.count() == 0
    assert Browser(host="localhost").log_in("olive").status_code == 302
