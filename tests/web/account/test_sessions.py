"""Where people are logged in: listed, ended, timed out, and worth nothing to who reads the table."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.base import UpdateError
from django.db.models import F

from accounts.enums import Role
from accounts.log_in_models import Session
from accounts.models import AuditEntry
from tests.factories import make_user
from tests.web.account.conftest import PASSWORD, Browser, give_password

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1"


@pytest.fixture
def phone():
    phone = Browser(address="198.51.100.7")
    phone.client.defaults["HTTP_USER_AGENT"] = IPHONE
    return phone


@pytest.fixture
def both(browser, phone, ben):
    for each in (browser, phone):
        each.log_in("ben")
    return browser, phone


def age(**back):
    """Let all sessions be so old; `seen` and `began` are timedeltas."""
    Session.objects.update(
        seen_at=F("seen_at") - back.get("seen", timedelta(0)),
        began_at=F("began_at") - back.get("began", timedelta(0)),
        expire_date=F("expire_date") - max(back.values()),
    )


def test_page_shows_browser_device_and_which_one_this_is(both):
    page = both[0].get("/accounts/sessions/").content.decode()

    here, there = page.split("<li>")[-2:]
    assert "Chrome · Windows" in here
    assert "This one" in here
    assert "Safari · iPhone" in there
    assert "198.51.100.7" in there
    assert "This one" not in there


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_for_one_and_three(ben, django_assert_num_queries, count):
    browsers = [Browser(address=f"198.51.100.{number}") for number in range(count)]
    for each in browsers:
        each.log_in("ben")
    browsers[0].get("/accounts/sessions/")

    with django_assert_num_queries(6):
        browsers[0].get("/accounts/sessions/")


def test_one_is_ended_and_the_others_go_on(both):
    browser, phone = both
    there = Session.objects.get(agent=IPHONE)

    browser.post("/accounts/sessions/end/", {"session": there.session_key})

    assert browser.is_in()
    assert not phone.is_in()


def test_all_others_are_ended(both):
    browser, phone = both

    browser.post("/accounts/sessions/end-others/")

    assert browser.is_in()
    assert not phone.is_in()
    assert AuditEntry.objects.get(action="session.ended").details == {"count": 1, "reason": "owner"}


def test_nobody_ends_what_is_somebody_elses(both, cai):
    ada = give_password(make_user("ada"))
    desk = Browser()
    desk.log_in("ada")
    other = Session.objects.filter(user__username="ben").first()

    desk.post("/accounts/sessions/end/", {"session": other.session_key})

    assert all(each.is_in() for each in both)
    assert Session.objects.filter(user=ada).count() == 1


def test_key_in_the_table_opens_nothing(browser, ben):
    browser.log_in("ben")
    cookie = browser.client.cookies["sessionid"].value
    row = Session.objects.get(user=ben)
    thief = Browser()
    thief.client.cookies["sessionid"] = row.session_key

    assert cookie not in (row.session_key, row.session_data)
    assert not thief.is_in()


def test_cookie_is_worth_nothing_in_another_business(browser, ben, cai):
    browser.log_in("ben")
    thief = Browser(host="globex.localhost")
    thief.client.cookies["sessionid"] = browser.client.cookies["sessionid"].value

    assert not thief.is_in()


def test_use_is_written_down_in_steps(browser, ben):
    browser.log_in("ben")
    before = Session.objects.get(user=ben)
    browser.is_in()
    assert Session.objects.get(user=ben).seen_at == before.seen_at

    age(seen=timedelta(minutes=6))
    browser.is_in()

    after = Session.objects.get(user=ben)
    assert after.seen_at >= before.seen_at
    assert after.expire_date >= before.expire_date


def test_who_stays_away_too_long_logs_in_anew(browser, ben):
    browser.log_in("ben")
    age(seen=timedelta(seconds=django_settings.SESSION_IDLE_SECONDS - 60))
    assert browser.is_in()

    age(seen=timedelta(seconds=django_settings.SESSION_IDLE_SECONDS + 1))

    assert not browser.is_in()


def test_session_has_an_end_however_busy(browser, ben):
    browser.log_in("ben")
    Session.objects.update(
        began_at=F("began_at") - timedelta(seconds=django_settings.SESSION_COOKIE_AGE - 60),
        seen_at=F("seen_at") - timedelta(minutes=6),
    )
    browser.is_in()

    row = Session.objects.get(user=ben)

    assert row.expire_date == row.began_at + timedelta(seconds=django_settings.SESSION_COOKIE_AGE)


def test_who_rules_is_logged_out_sooner(browser, pat):
    browser.log_in("pat")

    row = Session.objects.get(user=pat)

    assert row.expire_date - row.seen_at == timedelta(minutes=30)
    age(seen=timedelta(minutes=31))
    assert not browser.is_in()


def test_new_password_ends_the_others(both):
    browser, phone = both
    new = "a new and longer one"

    browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert browser.is_in()
    assert not phone.is_in()
    assert Session.objects.filter(user__username="ben").count() == 1


@pytest.mark.parametrize("change", [{"role": Role.MANAGER}, {"is_active": ""}])
def test_new_role_and_a_closed_account_end_all(both, pat, ben, change):
    desk = Browser()
    desk.log_in("pat")
    fields = {
        "username": "ben",
        "full_name": "Ben",
        "email": "ben@acme.test",
        "role": "rep",
        "is_active": "on",
        **change,
    }

    answer = desk.post(f"/admin/accounts/user/{ben.pk}/change/", fields)

    assert answer.status_code == 302
    assert not any(each.is_in() for each in both)
    assert Session.objects.filter(user=ben).count() == 0
    assert AuditEntry.objects.get(action="session.ended").actor_id == pat.pk


def test_administrator_ends_sessions_and_never_a_principals(both, pat, ben):
    desk, admin = Browser(), give_password(make_user("adam", Role.ADMIN, is_staff=True))
    desk.log_in("adam")
    owner = Browser()
    owner.log_in("pat")

    desk.post("/admin/accounts/user/", {"action": "end_the_sessions", "_selected_action": [str(ben.pk), str(pat.pk)]})

    assert not any(each.is_in() for each in both)
    assert owner.is_in()
    assert AuditEntry.objects.get(action="session.ended").actor_id == admin.pk


def test_password_set_by_an_administrator_ends_all(both, pat, ben):
    desk = Browser()
    desk.log_in("pat")
    new = {"password1": "a new and longer one", "password2": "a new and longer one", "usable_password": "true"}

    answer = desk.post(f"/admin/accounts/user/{ben.pk}/password/", new)

    assert answer.status_code == 302
    assert Session.objects.filter(user=ben).count() == 0
    assert AuditEntry.objects.filter(action="password.changed", actor=pat, subject_id=str(ben.pk)).count() == 1


def test_visitor_without_a_session_costs_no_row(browser, acme):
    browser.get("/accounts/login/")

    assert Session.objects.count() == 0


def test_ended_sessions_are_forgotten_at_the_next_log_in(browser, phone, ben):
    phone.log_in("ben")
    age(seen=timedelta(days=40))

    browser.log_in("ben")

    assert Session.objects.count() == 1


def test_session_that_was_ended_meanwhile_is_not_brought_back(browser, ben):
    browser.log_in("ben")
    store = import_module(django_settings.SESSION_ENGINE).SessionStore(browser.client.cookies["sessionid"].value)
    store["word"] = "kept"
    Session.objects.all().delete()

    with pytest.raises(UpdateError):
        store.save()

    assert Session.objects.count() == 0
