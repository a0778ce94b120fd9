"""What nobody finds looks like a page of ours."""

import pytest

from tests.factories import make_user
from tests.web.rep_people import client_of


@pytest.mark.parametrize("path", ["/nothing", "/rep/nothing", "/rep/customers/01a1fc8f-17ef-7074-972e-eacd77118f03/"])
def test_unknown_page_reflects_nothing_and_leads_home(acme, settings, path):
    settings.DEBUG = False

    answer = client_of(make_user("ben")).get(path)

    assert answer.status_code == 404
    assert "To the start" in answer.text
    assert path not in answer.text
