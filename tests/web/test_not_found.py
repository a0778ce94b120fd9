"""What nobody finds, and what broke, looks like a page of ours."""

import pytest
from django.test import Client

import scrm.web.rep.today
from tests.factories import make_user
from tests.web.rep_people import client_of


@pytest.mark.parametrize("path", ["/nothing", "/rep/nothing", "/rep/customers/01a1fc8f-17ef-7074-972e-eacd77118f03/"])
def test_unknown_page_reflects_nothing_and_leads_home(acme, settings, path):
    settings.DEBUG = False

    answer = client_of(make_user("ben")).get(path)

    assert answer.status_code == 404
    assert "To the start" in answer.text
    assert path not in answer.text


@pytest.mark.parametrize(("language", "words"), [("en", "Something broke"), ("zh-hans", "出了点问题")])
def test_a_fault_of_ours_shows_a_page_that_says_nothing_of_it(acme, settings, monkeypatch, language, words):
    def broken(*arguments: object, **options: object) -> None:
        raise RuntimeError("secret-of-the-house")

    settings.DEBUG = False
    monkeypatch.setattr(scrm.web.rep.today, "task_numbers", broken)
    client: Client = client_of(make_user("ben"))
    client.raise_request_exception = False

    answer = client.get("/rep/", headers={"accept-language": language})

    assert answer.status_code == 500
    assert words in answer.text
    assert "secret-of-the-house" not in answer.text
