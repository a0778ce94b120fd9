"""Who may open which page of the dashboard."""

import pytest

from accounts.enums import Role
from tests.factories import make_user
from tests.web.ops.conftest import Desk

PAGES = ["/", "/leads/", "/contacts/", "/sources/", "/forms/", "/settings/", "/search/?q=lin"]


@pytest.mark.parametrize("path", PAGES)
def test_page_sends_strangers_to_log_in(tenant, path):
    answer = Desk(tenant).get(path)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")


def test_partial_answer_sends_the_whole_page_of_a_stranger_to_log_in(tenant):
    answer = Desk(tenant).get("/leads/", htmx=True)

    assert answer["HX-Redirect"] == "/accounts/login/"


@pytest.mark.parametrize("path", PAGES)
def test_page_sends_representatives_to_their_own(tenant, ben, path):
    answer = Desk(tenant, ben).get(path)

    assert (answer.status_code, answer["Location"]) == (302, "/rep/")


def test_page_refuses_what_the_role_may_not(tenant, adas_desk):
    assert adas_desk.get("/imports/").status_code == 403
    assert adas_desk.get("/settings/keys/").status_code == 403


def test_auditor_sees_but_changes_nothing(tenant):
    auditor = Desk(tenant, make_user("uma", Role.AUDITOR))

    assert auditor.get("/leads/").status_code == 200
    assert auditor.get("/leads/new/").status_code == 403
    assert b"New lead" not in auditor.get("/leads/").content
