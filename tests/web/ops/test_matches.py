"""What suits whom: the table at the dashboard, and the next best on a contact's page and phone."""

import pytest
from django.utils import translation

from accounts.enums import Role
from audiences.models import Match
from content.models import Material, TrackedLink
from scrm.core import clock
from tests.factories import make_contact, make_user
from tests.web.ops.conftest import Desk


@pytest.fixture
def guide(tenant) -> Material:
    return Material.objects.create(title="Refill guide", body="x", created_at=clock.now())


def said(material: Material, **fields) -> dict:
    return {"moment": "any", "material": material.pk, "channel": "chat", "active": "on", **fields}


def test_an_empty_table_says_what_to_do(desk):
    assert "No matches yet" in desk.get("/matches/").content.decode()


def test_a_match_is_made_and_shown_in_words(desk, guide):
    hours = {"weekdays": [5], "from_time": "18:00", "to_time": "22:00"}

    assert (
        desk.post("/matches/new/", said(guide, moment="bought", from_day=20, to_day=40, **hours))["Location"]
        == "/matches/"
    )

    page = desk.get("/matches/").content.decode()
    assert "20 to 40 days after buying something, Fri 18:00–22:00" in page
    assert "Refill guide" in page


def test_what_can_never_hold_is_said_at_its_field(desk, guide):
    answer = desk.post("/matches/new/", said(guide, moment="bought", from_day=9, to_day=3))

    assert answer.status_code == 422
    assert "The last day comes before the first." in answer.content.decode()
    assert not Match.objects.exists()


def test_rows_move_rest_and_go(desk, guide):
    for number in range(3):
        desk.post("/matches/new/", said(guide, words=str(number)))
    rows = list(Match.objects.all())

    desk.post("/matches/order/", {"row": [row.pk for row in rows], "up": rows[2].pk})
    assert [row.words for row in Match.objects.all()] == ["0", "2", "1"]
    desk.post(f"/matches/{rows[0].pk}/switch/")
    assert [row.active for row in Match.objects.all()] == [False, True, True]
    desk.post(f"/matches/{rows[0].pk}/remove/")
    assert [row.words for row in Match.objects.all()] == ["2", "1"]


def test_the_next_best_stands_on_the_contact_s_page_and_phone(desk, ben, guide, tenant):
    lin = make_contact("Lin", owner=ben)
    desk.post("/matches/new/", said(guide, words="Ask how it went."))

    for reader, address in ((desk, f"/contacts/{lin.pk}/"), (Desk(tenant, ben), f"/rep/customers/{lin.pk}/")):
        page = reader.get(address).content.decode()
        assert [word for word in ("Next best:", "Refill guide", "Ask how it went.") if word not in page] == []

    link = Desk(tenant, ben).post(f"/rep/customers/{lin.pk}/materials/{guide.pk}/link", htmx=True)
    assert TrackedLink.objects.get(contact=lin, rep=ben).code in link.content.decode()


def test_nobody_gets_the_link_of_a_customer_whom_they_don_t_see(desk, guide, tenant):
    lin = make_contact("Lin", owner=make_user("dan", Role.REP))

    answer = Desk(tenant, make_user("eve", Role.REP)).post(f"/rep/customers/{lin.pk}/materials/{guide.pk}/link")

    assert answer.status_code == 404
    assert not TrackedLink.objects.exists()


def test_ada_reads_the_table_and_changes_nothing(ada, guide, tenant):
    reader = Desk(tenant, ada)

    assert reader.get("/matches/").status_code == 200
    assert reader.post("/matches/new/", said(guide)).status_code == 403
    assert not Match.objects.exists()


def test_reasons_are_told_in_chinese(desk, guide, ben, tenant):
    lin = make_contact("Lin", owner=ben)
    desk.post("/matches/new/", said(guide, weekdays=range(1, 8)))
    reader = Desk(tenant, ben)
    reader.client.cookies["django_language"] = "zh-hans"

    with translation.override("zh-hans"):
        page = reader.client.get(f"/rep/customers/{lin.pk}/", headers={"accept-language": "zh-hans"}).content.decode()

    assert "推荐" in page
