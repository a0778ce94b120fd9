"""Which passwords are taken, what one costs a thief, and how a lost one is made anew."""

import re

import pytest
from django.contrib.auth.hashers import get_hasher, identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import override_settings

from accounts.models import AuditEntry, User
from scrm import settings as product
from tests.web.account.conftest import PASSWORD, Browser

NEW = "a new and longer one"


def reset_link(address="ben@acme.test", browser=None):
    (browser or Browser()).post("/accounts/password/reset/", {"email": address})
    return re.search(r"http://acme\.localhost(\S+)", mail.outbox[-1].body)[1]


def follow(browser, link, password=NEW):
    page = browser.get(link)
    if page.status_code == 200:
        return page
    return browser.post(page["Location"], {"password1": password, "password2": password})


@pytest.mark.parametrize("password", ["short-9", "password123", "1234567890123", "qwertyuiop", "benjamin-ben"])
def test_weak_password_is_refused(acme, password):
    with pytest.raises(ValidationError):
        validate_password(password, User(username="benjamin-ben", email="ben@acme.test"))


def test_long_password_without_tricks_is_taken(acme):
    validate_password("four plain words here", User(username="ben"))


def test_hash_costs_what_a_thief_feels():
    """Argon2id with 100 MB and two passes: 110 to 240 ms on two busy cores."""
    with override_settings(PASSWORD_HASHERS=product.PASSWORD_HASHERS):
        hasher = get_hasher()
        found = identify_hasher(make_password(PASSWORD))

    assert found.algorithm == "argon2"
    assert (hasher.time_cost, hasher.memory_cost) == (2, 102_400)


def test_old_hash_is_made_anew_at_log_in(browser, ben, settings):
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    User.objects.filter(pk=ben.pk).update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))

    browser.log_in("ben")

    assert User.objects.get(pk=ben.pk).password.startswith("argon2$argon2id$")


def test_mail_leads_to_a_new_password_once(browser, ben):
    link = reset_link()

    assert follow(browser, link)["Location"] == "/accounts/password/reset/key/done/"

    assert browser.log_in("ben", NEW).status_code == 302
    assert "This link is over" in Browser().get(link).content.decode()
    assert AuditEntry.objects.filter(action="password.changed", subject_id=str(ben.pk)).count() == 1


def test_mailed_link_is_worth_nothing_in_another_business(ben, cai):
    User.objects.filter(pk=ben.pk).update(last_login=None)

    answer = follow(Browser(host="globex.localhost"), reset_link())

    assert "This link is over" in answer.content.decode()


def test_link_gets_nobody_round_the_second_factor(browser, ben):
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(ben, "JBSWY3DPEHPK3PXP")

    follow(browser, reset_link())

    assert not browser.is_in()
    assert browser.log_in("ben", NEW)["Location"] == "/accounts/2fa/authenticate/"


def test_answer_is_the_same_for_who_is_not_here(ben):
    known, unknown = Browser(), Browser()

    answers = [
        known.post("/accounts/password/reset/", {"email": "ben@acme.test"}),
        unknown.post("/accounts/password/reset/", {"email": "nobody@acme.test"}),
    ]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/accounts/password/reset/done/")}
    # One mail each: what takes long in both is the same.
    assert [sent.to for sent in mail.outbox] == [["ben@acme.test"], ["nobody@acme.test"]]
    assert "http" not in mail.outbox[1].body


def test_mail_names_the_business_and_the_user_name(ben):
    reset_link()

    assert "Your user name is ben." in mail.outbox[-1].body
    assert mail.outbox[-1].subject.endswith("Your new password")
    assert "acme.localhost" in mail.outbox[-1].body


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "path",
    ["login/", "inactive/", "password/reset/", "password/reset/done/", "password/reset/key/1-x/"],
)
@pytest.mark.parametrize("host", ["acme.localhost", "localhost"])
def test_doors_open_on_every_host_in_both_languages(acme, host, path, language):
    page = Browser(host=host).get(f"/accounts/{path}", **{"Accept-Language": language})

    assert page.status_code == 200
    headline = page.content.decode().split("<h1>")[1].split("</h1>")[0]
    assert headline.isascii() == (language == "en")
