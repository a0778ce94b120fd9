"""What somebody searched for: found, but in no address when it may be a phone or an e-mail."""

import pytest

from scrm.web.searches import looks_like_identity
from tests.web.ops.conftest import Desk


@pytest.mark.parametrize("text", ["lin@", "0007", "138 0013 8000", "１３８００"])
def test_phones_and_mails_are_known_by_sight(text):
    assert looks_like_identity(text)


@pytest.mark.parametrize("text", ["", "Lin Xiao", "林", "Room 101"])
def test_names_are_no_identities(text):
    assert not looks_like_identity(text)


@pytest.mark.parametrize("path", ["/contacts/", "/leads/"])
def test_list_keeps_an_identity_out_of_the_address_bar(desk, path):
    assert desk.get(path, htmx=True, q="13800138000", sort="name")["HX-Push-Url"] == f"{path}?sort=name"
    assert "HX-Push-Url" not in desk.get(path, htmx=True, q="Lin")


def test_way_through_the_log_in_forgets_what_was_searched(tenant):
    answer = Desk(tenant).get("/contacts/", q="13800138000", sort="name")

    assert answer["Location"] == "/accounts/login/?next=/contacts/%3Fsort%3Dname"


def test_top_bar_posts_what_is_searched(desk):
    page = desk.get("/").content.decode()

    assert 'hx-post="/search/"' in page
    form = page.split('action="/search/" method="post"')[1].split("</form>")[0]
    assert "csrfmiddlewaretoken" in form
    assert "Nobody matches" in desk.post("/search/", {"q": "13800138000"}, htmx=True).content.decode()


@pytest.mark.parametrize(
    ("period", "told"),
    [("since=0001-01-01", "year 2000"), ("since=2026-03-02&until=2026-03-01", "ends before it begins")],
)
def test_report_tells_what_is_wrong_with_its_period(desk, period, told):
    assert told in desk.get(f"/funnel/?{period}").content.decode()
